// What the person is told in passing: done, mind this, went wrong.
import type { Problem } from '../wire/Problem';
import { sentence } from '../text/index.svelte';

export interface Notice {
  id: number;
  tone: 'ok' | 'warn' | 'bad';
  text: string;
  detail?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
}

const STAYS_MS = { ok: 5000, warn: 9000, bad: 15000 } as const;
/** A notice held while its time ran out goes this long after it is let go. */
const HELD_MS = 2000;
const SHOWN_MAX = 4;

class Notices {
  shown: Notice[] = $state([]);
  /** Somebody reads one, or is about to press what it offers. */
  held = false;
  #last = 0;

  tell(tone: Notice['tone'], text: string, more: Pick<Notice, 'detail' | 'action'> = {}) {
    const id = ++this.#last;
    // The same trouble again replaces the older notice instead of piling up.
    const others = this.shown.filter((n) => n.text !== text);
    this.shown = [...others, { id, tone, text, ...more }].slice(-SHOWN_MAX);
    this.#leave(id, STAYS_MS[tone]);
  }
  #leave(id: number, after_ms: number) {
    setTimeout(() => { if (this.held) this.#leave(id, HELD_MS); else this.close(id); }, after_ms);
  }
  problem(problem: Problem) {
    if (problem.code === 'nothing-chosen' || problem.code === 'cancelled') return;
    const mild = problem.code === 'nothing-to-undo' || problem.code === 'bad-edit' || problem.code === 'empty';
    this.tell(mild ? 'warn' : 'bad', sentence(problem), { detail: mild ? undefined : problem.detail });
  }
  close(id: number) {
    this.shown = this.shown.filter((n) => n.id !== id);
    // A notice that goes while the pointer is on it never says that the pointer left.
    if (this.shown.length === 0) this.held = false;
  }
}

export const notices = new Notices();
