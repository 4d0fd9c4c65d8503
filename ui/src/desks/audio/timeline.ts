// Geometry of the timeline: between samples and pixels, what a point hits, where a drag leads.
// Pure, so that mouse and tests use the same rules. Positions are samples, x and y CSS pixels.
import type { Clip } from '../../wire/Clip';
import type { Track } from '../../wire/Track';

export interface View { /** First sample in sight. */ start: number; /** Samples per pixel. */ spp: number }
export interface Lanes { /** Upper edge of the first track. */ top: number; height: number }

export const RULER_PX = 30;
/** Space above and below a clip in its lane. */
export const CLIP_PAD_PX = 8;
export const LABEL_PX = 20;
const EDGE_PX = 7;
const FADE_PX = 10;
const SNAP_PX = 8;
/** A clip keeps at least 10 ms, so that it can still be taken hold of. */
const LENGTH_MIN = 480;
const SPP_MIN = 1;

export const lengthOf = (clip: Clip) => clip.source_out - clip.source_in;
export const toX = (view: View, sample: number) => (sample - view.start) / view.spp;
export const toSample = (view: View, x: number) => Math.round(view.start + x * view.spp);

export type Grip = 'body' | 'in' | 'out' | 'fade-in' | 'fade-out';
export type Hit = { on: 'ruler' } | { on: 'nothing'; track: number } | { on: 'clip'; track: number; clip: Clip; grip: Grip };

export function hit(view: View, lanes: Lanes, tracks: readonly Track[], x: number, y: number): Hit {
  if (y < lanes.top) return { on: 'ruler' };
  const index = Math.floor((y - lanes.top) / lanes.height);
  const within = y - lanes.top - index * lanes.height;
  for (const clip of [...(tracks[index]?.clips ?? [])].reverse()) {
    const [a, b] = [toX(view, clip.position), toX(view, clip.position + lengthOf(clip))];
    if (x < a - 2 || x > b + 2 || within < CLIP_PAD_PX || within > lanes.height - CLIP_PAD_PX) continue;
    return { on: 'clip', track: index, clip, grip: gripAt(view, clip, x, within, a, b) };
  }
  return { on: 'nothing', track: index };
}

function gripAt(view: View, clip: Clip, x: number, y: number, a: number, b: number): Grip {
  // A clip too narrow for handles is only moved.
  if (b - a < 4 * EDGE_PX) return 'body';
  const upper = y < CLIP_PAD_PX + LABEL_PX + FADE_PX && y >= CLIP_PAD_PX + LABEL_PX - 4;
  if (upper && Math.abs(x - (a + clip.fade_in / view.spp)) <= FADE_PX && x < b - EDGE_PX) return 'fade-in';
  if (upper && Math.abs(x - (b - clip.fade_out / view.spp)) <= FADE_PX && x > a + EDGE_PX) return 'fade-out';
  if (x <= a + EDGE_PX) return 'in';
  if (x >= b - EDGE_PX) return 'out';
  return 'body';
}

/** The nearest of `points` within reach of a few pixels, else the sample itself. */
export function snap(view: View, sample: number, points: readonly number[]): number {
  let best = sample;
  let reach = SNAP_PX * view.spp;
  for (const point of points) if (Math.abs(point - sample) < reach) { reach = Math.abs(point - sample); best = point; }
  return best;
}

/** The clip after its grip was dragged by `by` samples; `sourceLength` bounds what can be trimmed open. */
export function dragged(clip: Clip, grip: Grip, by: number, sourceLength: number): Clip {
  const length = lengthOf(clip);
  switch (grip) {
    case 'body': return { ...clip, position: Math.max(0, clip.position + by) };
    case 'in': {
      const open = -Math.min(clip.source_in, clip.position);
      const moved = Math.min(Math.max(by, open), length - LENGTH_MIN);
      return { ...clip, source_in: clip.source_in + moved, position: clip.position + moved };
    }
    case 'out': {
      const moved = Math.max(Math.min(by, sourceLength - clip.source_out), LENGTH_MIN - length);
      return { ...clip, source_out: clip.source_out + moved };
    }
    case 'fade-in': return { ...clip, fade_in: Math.min(length - clip.fade_out, Math.max(0, clip.fade_in + by)) };
    case 'fade-out': return { ...clip, fade_out: Math.min(length - clip.fade_in, Math.max(0, clip.fade_out - by)) };
  }
}

/** The view after zooming by `factor` around a pixel, which keeps its sample. */
export function zoom(view: View, factor: number, x: number, length: number, width: number): View {
  const spp = Math.min(Math.max(SPP_MIN, view.spp * factor), fit(length, width).spp * 2);
  return clampView({ start: view.start + x * (view.spp - spp), spp }, length, width);
}

/** Everything in sight, with a little air behind. */
export function fit(length: number, width: number): View {
  const spp = Math.max(SPP_MIN, Math.max(length, 48_000 * 10) / Math.max(1, width * 0.94));
  return { start: 0, spp };
}

export function clampView(view: View, length: number, width: number): View {
  const last = Math.max(0, length - view.spp * width * 0.5);
  return { ...view, start: Math.min(Math.max(0, view.start), last) };
}

const STEPS_S = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800];

/** Marks of the ruler: every `step` seconds with at least 90 pixels between. */
export function rulerStep(view: View): number {
  const wanted = (90 * view.spp) / 48_000;
  return STEPS_S.find((s) => s >= wanted) ?? 3600;
}
