import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import type { AppState } from '../wire/AppState';
import type { Clip } from '../wire/Clip';
import type { EditProgramme } from '../wire/EditProgramme';
import type { Programme } from '../wire/Programme';
import { app } from './app.svelte';
import { ProgrammeController } from './programme.svelte';

vi.stubGlobal('document', { documentElement: { dataset: {}, lang: '' } });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));

const clip = (id: string, position: number, length = 48_000): Clip =>
  ({ id, source: 's', label: id, source_in: 0, source_out: length, position, gain_db: 0, fade_in: 0, fade_out: 0, mute: false });
const programme = (revision: number, clips: Clip[]): Programme => ({
  id: 'p', title: 'p', revision, saved_ms: 0, length: 480_000, sources: [], undo: null, redo: null, rendition: null,
  tracks: [{ id: 't1', name: 'a', kind: 'voice', gain_db: 0, mute: false, solo: false, clips }, { id: 't2', name: 'b', kind: 'music', gain_db: 0, mute: false, solo: false, clips: [] }],
});

let host: FakeHost;
let now: Programme;
let desk: ProgrammeController;
const edits = () => host.asked.filter((a) => a.name === 'programme_edit').map((a) => (a.request as EditProgramme).edit);

beforeEach(async () => {
  now = programme(1, [clip('a', 0), clip('b', 96_000)]);
  host = fakeHost({
    app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState,
    programme: () => now,
    programme_edit: () => (now = programme(now.revision + 1, now.tracks[0]?.clips ?? [])),
  });
  await app.start(host);
  desk = new ProgrammeController('p');
  await desk.load();
});

describe('the selection', () => {
  it('goes from clip to clip in the order they are heard, round and round', () => {
    const seen = [1, 1, 1, -1].map((by) => { desk.pick(by as 1 | -1); return desk.selected; });
    expect(seen).toEqual(['a', 'b', 'a', 'b']);
  });
  it('is dropped when its clip is gone', async () => {
    desk.selected = 'b';
    now = programme(2, [clip('a', 0)]);
    await desk.load();
    expect(desk.selected).toBeNull();
  });
});

describe('edits', () => {
  it('cut the clip under the playhead, selected or not', async () => {
    desk.cursor = 100_000;
    await desk.split();
    expect(edits()).toEqual([{ type: 'split', clip: 'b', at: 100_000 }]);
  });
  it('ask nothing where no clip lies under the playhead', async () => {
    desk.cursor = 60_000;
    await desk.split();
    await desk.trim('head');
    expect(edits()).toEqual([]);
  });
  it('cut where the playhead was, though the core answers later', async () => {
    host = fakeHost({
      app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState,
      programme: () => now,
      // The right part of a cut is a clip of its own.
      programme_edit: ({ edit }) => (now = programme(now.revision + 1, edit.type !== 'split' ? [] : now.tracks[0]?.clips.flatMap((c) => (c.id !== edit.clip ? [c] : [
        { ...c, source_out: c.source_in + edit.at - c.position }, { ...c, id: `${c.id}+`, position: edit.at, source_in: c.source_in + edit.at - c.position },
      ])) ?? [])),
    });
    await app.start(host);
    const cuts = [10_000, 20_000, 30_000].map((at) => { desk.cursor = at; return desk.split(); });
    await Promise.all(cuts);
    expect(edits()).toEqual([
      { type: 'split', clip: 'a', at: 10_000 }, { type: 'split', clip: 'a+', at: 20_000 }, { type: 'split', clip: 'a++', at: 30_000 },
    ]);
  });
  it('trim to the playhead in samples of the source', async () => {
    desk.cursor = 12_000;
    await desk.trim('tail');
    expect(edits()).toEqual([{ type: 'trim', clip: 'a', source_in: 0, source_out: 12_000 }]);
  });
  it('never move a clip before the beginning, and ask nothing where it would not move', async () => {
    desk.selected = 'a';
    await desk.nudge(-4800);
    expect(edits()).toEqual([]);
  });
  it('hold gains to their bounds and fades to the clip', async () => {
    desk.selected = 'a';
    await desk.gain(100);
    const a = desk.current?.clip;
    if (a) await desk.setFades(a, 1e9, 1e9);
    expect(edits()).toEqual([{ type: 'set-gain', clip: 'a', gain_db: 24 }, { type: 'set-fades', clip: 'a', fade_in: 48_000, fade_out: 0 }]);
  });
  it('of a key held down add up', async () => {
    host = fakeHost({
      app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState,
      programme: () => now,
      programme_edit: ({ edit }) => (now = programme(now.revision + 1, [{ ...clip('a', 0), gain_db: edit.type === 'set-gain' ? edit.gain_db : 0 }])),
    });
    await app.start(host);
    desk.selected = 'a';
    await Promise.all([desk.gain(0.5), desk.gain(0.5), desk.gain(0.5)]);
    expect(desk.current?.clip.gain_db).toBe(1.5);
  });
  it('go one after another', async () => {
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((n) => desk.edit({ type: 'set-title', title: String(n) }).then((p) => order.push(p?.revision ?? 0))));
    expect(order).toEqual([2, 3, 4]);
  });
});

it('an older view of the programme never replaces a newer one', async () => {
  now = programme(5, []);
  await desk.load();
  now = programme(4, [clip('ghost', 0)]);
  await desk.load();
  expect(desk.value?.revision).toBe(5);
});

it('levels are shown only while they hold', async () => {
  desk.measured = { revision: 1, rendition: null, levels: { integrated_lufs: -23 } as never, curve: [] };
  expect(desk.levels?.integrated_lufs).toBe(-23);
  now = programme(now.revision, [clip('a', 0)]);
  await desk.edit({ type: 'set-title', title: 'x' });
  expect(desk.levels).toBeNull();
});
it('levels hold while only names change', async () => {
  desk.measured = { revision: 1, rendition: null, levels: { integrated_lufs: -23 } as never, curve: [] };
  await desk.edit({ type: 'set-title', title: 'x' });
  expect([desk.value?.revision, desk.levels?.integrated_lufs]).toEqual([2, -23]);
});
it('a curve is of the past once the programme is normalised or sounds different', async () => {
  desk.measured = { revision: 1, rendition: null, levels: { integrated_lufs: -20 } as never, curve: [-20] };
  expect(desk.fresh).toBe(true);
  now = { ...now, rendition: { digest: 'd', profile: 'x', revision: 1, report: { after: { integrated_lufs: -16 } } as never } };
  await desk.load();
  expect([desk.fresh, desk.levels?.integrated_lufs]).toEqual([false, -16]);
  desk.measured = { ...desk.measured, rendition: 'd' };
  expect(desk.fresh).toBe(true);
  now = { ...programme(2, [clip('a', 9600), clip('b', 96_000)]), rendition: now.rendition };
  await desk.load();
  expect([desk.fresh, desk.levels]).toEqual([false, null]);
});
