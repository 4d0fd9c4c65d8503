import { beforeEach, describe, expect, it, vi } from 'vitest';
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

it('after a gap in the events everybody reads anew', async () => {
  const host = fakeHost({ app_state: () => state, jobs: () => [] });
  await app.start(host);
  const heard: string[] = [];
  const off = app.on((happening) => heard.push(happening.type));
  host.line(false);
  expect(app.online).toBe(false);
  host.line(true);
  await vi.waitFor(() => expect(heard).toEqual(['anew']));
  off();
});
it('an answer that was overtaken by events undoes nothing of what they told', async () => {
  let answer: (state: AppState) => void = () => undefined;
  const host = fakeHost({ app_state: () => state });
  await app.start(host);
  app.jobs = { j1: job('running') };
  host.call = () => new Promise<never>((resolve) => { answer = resolve as unknown as typeof answer; });
  const read = app.refresh();
  host.send({ type: 'job', ...job('done') });
  host.send({ type: 'recording', recording: { take: 'now' } } as never);
  answer({ ...state, recording: null, jobs: [job('running')] });
  await read;
  expect(app.jobs.j1?.state).toBe('done');
  expect(app.state?.recording).toEqual({ take: 'now' });
});
it('a slower answer to an older question replaces nothing', async () => {
  const answers: ((state: AppState) => void)[] = [];
  const host = fakeHost({ app_state: () => state });
  await app.start(host);
  host.call = () => new Promise<never>((resolve) => { answers.push(resolve as unknown as (state: AppState) => void); });
  const [older, newer] = [app.refresh(), app.refresh()];
  const latest = { ...state };
  answers[1]?.(latest);
  answers[0]?.({ ...state });
  await Promise.all([older, newer]);
  expect(app.state).toBe(latest);
});
it('what was not there at the start is read by everybody once it is', async () => {
  const heard: string[] = [];
  const off = app.on((happening) => heard.push(happening.type));
  await app.start(fakeHost({}));
  await app.again();
  expect(heard).toEqual(['anew', 'anew']);
  off();
});
it('nobody waits for ever for a job that the core begun anew does not know', async () => {
  const host = fakeHost({ app_state: () => state, jobs: () => [] });
  await app.start(host);
  const ended = app.ended(job('running'));
  host.line(false);
  host.line(true);
  expect((await ended).state).toBe('interrupted');
});
it('what was shown stays when the state cannot be read again', async () => {
  await app.start(fakeHost({ app_state: () => state }));
  await app.start(fakeHost({}));
  expect(app.state).toBe(state);
});

describe('packages go', () => {
  const at = async (destination: string, practice: boolean, url: string | null) => {
    const settings = { ...state.settings, destination, practice };
    await app.start(fakeHost({ app_state: () => ({ ...state, settings, sandbox: { available: true, url } }) }));
    return app.goesTo;
  };
  it('to the training province while it is practised, whatever is set', async () => expect(await at('https://tinh.example', true, 'http://127.0.0.1:9/v1')).toBe('training'));
  it('nowhere while it is practised and that one is off', async () => expect(await at('https://tinh.example', true, null)).toBe('training-off'));
  it('to a real province though the training one runs', async () => expect(await at('https://tinh.example/v1', false, 'http://127.0.0.1:9/v1')).toBe('province'));
  it('nowhere before anything was set', async () => expect(await at('', false, 'http://127.0.0.1:9/v1')).toBe('nowhere'));
});

describe('practice', () => {
  const practising = (destination: string) => {
    let settings = { ...state.settings, destination, practice: false };
    let url: string | null = null;
    return fakeHost({
      app_state: () => ({ ...state, settings, sandbox: { available: true, url } }),
      sandbox_start: () => ({ available: true, url: (url = 'http://127.0.0.1:9/v1') }),
      sandbox_stop: () => { settings = { ...settings, practice: false }; return { available: true, url: (url = null) }; },
      settings_set: (asked) => (settings = asked),
    });
  };
  it('leaves the destination as it is and ends as it began', async () => {
    await app.start(practising('https://tinh.example'));
    await app.practise(true);
    expect([app.goesTo, app.state?.settings.destination]).toEqual(['training', 'https://tinh.example']);
    await app.practise(false);
    expect([app.goesTo, app.state?.settings.destination]).toEqual(['province', 'https://tinh.example']);
  });
});
