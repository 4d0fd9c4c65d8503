// Paints the timeline on its canvas: ruler, lanes, clips with their waves and fades, loudness strip.
import { levelFor, peaks, span, BASE } from '../../state/peaks';
import { nameOf, type Formatter } from '../../text/index.svelte';
import type { Clip } from '../../wire/Clip';
import type { Programme } from '../../wire/Programme';
import type { TrackKind } from '../../wire/TrackKind';
import { CLIP_PAD_PX, LABEL_PX, lengthOf, RULER_PX, rulerStep, toX, type Lanes, type View } from './timeline';

interface Ink { fill: string; line: string; wave: string }
export interface Palette {
  stage: string; line: string; ink: string; ink2: string; lit: string; band: string; curve: string; off: string; mono: string; font: string;
  kinds: Record<TrackKind, Ink>;
}

export function palette(of: HTMLElement): Palette {
  const style = getComputedStyle(of);
  const v = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    stage: v('stage'), line: v('stage-line'), ink: v('stage-ink'), ink2: v('stage-ink-2'), lit: v('voice-lit'), band: '#0d7a6248', curve: v('voice-lit'), off: '#f3b34c',
    mono: v('mono'), font: v('font'),
    kinds: {
      voice: { fill: v('clip-voice'), line: v('clip-voice-line'), wave: v('wave-voice') },
      interview: { fill: v('clip-fx'), line: v('clip-fx-line'), wave: v('wave-fx') },
      music: { fill: v('clip-music'), line: v('clip-music-line'), wave: v('wave-music') },
    },
  };
}

export interface Scene {
  programme: Programme; view: View; lanes: Lanes; width: number; height: number;
  selected: string | null;
  /** A clip as it would be after the drag under way, and the lane it would be on. */
  preview: { clip: Clip; track: number } | null;
  missing: string; f: Formatter;
}

export function draw(x: CanvasRenderingContext2D, scene: Scene, colours: Palette) {
  const { programme, lanes, width, height, preview } = scene;
  x.fillStyle = colours.stage;
  x.fillRect(0, 0, width, height);
  programme.tracks.forEach((_, i) => {
    x.fillStyle = colours.line;
    x.fillRect(0, lanes.top + (i + 1) * lanes.height - 1, width, 1);
  });
  programme.tracks.forEach((track, i) => {
    for (const clip of track.clips) if (clip.id !== preview?.clip.id) drawClip(x, scene, colours, clip, i, track.kind, track.mute);
  });
  if (preview) {
    const track = programme.tracks[preview.track];
    if (track) drawClip(x, scene, colours, preview.clip, preview.track, track.kind, track.mute);
  }
  drawRuler(x, scene, colours);
}

function drawRuler(x: CanvasRenderingContext2D, { view, width, f }: Scene, colours: Palette) {
  x.fillStyle = colours.stage;
  x.fillRect(0, 0, width, RULER_PX);
  x.fillStyle = colours.line;
  x.fillRect(0, RULER_PX - 1, width, 1);
  x.font = `10.5px ${colours.mono}`;
  const step = rulerStep(view);
  for (let k = Math.ceil(view.start / 48_000 / step); ; k++) {
    const at = toX(view, k * step * 48_000);
    if (at > width) break;
    x.fillStyle = colours.line;
    x.fillRect(Math.round(at), 14, 1, 16);
    x.fillStyle = colours.ink2;
    const [whole, part] = f.timecode(k * step * 48_000);
    x.fillText(whole.replace(/^00:/, '') + (step < 1 ? part.slice(0, 3) : ''), at + 5, 17);
  }
}

function drawClip(x: CanvasRenderingContext2D, scene: Scene, colours: Palette, clip: Clip, track: number, kind: TrackKind, quiet: boolean) {
  const { view, lanes, width } = scene;
  const [a, b] = [toX(view, clip.position), toX(view, clip.position + lengthOf(clip))];
  if (b < 0 || a > width) return;
  const [top, tall] = [lanes.top + track * lanes.height + CLIP_PAD_PX, lanes.height - 2 * CLIP_PAD_PX];
  const ink = colours.kinds[kind];
  x.save();
  x.globalAlpha = clip.mute || quiet ? 0.4 : 1;
  x.beginPath();
  x.roundRect(a, top, Math.max(2, b - a), tall, 7);
  x.fillStyle = ink.fill;
  x.fill();
  x.save();
  x.clip();
  const source = scene.programme.sources.find((s) => s.digest === clip.source);
  if (source?.present === false) drawMissing(x, a, b, top, tall);
  else drawWave(x, scene, clip, ink, a, b, top + LABEL_PX, tall - LABEL_PX - 4, source?.peak_levels.length ?? 0);
  drawFades(x, clip, view, a, b, top + LABEL_PX, tall - LABEL_PX, colours);
  x.fillStyle = ink.wave;
  x.font = `500 10.5px ${colours.font}`;
  const gain = clip.gain_db === 0 ? '' : `  ${scene.f.signed(clip.gain_db)} dB`;
  x.fillText((source?.present === false ? `${scene.missing}: ` : '') + nameOf(clip.label) + gain, Math.max(a, 0) + 8, top + 14);
  x.restore();
  const selected = clip.id === scene.selected;
  if (selected) { x.lineWidth = 4; x.strokeStyle = `${colours.lit}55`; x.stroke(); }
  x.lineWidth = 1;
  x.strokeStyle = selected ? colours.lit : ink.line;
  x.stroke();
  x.restore();
}

function drawMissing(x: CanvasRenderingContext2D, a: number, b: number, top: number, tall: number) {
  x.strokeStyle = '#ffffff33';
  x.beginPath();
  for (let s = a - tall; s < b; s += 10) { x.moveTo(s, top + tall); x.lineTo(s + tall, top); }
  x.stroke();
}

/** Quiet speech must be seen: a gentle curve that leaves silence and full scale where they are. */
const seen = (value: number) => Math.sign(value) * Math.min(1, Math.abs(value)) ** 0.65;

function drawWave(x: CanvasRenderingContext2D, scene: Scene, clip: Clip, ink: Ink, a: number, b: number, top: number, tall: number, levels: number) {
  const { view, width } = scene;
  const level = levelFor(view.spp, levels);
  const per = BASE * 4 ** level;
  const middle = top + tall / 2;
  const gain = 10 ** (clip.gain_db / 20);
  const outer: [number, number, number][] = [];
  x.fillStyle = ink.wave;
  x.globalAlpha *= 0.42;
  const step = 2;
  for (let px = Math.max(0, Math.floor(a)); px < Math.min(width, b); px += step) {
    const from = clip.source_in + (px - a) * view.spp;
    const first = Math.floor(from / per);
    const last = Math.max(first + 1, Math.floor((from + step * view.spp) / per));
    const tile = peaks.tile(clip.source, level, first);
    const value = tile && span(tile, first, last);
    if (!value) continue;
    const [low, high] = [seen(value[0] * gain), seen(value[1] * gain)];
    const rms = seen(value[2] * gain);
    const reach = tall / 2;
    x.fillRect(px, middle - high * reach, step - 0.5, Math.max(1, (high - low) * reach));
    outer.push([px, rms * reach, 0]);
  }
  x.globalAlpha = Math.min(1, x.globalAlpha / 0.42);
  for (const [px, reach] of outer) x.fillRect(px, middle - reach, step - 0.5, Math.max(1, 2 * reach));
}

function drawFades(x: CanvasRenderingContext2D, clip: Clip, view: View, a: number, b: number, top: number, tall: number, colours: Palette) {
  x.save();
  x.globalAlpha = 0.65;
  x.fillStyle = colours.stage;
  const [fin, fout] = [clip.fade_in / view.spp, clip.fade_out / view.spp];
  if (fin > 0) { x.beginPath(); x.moveTo(a, top); x.lineTo(a + fin, top); x.lineTo(a, top + tall); x.fill(); }
  if (fout > 0) { x.beginPath(); x.moveTo(b, top); x.lineTo(b - fout, top); x.lineTo(b, top + tall); x.fill(); }
  x.restore();
  x.fillStyle = '#ffffff';
  for (const at of [a + fin, b - fout]) { x.beginPath(); x.arc(Math.min(Math.max(at, a + 4), b - 4), top + 2, 3, 0, 7); x.fill(); }
}

/** LU below and above the target that the strip shows. */
const STRIP = { below: 18, above: 9 } as const;

/** Short-term loudness, ten values a second, with the target band of ±2 LU. */
export function drawCurve(x: CanvasRenderingContext2D, view: View, width: number, height: number, curve: readonly (number | null)[], target: number, colours: Palette) {
  const y = (lufs: number) => height - ((lufs - target + STRIP.below) / (STRIP.below + STRIP.above)) * height;
  x.clearRect(0, 0, width, height);
  x.fillStyle = colours.band;
  x.fillRect(0, y(target + 2), width, y(target - 2) - y(target + 2));
  const per = 4800;
  x.lineWidth = 1.6;
  let pen: { inside: boolean } | null = null;
  const first = Math.max(0, Math.floor(view.start / per));
  const step = Math.max(1, Math.floor((view.spp * 1.5) / per));
  for (let i = first; i < curve.length; i += step) {
    const value = curve[i];
    const at = toX(view, i * per);
    if (at > width + 20) break;
    if (value == null) { if (pen) x.stroke(); pen = null; continue; }
    const inside = Math.abs(value - target) <= 2 || value < target - 15;
    if (!pen || pen.inside !== inside) {
      if (pen) { x.lineTo(at, y(value)); x.stroke(); }
      x.beginPath();
      x.moveTo(at, y(value));
      x.strokeStyle = inside ? colours.curve : colours.off;
      pen = { inside };
    } else x.lineTo(at, y(value));
  }
  if (pen) x.stroke();
}
