import { describe, expect, it } from 'vitest';
import type { Clip } from '../../wire/Clip';
import type { Track } from '../../wire/Track';
import { clampView, dragged, fit, hit, lengthOf, rulerStep, snap, toSample, toX, zoom } from './timeline';

const clip: Clip = { id: 'c', source: 's', label: 'c', source_in: 4800, source_out: 100_800, position: 48_000, gain_db: 0, fade_in: 0, fade_out: 0, mute: false };
const track: Track = { id: 't', name: 't', kind: 'voice', gain_db: 0, mute: false, solo: false, clips: [clip] };
const view = { start: 0, spp: 480 };
const lanes = { top: 30, height: 100 };

describe('a point', () => {
  const at = (x: number, y: number) => hit(view, lanes, [track], x, y);
  it('on the ruler seeks', () => expect(at(10, 10)).toEqual({ on: 'ruler' }));
  it('in the middle of a clip takes its body', () => expect(at(200, 100)).toMatchObject({ on: 'clip', grip: 'body' }));
  it('at the ends of a clip takes its edges', () => {
    expect(at(103, 110)).toMatchObject({ grip: 'in' });
    expect(at(297, 110)).toMatchObject({ grip: 'out' });
  });
  it('at the upper corners takes the fades', () => {
    expect(at(104, 30 + 8 + 20)).toMatchObject({ grip: 'fade-in' });
    expect(at(296, 30 + 8 + 20)).toMatchObject({ grip: 'fade-out' });
  });
  it('beside clips hits nothing', () => expect(at(400, 100)).toEqual({ on: 'nothing', track: 0 }));
});

describe('a drag', () => {
  it('never moves a clip before the beginning', () => expect(dragged(clip, 'body', -1e9, 1e6).position).toBe(0));
  it('opens a head no further than its source or the beginning', () => {
    const opened = dragged(clip, 'in', -1e9, 1e6);
    expect([opened.source_in, opened.position]).toEqual([0, 43_200]);
  });
  it('keeps what stays at its place when the head is trimmed', () => {
    const trimmed = dragged(clip, 'in', 4800, 1e6);
    expect(trimmed.position - trimmed.source_in).toBe(clip.position - clip.source_in);
  });
  it('opens a tail no further than its source', () => expect(dragged(clip, 'out', 1e9, 120_000).source_out).toBe(120_000));
  it('leaves ten milliseconds at the least', () => {
    expect(lengthOf(dragged(clip, 'out', -1e9, 1e6))).toBe(480);
    expect(lengthOf(dragged(clip, 'in', 1e9, 1e6))).toBe(480);
  });
  it('lets fades meet but not cross', () => {
    const faded = { ...clip, fade_out: 40_000 };
    expect(dragged(faded, 'fade-in', 1e9, 1e6).fade_in).toBe(lengthOf(clip) - 40_000);
  });
});

describe('the view', () => {
  it('goes from samples to pixels and back', () => expect(toSample(view, toX(view, 123_360))).toBe(123_360));
  it('keeps the sample under the pointer when zooming', () => {
    const nearer = zoom({ start: 48_000, spp: 480 }, 0.5, 300, 48_000 * 600, 800);
    expect(toSample(nearer, 300)).toBe(toSample({ start: 48_000, spp: 480 }, 300));
  });
  it('shows a whole programme with air behind', () => expect(toX(fit(48_000 * 60, 1000), 48_000 * 60)).toBeCloseTo(940));
  it('never starts before the beginning', () => expect(clampView({ start: -5, spp: 1 }, 100, 10).start).toBe(0));
  it('marks the ruler at round times', () => expect([480, 48, 20_000].map((spp) => rulerStep({ start: 0, spp }))).toEqual([1, 0.1, 60]));
  it('snaps within a few pixels only', () => {
    expect(snap(view, 50_000, [48_000])).toBe(48_000);
    expect(snap(view, 60_000, [48_000])).toBe(60_000);
  });
});
