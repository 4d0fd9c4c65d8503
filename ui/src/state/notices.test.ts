import { expect, it, vi } from 'vitest';
import { notices } from './notices.svelte';

it('a notice that somebody is reading does not go by itself', () => {
  vi.useFakeTimers();
  notices.tell('ok', 'Xong');
  notices.held = true;
  vi.advanceTimersByTime(60_000);
  expect(notices.shown.length).toBe(1);
  notices.held = false;
  vi.advanceTimersByTime(2_000);
  expect(notices.shown.length).toBe(0);
  vi.useRealTimers();
});
