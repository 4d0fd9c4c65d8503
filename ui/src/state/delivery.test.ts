import { expect, it, vi } from 'vitest';
import { fakeHost } from '../host/fake';
import type { AppState } from '../wire/AppState';
import type { Delivery } from '../wire/Delivery';
import type { Package } from '../wire/Package';
import type { PackageState } from '../wire/PackageState';
import { app } from './app.svelte';
import { canSend, delivery, mainOf, seen } from './delivery.svelte';
import { notices } from './notices.svelte';

vi.stubGlobal('document', { documentElement: { dataset: {}, lang: '' } });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));

const place = (change: Partial<Delivery>) => ({ destination: 'https://tinh.example', practice: false, current: true, state: { type: 'queued' }, offset_bytes: 0, bytes_per_s: null, ...change }) as Delivery;
const pack = (...deliveries: Partial<Delivery>[]) => {
  const all = deliveries.map(place);
  return { id: 'p', title: 'Bản tin', state: all.find((d) => !d.practice)?.state ?? { type: 'sealed' }, deliveries: all } as Package;
};
const PRACTISED: Partial<Delivery> = { destination: 'http://127.0.0.1:9', practice: true, current: false, state: { type: 'receipted' } };

it('a package whose first bytes are on the line is being sent', () => {
  const at = (change: Partial<Delivery>) => { const p = seen(pack(change)); return [p.state.type, mainOf(p)?.state.type]; };
  expect(at({ offset_bytes: 1000, bytes_per_s: 500 })).toEqual(['sending', 'sending']);
  expect(at({})).toEqual(['queued', 'queued']);
  expect(at({ offset_bytes: 1000 })).toEqual(['queued', 'queued']);
});
it('only what rests or waits is sent by hand', () => {
  const at = (type: string) => canSend(pack({ state: { type } as PackageState }));
  expect(['sealed', 'waiting', 'refused', 'queued', 'sending', 'sent', 'receipted'].filter(at)).toEqual(['sealed', 'waiting', 'refused']);
});

it('a practised package is not at the province and is still to be sent there', () => {
  const practised = pack(PRACTISED);
  expect(seen(practised).state.type).toBe('sealed');
  expect(canSend(practised)).toBe(true);
  expect(canSend(pack({ state: { type: 'receipted' } }, PRACTISED))).toBe(false);
});

it('a package that arrives, is refused or waits for a person is told wherever that person is', async () => {
  const told = (state: PackageState, ...more: Partial<Delivery>[]) => host.send({ type: 'package', ...pack({ state }, ...more) });
  const host = fakeHost({
    app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState,
    packages: () => ({ packages: [pack({})] }),
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
  told({ type: 'receipted' }, PRACTISED);
  expect(notices.shown.at(-1)?.text).toContain('chưa tới tỉnh thật');
  notices.shown = [];
});
