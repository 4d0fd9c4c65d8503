// What the checks say of a whole deck, on every board it is made for.
import type { CheckReport } from '../wire/CheckReport';
import type { ItemStatus } from '../wire/ItemStatus';
import { app } from './app.svelte';

/** Findings of one board; the good ones are none. */
export interface Verdict { board: string; errors: number; warnings: number }

export function verdictOf({ board, findings }: Pick<CheckReport, 'board' | 'findings'>): Verdict {
  const count = (severity: string) => findings.filter((x) => x.severity === severity).length;
  return { board, errors: count('error'), warnings: count('warning') };
}

/** Checks a deck on all its boards, as the core has it now; `null` where not every board could be checked. */
export async function checkEveryBoard(id: string): Promise<Verdict[] | null> {
  const deck = await app.ask('deck', { id });
  if (!deck) return null;
  const verdicts: Verdict[] = [];
  for (const { name } of deck.boards) {
    const report = await app.ask('deck_check', { id, board: name });
    if (!report) return null;
    verdicts.push(verdictOf(report));
  }
  return verdicts;
}

/** The status offered: nothing counts as approved by itself while an error stands, whatever it was the last time. */
export function offeredStatus(last: ItemStatus | null, fit: boolean): ItemStatus {
  if (fit) return last ?? 'approved';
  return last === 'review' ? 'review' : 'draft';
}
