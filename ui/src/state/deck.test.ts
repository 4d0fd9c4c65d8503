import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import type { AppState } from '../wire/AppState';
import type { CheckDeck } from '../wire/CheckDeck';
import type { Deck } from '../wire/Deck';
import type { Finding } from '../wire/Finding';
import { app } from './app.svelte';
import { DeckController } from './deck.svelte';

vi.stubGlobal('document', { documentElement: { dataset: {}, lang: '' } });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));

let host: FakeHost;
let now: Deck;
let desk: DeckController;
const deck = (revision: number) => ({ id: 'd', title: 'd', revision, slides: [], boards: [{ name: 'P10' }, { name: 'P5' }, { name: 'LCD' }] }) as unknown as Deck;
const checked = () => host.asked.filter((a) => a.name === 'deck_check').map((a) => (a.request as CheckDeck).board);

beforeEach(async () => {
  vi.useFakeTimers();
  now = deck(1);
  host = fakeHost({
    app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState,
    deck: () => now,
    deck_edit: () => (now = deck(now.revision + 1)),
    deck_check: ({ board }) => ({ revision: now.revision, board, findings: board === 'LCD' ? [{ severity: 'good' }] as Finding[] : [{ severity: 'error' }, { severity: 'warning' }] as Finding[] }),
  });
  await app.start(host);
  desk = new DeckController('d');
  await desk.load();
});
afterEach(() => { vi.useRealTimers(); });

it('the board in sight is checked first, the others once nothing is edited any more', async () => {
  await vi.advanceTimersByTimeAsync(300);
  expect(checked()).toEqual(['P10']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(checked()).toEqual(['P10', 'P5', 'LCD']);
  expect(Object.entries(desk.verdicts).map(([name, v]) => [name, v.faults])).toEqual([['P10', 2], ['P5', 2], ['LCD', 0]]);
});
it('edits put off the checks of boards out of sight', async () => {
  for (let i = 0; i < 5; i++) {
    await vi.advanceTimersByTimeAsync(700);
    await desk.edit({ type: 'set-title', title: String(i) });
  }
  expect(new Set(checked())).toEqual(new Set(['P10']));
});
it('a deck that is left is checked no further', async () => {
  const leave = desk.follow();
  await vi.advanceTimersByTimeAsync(300);
  leave();
  await vi.advanceTimersByTimeAsync(5000);
  expect(checked()).not.toContain('P5');
});
