// A private PulseAudio with a null sink: its monitor is the microphone, what is played into it is
// what the microphone hears. No sound card, no D-Bus, nothing of the user's touched.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export async function startPulse() {
  const home = mkdtempSync(path.join(os.tmpdir(), 'loa-pulse-'));
  for (const folder of ['rt', 'home']) mkdirSync(path.join(home, folder), { mode: 0o700 });
  const socket = path.join(home, 'rt/pulse-native');
  const env = { ...process.env, XDG_RUNTIME_DIR: path.join(home, 'rt'), HOME: path.join(home, 'home') };
  const daemon = spawn('pulseaudio', ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--disable-shm=yes', '--realtime=no', '--high-priority=no',
    '-L', `module-native-protocol-unix socket=${socket} auth-anonymous=1`,
    '-L', 'module-null-sink sink_name=studio_null rate=48000 channels=2 format=float32le'], { env, stdio: 'ignore' });
  const server = `unix:${socket}`;
  for (let i = 0; i < 100 && !existsSync(socket); i++) await new Promise((done) => setTimeout(done, 50));
  spawnSync('pactl', ['set-default-source', 'studio_null.monitor'], { env: { ...env, PULSE_SERVER: server } });
  let voice = null;
  return {
    server,
    /** Speaks a file into the microphone until told otherwise. */
    speak(file) {
      const say = () => {
        voice = spawn('paplay', ['--device=studio_null', file], { env: { ...env, PULSE_SERVER: server }, stdio: 'ignore' });
        voice.on('exit', () => { if (voice) setTimeout(() => { if (voice) say(); }, 100); });
      };
      say();
    },
    hush() { const last = voice; voice = null; last?.kill(); },
    stop() {
      this.hush();
      daemon.kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
