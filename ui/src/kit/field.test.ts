import { expect, it } from 'vitest';
import { holdsOf } from './field';

const box = (controls: number, group = false) => ({
  querySelector: () => (group ? {} : null),
  querySelectorAll: () => ({ length: controls }),
}) as unknown as ParentNode;

it('only a single control is pressed by its label', () => {
  expect([holdsOf(box(0)), holdsOf(box(1)), holdsOf(box(2))]).toEqual(['nothing', 'one', 'several']);
});
it('a row of choices keeps its own name', () => {
  expect([holdsOf(box(3, true)), holdsOf(box(1, true))]).toEqual(['named', 'named']);
});
