// One open programme: its value, the selection, the playhead and what may be done to it.
import { asProblem } from '../host/host';
import { RATE_HZ } from '../text/index.svelte';
import type { Clip } from '../wire/Clip';
import type { Levels } from '../wire/Levels';
import type { Offer } from '../wire/Offer';
import type { Problem } from '../wire/Problem';
import type { Programme } from '../wire/Programme';
import type { ProgrammeEdit } from '../wire/ProgrammeEdit';
import type { Track } from '../wire/Track';
import { app } from './app.svelte';
import { importSounds } from './documents.svelte';
import { peaks } from './peaks';
import { sound } from './sound.svelte';

export const clipLength = (clip: Clip) => clip.source_out - clip.source_in;
export const clipEnd = (clip: Clip) => clip.position + clipLength(clip);
/** Gain a clip or track may have; the same bounds the core holds. */
export const GAIN_DB = { min: -60, max: 24 } as const;

/** All of a programme that can be heard. */
const heard = (programme: Programme) => JSON.stringify(programme.tracks, (key, value: unknown) => (key === 'label' || key === 'name' ? undefined : value));

export class ProgrammeController {
  value: Programme | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  selected: string | null = $state(null);
  /** Where the next cut, play and paste happen, in samples. */
  cursor = $state(0);
  /** The last measurement, with the revision it belongs to and the normalised file there was then. */
  measured: { revision: number; rendition: string | null; levels: Levels; curve: (number | null)[] } | null = $state.raw(null);
  #queue: Promise<unknown> = Promise.resolve();
  /** Revisions that sound the same lead to the first of them: a new name measures nothing anew. */
  #soundsLike = new Map<number, number>();

  constructor(readonly id: string) {}

  readonly heard = $derived.by(() => ({ type: 'programme' as const, document: this.id }));
  readonly clips: { clip: Clip; track: Track; index: number }[] = $derived.by(() => (this.value?.tracks ?? [])
    .flatMap((track, index) => track.clips.map((clip) => ({ clip, track, index })))
    .sort((a, b) => a.clip.position - b.clip.position));
  readonly current = $derived.by(() => this.clips.find((c) => c.clip.id === this.selected) ?? null);
  /** Whether the measurement still tells how the programme sounds: neither edited nor normalised since. */
  readonly fresh = $derived.by(() => this.measured !== null && this.sounds(this.measured.revision) && this.measured.rendition === this.#rendition());
  /** Levels that still hold: of the measurement, or of the normalised file. */
  readonly levels = $derived.by(() => {
    if (this.measured && this.fresh) return this.measured.levels;
    const rendition = this.value?.rendition;
    return rendition && this.sounds(rendition.revision) ? rendition.report.after : null;
  });

  /** Whether the programme still sounds as it did then. */
  sounds(revision: number): boolean {
    const first = (r: number) => this.#soundsLike.get(r) ?? r;
    return this.value !== null && first(revision) === first(this.value.revision);
  }

  #rendition() { return this.value?.rendition?.digest ?? null; }

  follow(): () => void {
    void this.load();
    return app.on((event) => {
      if (event.type === 'anew') void this.load();
      else if (event.type === 'document' && event.id === this.id && event.revision !== this.value?.revision) void this.load();
      else if (event.type === 'transport' && sound.hears(this.heard)) this.cursor = event.position;
      else if (event.type === 'job' && event.subject === this.id && event.state === 'done') {
        if (event.result?.type === 'rendered') void this.load();
        if (event.result?.type === 'imported') peaks.retry();
      }
    });
  }
  async load() {
    try { this.#set(await app.call('programme', { id: this.id })); this.problem = null; } catch (error) { this.problem = asProblem(error); }
  }
  /** Edits go one after another. One made when its turn comes sees those before: a key held down adds up. */
  edit(edit: ProgrammeEdit | (() => ProgrammeEdit | null)): Promise<Programme | null> {
    return this.#then(async () => {
      const made = typeof edit === 'function' ? edit() : edit;
      return made && app.ask('programme_edit', { id: this.id, edit: made });
    });
  }
  undo = () => this.#then(() => app.ask('programme_undo', { id: this.id }));
  redo = () => this.#then(() => app.ask('programme_redo', { id: this.id }));

  #then(step: () => Promise<Programme | null>): Promise<Programme | null> {
    const next = this.#queue.then(async () => {
      const programme = await step();
      if (programme) this.#set(programme);
      return programme;
    });
    this.#queue = next;
    return next;
  }
  #set(programme: Programme) {
    if (this.value && programme.revision < this.value.revision) return;
    const was = this.value;
    if (was && was.revision !== programme.revision && heard(was) === heard(programme)) {
      this.#soundsLike.set(programme.revision, this.#soundsLike.get(was.revision) ?? was.revision);
    }
    this.value = programme;
    if (this.selected && !this.clips.some((c) => c.clip.id === this.selected)) this.selected = null;
  }

  // ---- sound
  get playing() { return sound.transport.playing && sound.hears(this.heard); }
  /** The playhead now: moving while the programme is heard. */
  now() { return this.playing ? sound.now() : this.cursor; }
  async toggle() {
    if (this.playing) await this.stop();
    else await this.play();
  }
  async play() {
    const end = this.value?.length ?? 0;
    await sound.play(this.heard, this.cursor >= end - RATE_HZ / 100 ? 0 : this.cursor);
  }
  async stop() { this.cursor = this.now(); await sound.pause(); }
  async goto(position: number) {
    const at = Math.round(Math.min(Math.max(0, position), Math.max(this.value?.length ?? 0, 0)));
    this.cursor = at;
    if (sound.hears(this.heard)) await sound.seek(at);
  }

  // ---- the selected clip
  pick(by: 1 | -1) {
    if (this.clips.length === 0) return;
    const at = this.clips.findIndex((c) => c.clip.id === this.selected);
    const next = this.clips[at < 0 ? (by > 0 ? 0 : this.clips.length - 1) : (at + by + this.clips.length) % this.clips.length];
    this.selected = next?.clip.id ?? null;
  }
  /** The clip under a position, the selected one first. */
  #under(at: number): Clip | null {
    const inside = (clip: Clip) => clip.position < at && at < clipEnd(clip);
    const mine = this.current?.clip;
    if (mine && inside(mine)) return mine;
    return this.clips.find((c) => inside(c.clip))?.clip ?? null;
  }
  // Where the playhead was when the key was pressed counts; which clip lies there, when its turn comes.
  async split() {
    const at = Math.round(this.now());
    let before = new Set<string>();
    const cut = await this.edit(() => {
      const clip = this.#under(at);
      before = new Set(this.clips.map((c) => c.clip.id));
      return clip && { type: 'split', clip: clip.id, at };
    });
    if (cut) this.selected = this.clips.find((c) => !before.has(c.clip.id) && c.clip.position >= at)?.clip.id ?? this.selected;
  }
  async remove() {
    const clip = this.current?.clip;
    if (!clip) return;
    const at = this.clips.findIndex((c) => c.clip.id === clip.id);
    const gone = await this.edit(() => (this.clips.some((c) => c.clip.id === clip.id) ? { type: 'delete', clip: clip.id } : null));
    if (gone) this.selected = this.clips[Math.min(at, this.clips.length - 1)]?.clip.id ?? null;
  }
  async trim(end: 'head' | 'tail') {
    const now = Math.round(this.now());
    await this.edit(() => {
      const clip = this.#under(now);
      if (!clip) return null;
      const at = clip.source_in + now - clip.position;
      return { type: 'trim', clip: clip.id, source_in: end === 'head' ? at : clip.source_in, source_out: end === 'tail' ? at : clip.source_out };
    });
  }
  /** Moves the selected clip, or the playhead where no clip is selected. */
  async nudge(samples: number) {
    if (!this.current) return this.goto(this.now() + samples);
    await this.edit(() => {
      const found = this.current;
      if (!found) return null;
      const position = Math.max(0, found.clip.position + samples);
      return position === found.clip.position ? null : { type: 'move', clip: found.clip.id, track: found.track.id, position };
    });
  }
  async moveTrack(by: 1 | -1) {
    await this.edit(() => {
      const found = this.current;
      const track = found && this.value?.tracks[found.index + by];
      return found && track ? { type: 'move', clip: found.clip.id, track: track.id, position: found.clip.position } : null;
    });
  }
  async gain(by: number) {
    await this.edit(() => {
      const clip = this.current?.clip;
      return clip ? this.#gainEdit(clip, clip.gain_db + by) : null;
    });
  }
  async setGain(clip: Clip, gain: number) { await this.edit(() => this.#gainEdit(clip, gain)); }
  #gainEdit(clip: Clip, gain: number): ProgrammeEdit | null {
    const gain_db = Math.min(GAIN_DB.max, Math.max(GAIN_DB.min, Math.round(gain * 10) / 10));
    return gain_db === clip.gain_db ? null : { type: 'set-gain', clip: clip.id, gain_db };
  }
  async setFades(clip: Clip, fade_in: number, fade_out: number) { await this.edit(() => this.#fadesEdit(clip, fade_in, fade_out)); }
  #fadesEdit(clip: Clip, fade_in: number, fade_out: number): ProgrammeEdit | null {
    const length = clipLength(clip);
    const a = Math.min(length, Math.max(0, Math.round(fade_in)));
    const b = Math.min(length - a, Math.max(0, Math.round(fade_out)));
    return a === clip.fade_in && b === clip.fade_out ? null : { type: 'set-fades', clip: clip.id, fade_in: a, fade_out: b };
  }
  async fadeTo(end: 'in' | 'out') {
    const at = Math.round(this.now());
    await this.edit(() => {
      const clip = this.#under(at);
      if (!clip) return null;
      return end === 'in' ? this.#fadesEdit(clip, at - clip.position, clip.fade_out) : this.#fadesEdit(clip, clip.fade_in, clipEnd(clip) - at);
    });
  }

  // ---- long work
  async add(offers: Offer[]) {
    const clips = await importSounds(this.id, offers);
    await this.load();
    this.selected = clips.at(-1) ?? this.selected;
  }
  async record() {
    if (app.state?.recording) await this.stopRecording();
    else await app.ask('record_start', { programme: this.id, track: null, position: null, device: null });
  }
  async stopRecording() {
    const result = await app.finish('record_stop', {});
    peaks.retry();
    await this.load();
    if (result?.type === 'imported' && result.clip) this.selected = result.clip;
  }
  async analyse() {
    const [revision, rendition] = [this.value?.revision ?? 0, this.#rendition()];
    const result = await app.finish('programme_analyse', { id: this.id });
    if (result?.type === 'analysed') this.measured = { revision, rendition, levels: result.levels, curve: result.short_term_lufs };
  }
  /** Renders to a profile; gives whether it came to a file. */
  async render(profile: string | null): Promise<boolean> {
    const result = await app.finish('programme_render', { id: this.id, profile });
    await this.load();
    return result?.type === 'rendered';
  }
}
