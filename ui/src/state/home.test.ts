import { expect, it } from 'vitest';
import { weekStart } from './home.svelte';

it('a week begins on Monday at midnight', () => {
  const monday = new Date(2026, 10, 16).getTime();
  expect(weekStart(new Date(2026, 10, 22, 23, 59).getTime())).toBe(monday);
  expect(weekStart(monday)).toBe(monday);
});
