import { expect, it } from 'vitest';
import { levelFor, levelsOf, readTile, span } from './peaks';

function tile(values: [number, number, number][]) {
  const view = new DataView(new ArrayBuffer(12 + values.length * 6));
  view.setUint32(0, 256, true); view.setUint32(4, 10, true); view.setUint32(8, values.length, true);
  values.forEach(([min, max, rms], i) => {
    view.setInt16(12 + i * 6, min, true); view.setInt16(14 + i * 6, max, true); view.setUint16(16 + i * 6, rms, true);
  });
  return readTile(view.buffer as ArrayBuffer);
}

it('a span takes the outermost values of its buckets', () => {
  const t = tile([[-100, 200, 50], [-16384, 16384, 8192], [-1, 1, 1]]);
  expect(t && span(t, 10, 13)).toEqual([-0.5, 0.5, 0.25]);
});
it('buckets outside the tile are not known', () => {
  const t = tile([[-1, 1, 1]]);
  expect(t && span(t, 0, 10)).toBeNull();
});
it('a tile that ends too soon gives what is there', () => {
  const view = new DataView(new ArrayBuffer(12 + 6));
  view.setUint32(8, 1_000_000, true);
  expect(readTile(view.buffer as ArrayBuffer)?.count).toBe(1);
  expect(readTile(new ArrayBuffer(4))).toBeNull();
});
it('the level follows the zoom', () => {
  expect([1, 256, 1024, 5000, 1e9].map((spp) => levelFor(spp, 8))).toEqual([0, 0, 1, 2, 7]);
});
it('short sounds have one level, long ones six', () => {
  expect([1000, 48_000 * 10, 48_000 * 7200].map(levelsOf)).toEqual([1, 3, 6]);
});
