import { expect, it } from 'vitest';
import type { Package } from '../wire/Package';
import { canSend, seen } from './delivery.svelte';

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
