import { expect, it, vi } from 'vitest';
import { fakeHost } from '../host/fake';
import type { AppState } from '../wire/AppState';
import type { Item } from '../wire/Item';
import type { Job } from '../wire/Job';
import type { SearchPage } from '../wire/SearchPage';
import { app } from './app.svelte';
import { archive } from './archive.svelte';
import { notices } from './notices.svelte';

vi.stubGlobal('document', { documentElement: { dataset: {}, lang: '' } });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));

const page = (total: number): SearchPage => ({ hits: [], total, total_is_exact: true, took_ms: 1, kinds: [], statuses: [] });

it('a slow answer to older words does not replace a newer one', async () => {
  const slow: ((page: SearchPage) => void)[] = [];
  const host = fakeHost({ app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState });
  const call = host.call;
  host.call = ((name: string, request: never) => (name === 'search' ? new Promise((answer) => slow.push(answer)) : call(name as never, request))) as typeof host.call;
  await app.start(host);
  archive.text = 'tiem';
  const first = archive.search();
  archive.text = 'tiem chung';
  const second = archive.search();
  slow[1]?.(page(2));
  await second;
  slow[0]?.(page(100));
  await first;
  expect(archive.page?.total).toBe(2);
});

it('marks come and go', () => {
  archive.mark('i', 'Lịch tiêm chủng');
  expect(archive.markedIds).toEqual(['i']);
  archive.mark('i', 'Lịch tiêm chủng');
  expect(archive.markedIds).toEqual([]);
});

it('an item asked for by its address stays in sight whatever was looked for before', async () => {
  const item = { id: 'i', title: 'Lịch', versions: [] } as unknown as Item;
  const slow: (() => void)[] = [];
  const host = fakeHost({ app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState, item: () => item });
  const call = host.call;
  host.call = ((name: string, request: never) => (name === 'search' ? new Promise((answer) => slow.push(() => answer(page(0)))) : call(name as never, request))) as typeof host.call;
  await app.start(host);
  archive.text = 'chữ khác';
  const before = archive.search();
  archive.show('i');
  slow[1]?.();
  slow[0]?.();
  await before;
  await vi.waitFor(() => expect(archive.item?.id).toBe('i'));
  expect(archive.text).toBe('');
});

it('a check that finds damaged files says which, and what to do', async () => {
  const done = { type: 'audited', checked: 2, intact: 1, missing: [], damaged: ['abc123'], unreadable: [], orphans: [], documents: 1, document_faults: [], not_remembered: false };
  const job = { id: 'a', kind: 'audit', title: '', subject: null, state: 'done', fraction: 1, started_ms: 0, problem: null, result: done } as unknown as Job;
  await app.start(fakeHost({ app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState, audit: () => job }));
  await archive.runAudit();
  expect(notices.shown.at(-1)).toMatchObject({ tone: 'bad', detail: 'abc123' });
  Object.assign(done, { damaged: [], unreadable: ['def456 (EIO)'], not_remembered: true });
  await archive.runAudit();
  expect(notices.shown.slice(-2)).toMatchObject([{ tone: 'bad', detail: 'def456 (EIO)' }, { tone: 'warn' }]);
});

it('a check that finds a damaged document names it and offers to recover it', async () => {
  const fault = { id: 'd', title: 'Lịch cắt điện', opens: false, detail: '' };
  const done = { type: 'audited', checked: 2, intact: 2, missing: [], damaged: [], unreadable: [], orphans: [], documents: 3, document_faults: [fault], not_remembered: false };
  const job = { id: 'b', kind: 'audit', title: '', subject: null, state: 'done', fraction: 1, started_ms: 0, problem: null, result: done } as unknown as Job;
  const recovered = { id: 'd', kind: 'deck' as const, title: fault.title, kept_until_ms: 0, missing: 1, may_miss_more: false, missing_until_ms: null, kept: [] };
  await app.start(fakeHost({ app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState, audit: () => job, document_recover: () => recovered }));
  await archive.runAudit();
  const told = notices.shown.at(-1);
  expect(told?.text).toContain('Lịch cắt điện');
  told?.action?.run();
  await vi.waitFor(() => expect(archive.audit?.report.document_faults).toEqual([]));
  expect(notices.shown.at(-1)?.text).toContain('Thiếu 1 thao tác');
});
