// The usual boards, to be added to a deck; asked for once.
import type { Board } from '../wire/Board';
import { app } from './app.svelte';

/** What a board is, apart from its name. */
const FIGURES = ['width_px', 'height_px', 'pitch_mm', 'viewing_distance_m', 'road', 'outdoor'] as const;

class Boards {
  usual: Board[] = $state.raw([]);
  async once() { if (this.usual.length === 0) this.usual = (await app.ask('boards', {})) ?? []; }
  /** Those that a deck has not got yet. */
  without(boards: readonly Board[]): Board[] {
    return this.usual.filter((one) => !boards.some((b) => b.name === one.name));
  }
}

export const boards = new Boards();

/** The first of some boards with these figures, whatever it is called. */
export function likeOne(some: readonly Board[], board: Board): Board | null {
  return some.find((one) => FIGURES.every((figure) => one[figure] === board[figure])) ?? null;
}
