import { expect, it, vi } from 'vitest';
import { fakeHost } from '../host/fake';
import type { AppState } from '../wire/AppState';
import type { Board } from '../wire/Board';
import { app } from './app.svelte';
import { boards, likeOne } from './boards.svelte';

vi.stubGlobal('document', { documentElement: { dataset: {}, lang: '' } });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));

const small: Board = { name: 'LED P10 64×32', width_px: 64, height_px: 32, pitch_mm: 10, viewing_distance_m: 15, road: true, outdoor: true };
const large: Board = { ...small, name: 'LED P5 320×160', width_px: 320, height_px: 160, pitch_mm: 5 };

it('the usual boards are asked for once, and those a deck has are not offered again', async () => {
  const host = fakeHost({
    app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState,
    boards: () => [small, large],
  });
  await app.start(host);
  await boards.once();
  await boards.once();
  expect(host.asked.filter((a) => a.name === 'boards').length).toBe(1);
  expect(boards.without([]).length).toBe(2);
  expect(boards.without([{ ...large, viewing_distance_m: 3 }])).toEqual([small]);
});

it('a board is one of the usual ones by its figures, until one of them is changed', () => {
  expect(likeOne([small, large], { ...large, name: '' })).toBe(large);
  expect(likeOne([small, large], { ...large, pitch_mm: 4 })).toBeNull();
  expect(likeOne([small, large], { ...large, road: false })).toBeNull();
});
