// One open deck: its value, what is selected, its checks and what may be done to it.
import { asProblem } from '../host/host';
import { t } from '../text/index.svelte';
import type { Board } from '../wire/Board';
import type { CheckReport } from '../wire/CheckReport';
import type { Deck } from '../wire/Deck';
import type { DeckEdit } from '../wire/DeckEdit';
import type { Element } from '../wire/Element';
import type { ElementKind } from '../wire/ElementKind';
import type { Finding } from '../wire/Finding';
import type { Frame } from '../wire/Frame';
import type { Problem } from '../wire/Problem';
import type { Slide } from '../wire/Slide';
import { app } from './app.svelte';
import { notices } from './notices.svelte';

/** Checks follow an edit after this pause, so that typing is not checked letter by letter. */
const CHECK_AFTER_MS = 200;
/** The boards out of sight follow once nothing was edited for a while. */
const OTHERS_AFTER_MS = 800;
const DURATION_MS = { min: 1000, max: 600_000 } as const;

export class DeckController {
  value: Deck | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  report: CheckReport | null = $state.raw(null);
  /** Per board, how much needs something done, and the revision that was checked. */
  verdicts: Record<string, { revision: number; faults: number }> = $state.raw({});
  slideId: string | null = $state(null);
  elementId: string | null = $state(null);
  boardIndex = $state(0);
  #queue: Promise<unknown> = Promise.resolve();
  /** Per slide, what it was and the revision it last changed in: unchanged slides are not drawn anew. */
  #drawn = new Map<string, { content: string; revision: number }>();
  #checking: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  constructor(readonly id: string) {}

  readonly slides: Slide[] = $derived.by(() => this.value?.slides ?? []);
  readonly index = $derived.by(() => Math.max(0, this.slides.findIndex((s) => s.id === this.slideId)));
  readonly slide: Slide | null = $derived.by(() => this.slides[this.index] ?? null);
  readonly element: Element | null = $derived.by(() => this.slide?.elements.find((e) => e.id === this.elementId) ?? null);
  readonly board: Board | null = $derived.by(() => this.value?.boards[this.boardIndex] ?? this.value?.boards[0] ?? null);
  readonly totalMs = $derived.by(() => this.slides.reduce((sum, s) => sum + s.duration_ms, 0));

  follow(): () => void {
    void this.load();
    const off = app.on((event) => {
      if (event.type === 'anew') void this.load();
      else if (event.type === 'document' && event.id === this.id && event.revision !== this.value?.revision) void this.load();
    });
    return () => { off(); clearTimeout(this.#checking); this.#turn += 1; };
  }
  async load() {
    try { this.#set(await app.call('deck', { id: this.id })); this.problem = null; } catch (error) { this.problem = asProblem(error); }
  }
  /** Edits go one after another. One made when its turn comes sees those before: a key held down adds up. */
  edit(edit: DeckEdit | (() => DeckEdit | null)): Promise<Deck | null> {
    return this.#then(async () => {
      const made = typeof edit === 'function' ? edit() : edit;
      return made && app.ask('deck_edit', { id: this.id, edit: made });
    });
  }
  undo = () => this.#then(() => app.ask('deck_undo', { id: this.id }));
  redo = () => this.#then(() => app.ask('deck_redo', { id: this.id }));
  mend = (finding: Finding) => this.#then(() => app.ask('deck_mend', {
    id: this.id, board: this.board?.name ?? '', code: finding.code, slide: finding.slide, element: finding.element,
  }));

  #then(step: () => Promise<Deck | null>): Promise<Deck | null> {
    const next = this.#queue.then(async () => {
      const deck = await step();
      if (deck) this.#set(deck);
      return deck;
    });
    this.#queue = next;
    return next;
  }
  #set(deck: Deck) {
    if (this.value && deck.revision < this.value.revision) return;
    for (const slide of deck.slides) {
      const content = JSON.stringify([slide, deck.boards]);
      if (this.#drawn.get(slide.id)?.content !== content) this.#drawn.set(slide.id, { content, revision: deck.revision });
    }
    this.value = deck;
    if (!deck.slides.some((s) => s.id === this.slideId)) this.slideId = deck.slides[this.index]?.id ?? deck.slides.at(-1)?.id ?? null;
    if (this.boardIndex >= deck.boards.length) this.boardIndex = 0;
    this.check();
  }
  /** Asks for the checks of the board in sight, later for those of the others. */
  check() {
    clearTimeout(this.#checking);
    const turn = ++this.#turn;
    this.#checking = setTimeout(async () => {
      const board = this.board?.name;
      if (!board) return;
      const report = await app.ask('deck_check', { id: this.id, board }, ['not-found']);
      if (report && report.board === this.board?.name) this.report = report;
      if (report) this.#keep(report);
      // An edit, or another board, in the meantime began this anew.
      if (turn !== this.#turn) return;
      this.#checking = setTimeout(() => void this.#checkOthers(turn), OTHERS_AFTER_MS);
    }, CHECK_AFTER_MS);
  }
  async #checkOthers(turn: number) {
    for (const { name } of this.value?.boards ?? []) {
      if (this.verdicts[name]?.revision === this.value?.revision) continue;
      const report = await app.ask('deck_check', { id: this.id, board: name }, ['not-found']);
      if (turn !== this.#turn) return;
      if (report) this.#keep(report);
    }
  }
  #keep({ board, revision, findings }: CheckReport) {
    this.verdicts = { ...this.verdicts, [board]: { revision, faults: findings.filter((x) => x.severity !== 'good').length } };
  }

  picture(slide: Slide, board = this.boardIndex): string {
    if (!this.value) return '';
    const revision = this.#drawn.get(slide.id)?.revision ?? this.value.revision;
    return app.media(`slide/${this.id}/${revision}/${slide.id}/${board}.png`);
  }
  /** Findings that need something done, for a slide. */
  faults(index: number): Finding[] {
    return (this.report?.findings ?? []).filter((f) => f.slide === index && f.severity !== 'good');
  }

  // ---- choosing
  pickSlide(index: number) {
    const slide = this.slides[Math.min(this.slides.length - 1, Math.max(0, index))];
    if (slide && slide.id !== this.slideId) { this.slideId = slide.id; this.elementId = null; }
  }
  pickBoard(index: number) { this.boardIndex = index; this.report = null; this.check(); }
  nextElement(by: 1 | -1) {
    const all = this.slide?.elements ?? [];
    if (all.length === 0) return;
    const at = all.findIndex((e) => e.id === this.elementId);
    this.elementId = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]?.id ?? null;
  }

  // ---- slides
  async addSlide(copy: boolean) {
    const index = this.slides.length === 0 ? 0 : this.index + 1;
    const deck = await this.edit({ type: 'add-slide', index, copy_of: copy ? this.slide?.id ?? null : null });
    if (deck) { this.slideId = deck.slides[index]?.id ?? null; this.elementId = null; }
  }
  async removeSlide() {
    const slide = this.slide;
    if (!slide) return;
    const index = this.index;
    // A key held down asks again before the first answer is there.
    const deck = await this.edit(() => (this.slides.length > 1 && this.slides.some((s) => s.id === slide.id) ? { type: 'remove-slide', slide: slide.id } : null));
    if (deck) this.slideId = deck.slides[Math.min(index, deck.slides.length - 1)]?.id ?? null;
  }
  async moveSlide(by: 1 | -1) {
    const to = this.index + by;
    if (this.slide && to >= 0 && to < this.slides.length) await this.edit({ type: 'move-slide', slide: this.slide.id, index: to });
  }
  async setDuration(ms: number | ((was: number) => number)) {
    await this.edit(() => {
      const slide = this.slide;
      if (!slide) return null;
      const wanted = typeof ms === 'function' ? ms(slide.duration_ms) : ms;
      const duration_ms = Math.min(DURATION_MS.max, Math.max(DURATION_MS.min, Math.round(wanted)));
      return duration_ms === slide.duration_ms ? null : { type: 'set-duration', slide: slide.id, duration_ms };
    });
  }

  // ---- elements
  async setKind(kind: ElementKind, element = this.element, slide = this.slide) {
    if (slide && element) await this.edit({ type: 'set-element', slide: slide.id, element: element.id, kind });
  }
  async setFrame(frame: Frame, element = this.element) {
    if (this.slide && element) await this.edit({ type: 'set-frame', slide: this.slide.id, element: element.id, frame });
  }
  /** Moves the selected element by whole pixels of the board in sight. */
  async nudge(dx_px: number, dy_px: number) {
    await this.edit(() => {
      const [slide, element, board] = [this.slide, this.element, this.board];
      if (!slide || !element || !board) return null;
      const { frame } = element;
      const moved = { ...frame, x: frame.x + (dx_px * 1000) / board.width_px, y: frame.y + (dy_px * 1000) / board.height_px };
      return { type: 'set-frame', slide: slide.id, element: element.id, frame: moved };
    });
  }
  async addElement(kind: ElementKind, frame: Frame) {
    if (!this.slide) return;
    const deck = await this.edit({ type: 'add-element', slide: this.slide.id, frame, kind });
    if (deck) this.elementId = this.slide.elements.at(-1)?.id ?? null;
  }
  async removeElement() {
    const [slide, element] = [this.slide, this.element];
    if (!slide || !element) return;
    const there = () => this.slides.some((s) => s.id === slide.id && s.elements.some((e) => e.id === element.id));
    if (await this.edit(() => (there() ? { type: 'remove-element', slide: slide.id, element: element.id } : null))) this.elementId = null;
  }

  // ---- long work
  async addPicture(offer: string) {
    if (!this.slide) return;
    await app.finish('deck_picture', { deck: this.id, slide: this.slide.id, offer });
    await this.load();
  }
  async export() {
    const result = await app.finish('deck_export', { id: this.id });
    if (result?.type === 'exported') notices.tell('ok', t().board.exported(String(result.paths.length)), { detail: result.paths[0] });
  }
}
