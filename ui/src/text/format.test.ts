import { describe, expect, it } from 'vitest';
import { formatter, shortDigest } from './format';

const vi = formatter('vi');
const en = formatter('en');

describe('numbers', () => {
  it('Vietnamese writes a comma for decimals and dots for thousands', () => {
    expect(vi.number(12480)).toBe('12.480');
    expect(vi.number(-23.04, 1)).toBe('−23,0');
    expect(en.number(12480.5, 1)).toBe('12,480.5');
  });
  it('a zero never carries a minus sign', () => expect(vi.number(-0.04, 1)).toBe('0,0'));
  it('a gain shows its sign', () => expect([vi.signed(1.8), vi.signed(-1.8), vi.signed(0)]).toEqual(['+1,8', '−1,8', '0,0']));
  it('silence has no figure', () => expect(vi.db(null)).toBe('—'));
  it('sizes grow by thousands', () => {
    expect([0, 999, 1500, 24_600_000, 3_000_000_000].map(vi.bytes)).toEqual(['0 B', '999 B', '1,5 kB', '24,6 MB', '3,0 GB']);
  });
});

describe('times', () => {
  it('lengths are minutes and seconds, hours only where there are some', () => {
    expect([0, 84_000, 3_723_000].map(vi.duration)).toEqual(['0:00', '1:24', '1:02:03']);
  });
  it('the timecode counts samples at 48 kHz', () => expect(vi.timecode(48_000 * 98 + 48 * 420)).toEqual(['00:01:38', ',420']));
  it('the day stands before the month', () => expect(vi.date(new Date(2026, 10, 22).getTime())).toBe('22/11/2026'));
  it('what happened today needs no date', () => {
    const now = new Date(2026, 10, 22, 18, 0).getTime();
    expect(vi.when(new Date(2026, 10, 22, 9, 41).getTime(), now)).toBe('09:41');
    expect(vi.when(new Date(2026, 10, 21, 16, 20).getTime(), now)).toBe('21/11 16:20');
  });
});

it('a digest is told by its ends', () => expect(shortDigest('9f2c00000000000000e71a')).toBe('9f2c…e71a'));
