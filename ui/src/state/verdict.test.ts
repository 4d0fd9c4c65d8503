import { expect, it, vi } from 'vitest';
import { fakeHost } from '../host/fake';
import type { AppState } from '../wire/AppState';
import type { CheckReport } from '../wire/CheckReport';
import type { Deck } from '../wire/Deck';
import type { Finding } from '../wire/Finding';
import { app } from './app.svelte';
import { checkEveryBoard, offeredStatus } from './verdict';

vi.stubGlobal('document', { documentElement: { dataset: {}, lang: '' } });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));

const finding = (severity: Finding['severity']) => ({ code: 'dwell-time', severity, slide: 0, element: null, measured: 1, needed: 2, unit: 's', detail: '', can_mend: false }) as Finding;
const state = () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState;
const deck = () => ({ boards: [{ name: 'P10' }, { name: 'P5' }] }) as unknown as Deck;

it('every board of a deck is checked, and what is good is no finding', async () => {
  const found: Record<string, Finding[]> = { P10: [finding('good')], P5: [finding('error'), finding('warning'), finding('good'), finding('error')] };
  await app.start(fakeHost({ app_state: state, deck, deck_check: ({ board }) => ({ revision: 1, board, findings: found[board] ?? [] }) as CheckReport }));
  expect(await checkEveryBoard('d')).toEqual([{ board: 'P10', errors: 0, warnings: 0 }, { board: 'P5', errors: 2, warnings: 1 }]);
});
it('a deck that could not be checked passes for nothing', async () => {
  await app.start(fakeHost({ app_state: state, deck }));
  expect(await checkEveryBoard('d')).toBeNull();
});
it('while an error stands a document is offered as a draft, also where it was approved before', () => {
  expect([offeredStatus(null, false), offeredStatus('approved', false), offeredStatus('delivered', false), offeredStatus('review', false)]).toEqual(['draft', 'draft', 'draft', 'review']);
  expect([offeredStatus(null, true), offeredStatus('draft', true), offeredStatus('approved', true)]).toEqual(['approved', 'draft', 'approved']);
});
