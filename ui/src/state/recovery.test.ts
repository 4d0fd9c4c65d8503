import { expect, it, vi } from 'vitest';
import { fakeHost } from '../host/fake';
import { setLang } from '../text/index.svelte';
import type { AppState } from '../wire/AppState';
import type { RecoveredDocument } from '../wire/RecoveredDocument';
import { app } from './app.svelte';
import { notices } from './notices.svelte';
import { canRecover, recovery, told } from './recovery.svelte';
import { router } from './router.svelte';

vi.stubGlobal('document', { documentElement: { dataset: {}, lang: '' } });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal('location', { hash: '' });

const at = (clock: string) => new Date(`2026-11-23T${clock}:00`).getTime();
const document: RecoveredDocument = {
  id: 'd', kind: 'deck', title: 'Lịch cắt điện', kept_until_ms: at('14:05'), missing: 0, may_miss_more: false, missing_until_ms: null, kept: [],
};

it('it is said plainly how many edits are missing, since when and until when', () => {
  setLang('vi');
  expect(told(document)).toBe('Đã khôi phục “Lịch cắt điện”, không thiếu thao tác nào.');
  expect(told({ ...document, missing: 12, missing_until_ms: at('14:30') })).toBe('Đã khôi phục “Lịch cắt điện”. Thiếu 12 thao tác làm sau 23/11 14:05, đến 23/11 14:30.');
  expect(told({ ...document, missing: 2, missing_until_ms: at('14:05') })).toBe('Đã khôi phục “Lịch cắt điện”. Thiếu 2 thao tác làm sau 23/11 14:05.');
  expect(told({ ...document, missing: 3, may_miss_more: true })).toBe('Đã khôi phục “Lịch cắt điện”. Thiếu ít nhất 3 thao tác làm sau 23/11 14:05.');
  expect(told({ ...document, may_miss_more: true, title: '' })).toBe('Đã khôi phục “Chưa đặt tên”. Những gì làm sau 23/11 14:05 có thể đã mất.');
  setLang('en');
  expect(told({ ...document, missing: 1 })).toMatch(/1 edit made after .* is missing/);
  setLang('vi');
});

it('only a document that is damaged, or that the disk does not give, is offered to be recovered', () => {
  expect(canRecover({ code: 'document-damaged', detail: '' })).toBe(true);
  expect(canRecover({ code: 'store-locked', detail: '' })).toBe(false);
  expect(canRecover(null)).toBe(false);
});

it('a recovered document opens and a notice says what is missing', async () => {
  const host = fakeHost({
    app_state: () => ({ settings: { language: 'vi', theme: 'light' }, jobs: [] }) as unknown as AppState,
    document_recover: () => ({ ...document, missing: 2 }),
  });
  await app.start(host);
  const went = vi.spyOn(router, 'go').mockImplementation(() => undefined);
  recovery.ask(document);
  await recovery.run();
  expect(recovery.asked).toBe(null);
  expect(went).toHaveBeenCalledWith('board', 'd');
  expect(notices.shown.at(-1)).toMatchObject({ tone: 'warn', text: expect.stringContaining('Thiếu 2 thao tác') });
});
