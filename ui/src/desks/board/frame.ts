// Frames of elements on a slide: what a point hits, where a drag leads. Frames are in thousandths
// of the board's width and height, points in the same.
import type { Element } from '../../wire/Element';
import type { Frame } from '../../wire/Frame';

export type Corner = 'nw' | 'ne' | 'sw' | 'se';
export const CORNERS: readonly Corner[] = ['nw', 'ne', 'sw', 'se'];
/** A frame keeps at least this much, so that it can still be taken hold of. */
const SIDE_MIN = 20;
const SNAP = 12;

/** The foremost element under a point; a box that fills the board is the ground, taken last. */
export function elementAt(elements: readonly Element[], x: number, y: number): Element | null {
  const inside = ({ frame: f }: Element) => x >= f.x && x <= f.x + f.width && y >= f.y && y <= f.y + f.height;
  const ground = ({ kind, frame }: Element) => kind.type === 'rect' && frame.width >= 990 && frame.height >= 990;
  const under = [...elements].reverse().filter(inside);
  return under.find((e) => !ground(e)) ?? under[0] ?? null;
}

export interface Guides { x: number | null; y: number | null }

/** Moved by whole pixels of the board, and caught by its edges and middle. */
export function moved(frame: Frame, dx: number, dy: number, board: { width_px: number; height_px: number }): { frame: Frame; guides: Guides } {
  const [x, gx] = caught(onPixel(frame.x + dx, board.width_px), frame.width);
  const [y, gy] = caught(onPixel(frame.y + dy, board.height_px), frame.height);
  return { frame: { ...frame, x, y }, guides: { x: gx, y: gy } };
}

const onPixel = (value: number, pixels: number) => (Math.round((value / 1000) * pixels) / pixels) * 1000;

function caught(at: number, size: number): [number, number | null] {
  for (const [line, offset] of [[500, size / 2], [0, 0], [1000, size]] as const) {
    if (Math.abs(at + offset - line) <= SNAP) return [line - offset, line];
  }
  return [at, null];
}

/** How thick a line is on a board, in its pixels; none is thinner than one. */
export const linePx = (thickness: number, board: { height_px: number }) => Math.max(1, Math.round((thickness / 1000) * board.height_px));
/** So many pixels of a board as a share of its height. */
export const thicknessOf = (px: number, board: { height_px: number }) => (Math.max(1, Math.round(px)) / board.height_px) * 1000;

export function resized(frame: Frame, corner: Corner, dx: number, dy: number, board: { width_px: number; height_px: number }): Frame {
  let [left, top, right, bottom] = [frame.x, frame.y, frame.x + frame.width, frame.y + frame.height];
  if (corner.endsWith('w')) left = Math.min(right - SIDE_MIN, onPixel(left + dx, board.width_px));
  else right = Math.max(left + SIDE_MIN, onPixel(right + dx, board.width_px));
  if (corner.startsWith('n')) top = Math.min(bottom - SIDE_MIN, onPixel(top + dy, board.height_px));
  else bottom = Math.max(top + SIDE_MIN, onPixel(bottom + dy, board.height_px));
  return { x: left, y: top, width: right - left, height: bottom - top };
}
