// The language in use. `t()` gives the words, `f()` the way numbers and times are written;
// both are read inside markup, so that changing the language changes the screen at once.
import type { Problem } from '../wire/Problem';
import { en } from './en';
import { formatter, type Formatter, type Lang } from './format';
import { vi, type Words } from './vi';

export { RATE_HZ, hostOf, shortDigest, type Formatter, type Lang } from './format';
export type { Words } from './vi';

const tables: Record<Lang, Words> = { vi, en };
const formatters: Record<Lang, Formatter> = { vi: formatter('vi'), en: formatter('en') };

let current: Lang = $state('vi');

export const lang = () => current;
export const t = () => tables[current];
export const f = () => formatters[current];

export function setLang(next: string) {
  current = next === 'en' ? 'en' : 'vi';
}

/** The sentence for a problem. */
export const sentence = (problem: Problem) => t().problems[problem.code] ?? t().problems.internal;

/** A take bears the time it was recorded at; told as people tell it. Other names are as they are. */
export function nameOf(label: string): string {
  const take = /^\d{4}-(\d\d)-(\d\d) (\d\d)-(\d\d)-\d\d\.\d{3}(?:\.wav)?$/.exec(label);
  return take ? t().audio.take(`${take[3]}:${take[4]}`, `${take[2]}/${take[1]}`) : label;
}

/** A word from an open list of codes; a code nobody wrote a word for is shown as it is. */
/** The title of a board check. A word wider than its frame is named; no second slide would give it room. */
export const checkTitle = ({ code, detail }: { code: string; detail: string }) =>
  wordFor(t().checks, code === 'text-overflow' && detail !== '' ? 'word-too-long' : code);
export const wordFor = (table: Record<string, string>, code: string) => table[code] ?? code.replaceAll('-', ' ');
