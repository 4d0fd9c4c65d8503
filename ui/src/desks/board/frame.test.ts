import { describe, expect, it } from 'vitest';
import type { Element } from '../../wire/Element';
import { elementAt, linePx, moved, resized, thicknessOf } from './frame';

const board = { width_px: 320, height_px: 160 };
const box = (id: string, x: number, y: number, width: number, height: number): Element => ({ id, frame: { x, y, width, height }, kind: { type: 'rect', colour: '#000000' } });

describe('a point on the slide', () => {
  const ground = box('ground', 0, 0, 1000, 1000);
  const back = box('back', 100, 100, 500, 500);
  const front = box('front', 200, 200, 100, 100);
  it('takes the foremost element', () => expect(elementAt([ground, back, front], 250, 250)?.id).toBe('front'));
  it('takes the ground last, though it lies in front', () => expect(elementAt([back, ground], 150, 150)?.id).toBe('back'));
  it('beside everything takes nothing', () => expect(elementAt([front], 900, 900)).toBeNull());
});

describe('a drag', () => {
  it('lands on whole pixels of the board', () => {
    const { frame } = moved({ x: 100, y: 100, width: 200, height: 100 }, 101, 53, board);
    expect((frame.x / 1000) * 320).toBeCloseTo(Math.round((frame.x / 1000) * 320));
    expect((frame.y / 1000) * 160).toBeCloseTo(Math.round((frame.y / 1000) * 160));
  });
  it('is caught by the middle of the board', () => {
    const { frame, guides } = moved({ x: 390, y: 300, width: 200, height: 100 }, 5, 0, board);
    expect([frame.x, guides.x]).toEqual([400, 500]);
  });
  it('never turns a frame inside out', () => {
    const frame = resized({ x: 100, y: 100, width: 200, height: 200 }, 'nw', 900, 900, board);
    expect([frame.width, frame.height]).toEqual([20, 20]);
  });
});

describe('the thickness of a line', () => {
  it('is shown and taken in whole pixels of the board in sight', () => {
    for (const height_px of [32, 96, 160, 384, 1080, 8192]) {
      for (const px of [1, 2, 3, 7, 16, 32]) expect(linePx(thicknessOf(px, { height_px }), { height_px })).toBe(px);
    }
  });
  it('of another board is as many pixels as are drawn there', () => {
    expect([linePx(20, { height_px: 96 }), linePx(20, { height_px: 1080 })]).toEqual([2, 22]);
  });
  it('is never less than one pixel', () => {
    expect([linePx(0, board), linePx(1, board), linePx(thicknessOf(0, board), board)]).toEqual([1, 1, 1]);
  });
});
