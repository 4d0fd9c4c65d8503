// Looking for items, seeing one, and marking those that go into a package.
import { asProblem } from '../host/host';
import type { Hit } from '../wire/Hit';
import type { Item } from '../wire/Item';
import type { ItemKind } from '../wire/ItemKind';
import type { ItemStatus } from '../wire/ItemStatus';
import type { Problem } from '../wire/Problem';
import type { SearchPage } from '../wire/SearchPage';
import type { AuditReport } from '../wire/AuditReport';
import { f, t } from '../text/index.svelte';
import { app } from './app.svelte';
import { notices } from './notices.svelte';
import { recovery } from './recovery.svelte';

const PAGE = 100;
/** Typing is answered after this pause: below what a person feels, above what keys bounce. */
const TYPED_MS = 60;

class Archive {
  text = $state('');
  kinds: ItemKind[] = $state([]);
  statuses: ItemStatus[] = $state([]);
  page: SearchPage | null = $state.raw(null);
  hits: Hit[] = $state.raw([]);
  problem: Problem | null = $state.raw(null);
  selected = $state(-1);
  item: Item | null = $state.raw(null);
  /** Items marked for a package, with their titles. */
  marked: Record<string, string> = $state.raw({});
  audit: { report: AuditReport; at_ms: number } | null = $state.raw(null);
  #typed: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #loadingMore = false;
  /** An item asked for by its address: no answer to a search takes it out of sight. */
  #wanted: string | null = null;

  get markedIds() { return Object.keys(this.marked); }
  get filtered() { return this.text.trim() !== '' || this.kinds.length > 0 || this.statuses.length > 0; }

  follow(): () => void {
    void this.search();
    return app.on((event) => { if (event.type === 'archive' || event.type === 'anew') void this.search(true); });
  }
  type(text: string) {
    this.text = text;
    clearTimeout(this.#typed);
    this.#typed = setTimeout(() => void this.search(), TYPED_MS);
  }
  async search(keep = false) {
    const turn = ++this.#asked;
    try {
      const page = await app.call('search', { text: this.text, kinds: this.kinds, statuses: this.statuses, offset: 0, limit: PAGE });
      // A slower answer to older words must not replace this one.
      if (turn !== this.#asked) return;
      const open = this.#wanted ?? this.item?.id;
      keep ||= this.#wanted !== null;
      this.#wanted = null;
      this.page = page;
      this.hits = page.hits;
      this.problem = null;
      this.selected = keep && open ? page.hits.findIndex((h) => h.id === open) : -1;
      if (keep && open) void this.open(open);
      else if (page.hits.length > 0 && this.text.trim() !== '') this.select(0);
      else if (!keep) this.item = null;
    } catch (error) { if (turn === this.#asked) this.problem = asProblem(error); }
  }
  async more() {
    if (this.#loadingMore || !this.page || this.hits.length >= this.page.total) return;
    this.#loadingMore = true;
    const turn = this.#asked;
    const page = await app.ask('search', { text: this.text, kinds: this.kinds, statuses: this.statuses, offset: this.hits.length, limit: PAGE });
    if (page && turn === this.#asked) this.hits = [...this.hits, ...page.hits];
    this.#loadingMore = false;
  }
  toggleKind(kind: ItemKind | null) {
    this.kinds = kind === null || this.kinds.includes(kind) ? [] : [kind];
    void this.search();
  }
  toggleStatus(status: ItemStatus | null) {
    this.statuses = status === null || this.statuses.includes(status) ? [] : [status];
    void this.search();
  }
  clear() {
    this.text = ''; this.kinds = []; this.statuses = [];
    void this.search();
  }
  select(index: number) {
    this.selected = index;
    const hit = this.hits[index];
    if (hit) void this.open(hit.id);
  }
  /** Shows an item whatever was looked for before. */
  show(id: string) {
    this.#wanted = id;
    if (this.filtered) this.clear();
    else void this.search();
  }
  async open(id: string) {
    const item = await app.ask('item', { id });
    if (item) {
      this.item = item;
      if (this.hits[this.selected]?.id !== id) this.selected = this.hits.findIndex((h) => h.id === id);
    }
  }
  mark(id: string, title: string) {
    const { [id]: was, ...rest } = this.marked;
    this.marked = was === undefined ? { ...this.marked, [id]: title } : rest;
  }
  async setStatus(status: ItemStatus) {
    if (!this.item) return;
    const item = await app.ask('item_change', { id: this.item.id, title: null, body: null, tags: null, status });
    if (item) { this.item = item; void this.search(true); }
  }
  /** Recovers the documents in which the audit found damage, one after another. */
  async recover() {
    const ids = this.audit?.report.document_faults.map((fault) => fault.id) ?? [];
    for (const id of ids) {
      const done = await recovery.recover(id);
      const audit = this.audit;
      if (done && audit) this.audit = { ...audit, report: { ...audit.report, document_faults: audit.report.document_faults.filter((fault) => fault.id !== id) } };
    }
  }
  async runAudit() {
    const result = await app.finish('audit', {});
    if (result?.type !== 'audited') return;
    this.audit = { report: result, at_ms: Date.now() };
    const broken = [...result.damaged, ...result.missing];
    const faults = result.document_faults;
    const titles = faults.map((fault) => `“${fault.title || t().common.untitled}”`).join(', ');
    if (faults.length > 0) notices.tell('bad', t().archive.auditRecover(f().number(faults.length), titles), { action: { label: t().recovery.button, run: () => void this.recover() } });
    if (broken.length > 0) notices.tell('bad', t().archive.auditMend(f().number(broken.length)), { detail: broken.join(' ') });
    const unread = result.unreadable;
    if (unread.length > 0) notices.tell('bad', t().archive.auditUnread(f().number(unread.length)), { detail: unread.join(' ') });
    if (result.not_remembered) notices.tell('warn', t().archive.auditNotKept);
  }
}

export const archive = new Archive();
