import { beforeEach, expect, it, vi } from 'vitest';
import { fakeHost } from '../host/fake';
import type { AppState } from '../wire/AppState';
import type { Job } from '../wire/Job';
import { app } from './app.svelte';

vi.stubGlobal('document', { documentElement: { dataset: {}, lang: '' } });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));

const job = (state: Job['state']): Job => ({ id: 'j1', kind: 'import', title: 'a.wav', subject: null, state, fraction: null, started_ms: 0, problem: null, result: null });
const state = { settings: { language: 'vi', theme: 'light' }, jobs: [], transport: {} } as unknown as AppState;

beforeEach(() => { app.jobs = {}; });

it('waits for a job whose end comes as an event', async () => {
  const host = fakeHost({ app_state: () => state });
  await app.start(host);
  const ended = app.ended(job('running'));
  host.send({ type: 'job', ...job('done') });
  expect((await ended).state).toBe('done');
});
it('does not wait for a job whose end overtook the answer', async () => {
  const host = fakeHost({ app_state: () => state });
  await app.start(host);
  host.send({ type: 'job', ...job('cancelled') });
  expect((await app.ended(job('running'))).state).toBe('cancelled');
});
it('tells a refusal and gives nothing', async () => {
  await app.start(fakeHost({ app_state: () => state }));
  expect(await app.ask('deck', { id: 'x' })).toBeNull();
});
it('shows why the core could not be reached', async () => {
  await app.start(fakeHost({}));
  expect(app.failed?.code).toBe('bad-request');
});
