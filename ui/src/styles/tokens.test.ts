import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function tokensOf(selector: RegExp): Map<string, string> {
  const found = new Map<string, string>();
  for (const block of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    if (!selector.test((block[1] ?? '').replace(/\/\*[\s\S]*?\*\//g, '').trim())) continue;
    for (const [, name, value] of (block[2] ?? '').matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/gi)) {
      if (name && value) found.set(name, value);
    }
  }
  return found;
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.2 contrast ratio, 1 to 21. */
function contrast(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (hi + 0.05) / (lo + 0.05);
}

const light = tokensOf(/^:root$/);
const dark = new Map([...light, ...tokensOf(/dark/)]);

/** Text token and the grounds it is set on. */
const PAIRS: [string, string[]][] = [
  ['ink', ['paper', 'panel', 'raised', 'sunk', 'jade-soft']],
  ['ink-2', ['paper', 'panel', 'raised', 'jade-soft']],
  ['ink-3', ['paper', 'panel', 'raised']],
  ['jade-ink', ['paper', 'panel', 'raised', 'jade-soft']],
  ['amber-ink', ['paper', 'panel', 'raised', 'amber-soft']],
  ['violet-ink', ['panel', 'violet-soft']],
  ['record-ink', ['paper', 'panel', 'raised', 'record-soft']],
  ['sky-ink', ['panel', 'raised', 'sky-soft']],
  ['on-jade', ['jade']],
  ['on-record', ['record']],
  ['hit-ink', ['hit']],
  ['rail-ink', ['rail', 'rail-2']],
  ['stage-ink', ['stage', 'stage-2', 'stage-3']],
  ['stage-ink-2', ['stage', 'stage-2']],
  ['wave-voice', ['clip-voice']],
  ['wave-music', ['clip-music']],
  ['wave-fx', ['clip-fx']],
];

describe.each([['light', light], ['dark', dark]] as const)('%s theme', (_name, theme) => {
  it.each(PAIRS.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s on %s can be read',
    (text, ground) => {
      expect(contrast(theme.get(text) ?? '', theme.get(ground) ?? '')).toBeGreaterThanOrEqual(4.5);
    },
  );
});
