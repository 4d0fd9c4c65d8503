// Playback, live levels and recording, as the window follows them.
import type { Heard } from '../wire/Heard';
import type { Meter } from '../wire/Meter';
import type { Transport } from '../wire/Transport';
import { RATE_HZ } from '../text/index.svelte';
import { app } from './app.svelte';
import { notices } from './notices.svelte';

const HOLD_MS = 1500;
/** Levels kept for the strip that shows a recording grow; ten minutes at 20 a second. */
const TRAIL_MAX = 12_000;

class Sound {
  transport: Transport = $state.raw({ heard: null, playing: false, position: 0, length: 0, xruns: 0, problem: null });
  input: Meter | null = $state.raw(null);
  output: Meter | null = $state.raw(null);
  hold = $state({ input: -Infinity, output: -Infinity });
  /** Peaks of the running recording, linear, oldest first. */
  trail: number[] = $state.raw([]);
  #at = 0;
  #held = { input: 0, output: 0 };

  start() {
    app.on((event) => {
      if (event.type === 'anew') { if (app.state) this.#move(app.state.transport); }
      else if (event.type === 'transport') this.#move(event);
      else if (event.type === 'meter') this.#level(event);
      else if (event.type === 'recording' && !event.recording) { this.input = null; this.trail = []; this.hold.input = -Infinity; }
    });
  }
  /** Where the sound is now, in samples: the last word from Rust and the time since. */
  now(): number {
    const { playing, position, length } = this.transport;
    if (!playing) return position;
    return Math.min(length, position + ((performance.now() - this.#at) / 1000) * RATE_HZ);
  }
  hears(heard: Heard): boolean {
    const on = this.transport.heard;
    if (!on || on.type !== heard.type) return false;
    return on.type === 'programme' ? heard.type === 'programme' && on.document === heard.document
      : heard.type === 'sound' && on.digest === heard.digest;
  }
  async play(heard: Heard, from: number) {
    const transport = await app.ask('play', { heard, from: Math.max(0, Math.round(from)) });
    if (transport) this.#move(transport);
  }
  async pause() {
    const transport = await app.ask('pause', {});
    if (transport) this.#move(transport);
  }
  async seek(position: number) {
    const transport = await app.ask('seek', { position: Math.max(0, Math.round(position)) });
    if (transport) this.#move(transport);
  }
  async toggle(heard: Heard, from = 0) {
    if (this.transport.playing && this.hears(heard)) await this.pause();
    else await this.play(heard, from);
  }

  #move(transport: Transport) {
    if (transport.problem && !this.transport.problem) notices.problem(transport.problem);
    this.transport = transport;
    this.#at = performance.now();
    if (!transport.playing) { this.output = null; this.hold.output = -Infinity; }
  }
  #level(meter: Meter) {
    const peak = meter.peak_dbfs ?? -Infinity;
    const now = performance.now();
    if (peak >= this.hold[meter.source] || now - this.#held[meter.source] > HOLD_MS) {
      this.hold[meter.source] = peak;
      this.#held[meter.source] = now;
    }
    if (meter.source === 'output') { this.output = meter; return; }
    this.input = meter;
    this.trail = [...this.trail.slice(-TRAIL_MAX), 10 ** (peak / 20)];
  }
}

export const sound = new Sound();
