import { expect, it, vi } from 'vitest';
import { fakeHost } from '../host/fake';
import type { AppState } from '../wire/AppState';
import type { SearchPage } from '../wire/SearchPage';
import { app } from './app.svelte';
import { archive } from './archive.svelte';

vi.stubGlobal('document', { documentElement: { dataset: {}, lang: '' } });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));

const page = (total: number): SearchPage => ({ hits: [], total, took_ms: 1, kinds: [], statuses: [] });

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
