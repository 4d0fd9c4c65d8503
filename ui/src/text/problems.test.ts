import { expect, it } from 'vitest';
import type { Code } from '../wire/Code';
import { en } from './en';
import { checkTitle, nameOf, setLang } from './index.svelte';
import { vi } from './vi';

/** The person wanted it so, or it mends itself: there is nothing to do. */
const NOTHING_TO_DO: Code[] = ['nothing-to-undo', 'nothing-chosen', 'cancelled', 'unreachable'];

const codes = (Object.keys(vi.problems) as Code[]).filter((code) => !NOTHING_TO_DO.includes(code));
it.each(codes)('the sentence for %s says what to do', (code) => {
  expect(vi.problems[code]).toMatch(/Hãy |hãy |Bấm /);
  expect(en.problems[code].split(/[.;:] /).length).toBeGreaterThan(1);
});
it('one is one in English', () => {
  expect([en.home.parts.programme('1'), en.home.parts.programme('2'), en.board.pageCount('1')]).toEqual(['1 clip', '2 clips', '1 slide']);
});
it('a take is told by the hour it was recorded at', () => {
  setLang('vi');
  expect(nameOf('2026-11-26 09-26-04.050')).toBe('Thu 09:26 ngày 26/11');
  expect(nameOf('Tin sáng')).toBe('Tin sáng');
});
it('a word too long for its frame is not told to be split into two slides', () => {
  setLang('vi');
  expect(checkTitle({ code: 'text-overflow', detail: 'KHUYẾN' })).toMatch(/rút ngắn/);
  expect(checkTitle({ code: 'text-overflow', detail: '' })).toMatch(/hai trang/);
  expect(checkTitle({ code: 'glyph-missing', detail: 'ʘ' })).toBe('Phông thiếu chữ này');
});
