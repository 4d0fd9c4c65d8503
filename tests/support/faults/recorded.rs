//! `loa record`, from a PulseAudio server of our own whose only microphone hears a silent sink.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::case::{Case, Ran, Whole, made_only};
use super::launch::Launch;
use super::world::World;

/// All of them.
pub const CASES: &[Case] = &[Case {
    name: "record",
    run: record,
    check: made_only,
    is_server: false,
    whole: Whole::Take,
}];

/// Takes have names of their own: nobody records over a take.
fn record(world: &World, launch: &Launch) -> Ran {
    let name = {
        let mut told = world.told();
        told.tries += 1;
        format!("ra/{}.wav", told.tries)
    };
    let mut command = launch.loa(world.root());
    let server = world.microphone.get_or_init(start);
    command.env("XDG_RUNTIME_DIR", server.folder.path());
    command.env("PULSE_SERVER", format!("unix:{}", socket(server).display()));
    command.args(["record", &world.path(&name), "--seconds", "0.3", "--json"]);
    let ended = launch.run(&mut command);
    let mut ran = Ran {
        done: ended.code == Some(0),
        ended,
        ..Ran::default()
    };
    let place = world.at(&name);
    let frames = fs::metadata(&place).map_or(0, |it| it.len());
    if ran.done && frames < 10_000 {
        ran.wrong
            .push(format!("exit 0, but {frames} bytes were kept"));
    }
    ran
}

/// Whether a take says of itself how long it is.
#[must_use]
pub fn is_whole(take: &[u8]) -> bool {
    let said = take.get(4..8).and_then(|it| it.try_into().ok());
    let said = said.map(u32::from_le_bytes);
    said.is_some_and(|said| said as usize + 8 == take.len())
}

/// A sound server; ends when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn socket(server: &Server) -> PathBuf {
    server.folder.path().join("pulse-native")
}

fn start() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("pulse-native");
    let protocol = format!(
        "module-native-protocol-unix socket={} auth-anonymous=1",
        socket.display()
    );
    let child = Command::new("pulseaudio")
        .args(["-n", "--daemonize=no", "--exit-idle-time=-1"])
        .args(["--use-pid-file=no", "--disable-shm=yes"])
        .args(["--realtime=no", "--high-priority=no", "-L", &protocol, "-L"])
        .arg("module-null-sink sink_name=studio_null rate=48000 channels=2 format=float32le")
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("HOME", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("pulseaudio is installed");
    let server = Server { child, folder };
    let begin = Instant::now();
    while !answers(&server) {
        let waited = begin.elapsed();
        assert!(
            waited < Duration::from_secs(30),
            "pulseaudio does not answer"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

fn answers(server: &Server) -> bool {
    let mut pactl = Command::new("pactl");
    pactl.args(["-s", &format!("unix:{}", socket(server).display()), "info"]);
    pactl.stdout(Stdio::null()).stderr(Stdio::null());
    pactl.status().is_ok_and(|status| status.success())
}
