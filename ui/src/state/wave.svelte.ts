// Still waveforms of stored sounds for lists and players, made from the coarse end of the peaks.
import { RATE_HZ } from '../text/format';
import { BASE, levelFor, levelsOf, peaks, span } from './peaks';

let loaded = $state(0);
peaks.onload(() => { loaded += 1; });

/** `bars` heights from 0 to 1, or `null` while the peaks are on their way. Read inside markup. */
export function waveOf(digest: string, duration_ms: number, bars: number): number[] | null {
  void loaded;
  const per_bar = ((duration_ms / 1000) * RATE_HZ) / bars;
  if (per_bar < 1) return null;
  // A hair shorter, since the length is rounded: a level too fine does no harm, one too coarse is none.
  const level = levelFor(per_bar, levelsOf(per_bar * bars * 0.98));
  const per = BASE * 4 ** level;
  const values: number[] = [];
  let known = false;
  for (let i = 0; i < bars; i++) {
    const first = Math.floor((i * per_bar) / per);
    const last = Math.max(first + 1, Math.floor(((i + 1) * per_bar) / per));
    const tile = peaks.tile(digest, level, first);
    const value = tile && span(tile, first, last);
    known ||= value !== null;
    // By its mean power, for the peaks of a limited programme all reach as high; quiet speech is seen, too.
    values.push(value ? Math.min(1, value[2] * 3) ** 0.7 : 0);
  }
  return known ? values : null;
}
