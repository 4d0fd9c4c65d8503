import { expect, it, vi } from 'vitest';
import { fakeHost } from '../host/fake';
import type { AppState } from '../wire/AppState';
import { app } from './app.svelte';
import { home, weekStart } from './home.svelte';

vi.stubGlobal('document', { documentElement: { dataset: {}, lang: '' } });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));

it('a week begins on Monday at midnight', () => {
  const monday = new Date(2026, 10, 16).getTime();
  expect(weekStart(new Date(2026, 10, 22, 23, 59).getTime())).toBe(monday);
  expect(weekStart(monday)).toBe(monday);
});

it('many events are answered by one look', async () => {
  const host = fakeHost({
    app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState,
    home: () => ({ documents: [], packages: [], kinds: [], statuses: [] }), profiles: () => [], templates: () => [],
  });
  await app.start(host);
  const off = home.follow();
  await vi.waitFor(() => expect(home.templates).toBe(0));
  const looks = () => host.asked.filter((a) => a.name === 'home').length;
  const before = looks();
  vi.useFakeTimers();
  for (let i = 0; i < 50; i++) host.send({ type: 'documents' });
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  expect(looks() - before).toBe(1);
  off();
});
