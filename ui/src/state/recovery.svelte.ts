// Getting damaged documents back, and telling what is missing.
import { f, t } from '../text/index.svelte';
import type { Problem } from '../wire/Problem';
import type { RecoveredDocument } from '../wire/RecoveredDocument';
import { app } from './app.svelte';
import { docView } from './documents.svelte';
import { notices } from './notices.svelte';
import { router } from './router.svelte';

/** Whether recovering may help: the document is damaged, or the disk does not give all of it. */
export const canRecover = (problem: Problem | null | undefined) => problem?.code === 'document-damaged' || problem?.code === 'io';

/** What came of it, in a sentence. */
export function told(document: RecoveredDocument): string {
  const words = t().recovery;
  const title = document.title || t().common.untitled;
  const since = f().when(document.kept_until_ms);
  if (document.missing > 0) {
    const until = document.missing_until_ms === null ? '' : f().when(document.missing_until_ms);
    return words.missing(title, f().number(document.missing), document.may_miss_more, since, until === since ? '' : until);
  }
  return document.may_miss_more ? words.unknown(title, since) : words.whole(title);
}

class Recovery {
  /** The document that the person is asked about. */
  asked: { id: string; title: string } | null = $state.raw(null);
  busy = $state(false);

  ask(document: { id: string; title: string }) { this.asked = document; }
  close() { if (!this.busy) this.asked = null; }

  /** Recovers the document asked about and opens it. */
  async run() {
    const asked = this.asked;
    if (!asked || this.busy) return;
    this.busy = true;
    const done = await this.recover(asked.id);
    this.busy = false;
    this.asked = null;
    if (done) router.go(docView(done.kind), done.id);
  }
  /** Recovers a document and tells what is missing; `null` where nothing could be had. */
  async recover(id: string): Promise<RecoveredDocument | null> {
    const done = await app.ask('document_recover', { id });
    if (!done) return null;
    const is_whole = done.missing === 0 && !done.may_miss_more;
    notices.tell(is_whole ? 'ok' : 'warn', told(done));
    return done;
  }
}

export const recovery = new Recovery();
