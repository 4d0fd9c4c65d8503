import { expect, it, vi } from 'vitest';
import { fakeHost } from '../host/fake';
import type { AppState } from '../wire/AppState';
import type { Package } from '../wire/Package';
import { app } from './app.svelte';
import { canSend, delivery, seen } from './delivery.svelte';
import { notices } from './notices.svelte';

vi.stubGlobal('document', { documentElement: { dataset: {}, lang: '' } });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));

const pack = (change: Partial<Package>) => ({ id: 'p', state: { type: 'queued' }, offset_bytes: 0, bytes_per_s: null, ...change }) as Package;

it('a package whose first bytes are on the line is being sent', () => {
  expect(seen(pack({ offset_bytes: 1000, bytes_per_s: 500 })).state.type).toBe('sending');
  expect(seen(pack({})).state.type).toBe('queued');
  expect(seen(pack({ offset_bytes: 1000 })).state.type).toBe('queued');
});
it('only what rests or waits is sent by hand', () => {
  const at = (type: string) => canSend(pack({ state: { type } as Package['state'] }));
  expect(['sealed', 'waiting', 'refused', 'queued', 'sending', 'sent', 'receipted'].filter(at)).toEqual(['sealed', 'waiting', 'refused']);
});

it('a package that arrives, is refused or waits for a person is told wherever that person is', async () => {
  const told = (state: Package['state']) => host.send({ type: 'package', ...pack({ title: 'Bản tin', state }) });
  const host = fakeHost({
    app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState,
    packages: () => ({ packages: [pack({ title: 'Bản tin' })] }),
  });
  delivery.start();
  await app.start(host);
  await vi.waitFor(() => expect(delivery.packages?.length).toBe(1));
  notices.shown = [];
  told({ type: 'waiting', reason: 'line', until_ms: 5 });
  told({ type: 'sending' });
  expect(notices.shown).toEqual([]);
  told({ type: 'waiting', reason: 'not-tus', until_ms: null });
  told({ type: 'receipted' });
  told({ type: 'receipted' });
  expect(notices.shown.map((n) => n.tone)).toEqual(['warn', 'ok']);
  notices.shown = [];
});
