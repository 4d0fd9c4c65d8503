// Packages on their way, as the window follows them.
import { asProblem } from '../host/host';
import type { Package } from '../wire/Package';
import type { Problem } from '../wire/Problem';
import { t, wordFor } from '../text/index.svelte';
import { app } from './app.svelte';
import { notices } from './notices.svelte';
import { router } from './router.svelte';

/** States in which a package needs nobody and moves by itself. */
const MOVING = new Set<Package['state']['type']>(['queued', 'sending', 'waiting', 'sent']);

export const isMoving = (p: Package) => MOVING.has(p.state.type);
export const isPaused = (p: Package) => p.state.type === 'waiting' && p.state.reason === 'paused';
/** Whether a person may send it now: at rest, or waiting for something. */
export const canSend = (p: Package) => ['sealed', 'refused', 'waiting'].includes(p.state.type);

/** The first bytes leave together with the question for an upload address; until that is answered the
 *  core calls the package queued, a person sees it move. */
export const seen = (p: Package): Package => (p.state.type === 'queued' && p.offset_bytes > 0 && p.bytes_per_s !== null ? { ...p, state: { type: 'sending' } } : p);

class Delivery {
  packages: Package[] | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  selectedId: string | null = $state(null);

  /** Packages that are not at the province yet, for the badge of the rail. */
  readonly pending = $derived.by(() => (this.packages ?? []).filter(isMoving).length);
  readonly selected = $derived.by(() => (this.packages ?? []).find((p) => p.id === this.selectedId) ?? this.packages?.[0] ?? null);

  start() {
    app.on((event) => {
      if (event.type === 'anew') void this.load();
      else if (event.type === 'package') this.#put(event);
      else if (event.type === 'job' && event.result?.type === 'sealed') void this.load();
    });
  }
  async load() {
    try { this.packages = (await app.call('packages', {})).packages.map(seen); this.problem = null; } catch (error) { this.problem = asProblem(error); }
  }
  #put(told: Package) {
    const moved = seen(told);
    this.#announce(moved);
    const known = this.packages ?? [];
    this.packages = known.some((p) => p.id === moved.id) ? known.map((p) => (p.id === moved.id ? moved : p)) : [moved, ...known];
  }
  /** What a person waits for, or has to mend, is told on whatever screen they are. */
  #announce(moved: Package) {
    const was = this.packages?.find((p) => p.id === moved.id)?.state.type;
    const { state, title } = moved;
    if (was === undefined || was === state.type) return;
    const action = { label: t().common.open, run: () => router.go('delivery', moved.id) };
    if (state.type === 'receipted') notices.tell('ok', t().delivery.arrived(title), { action });
    else if (state.type === 'refused') notices.tell('bad', t().delivery.turnedAway(title), { detail: state.reasons.join('; '), action });
    else if (state.type === 'waiting' && state.until_ms === null && state.reason !== 'paused') {
      notices.tell('warn', t().delivery.waitsHere(title), { detail: wordFor(t().waits, state.reason), action });
    }
  }
  async #act(name: 'package_send' | 'package_pause' | 'package_cancel', id: string) {
    const moved = await app.ask(name, { id });
    if (moved) this.#put(moved);
  }
  send = (id: string) => this.#act('package_send', id);
  pause = (id: string) => this.#act('package_pause', id);
  cancel = (id: string) => this.#act('package_cancel', id);
  async pauseAll() {
    for (const p of this.packages ?? []) if (isMoving(p) && p.state.type !== 'sent' && !isPaused(p)) await this.pause(p.id);
  }
  async create(title: string, items: string[], emergency: boolean, approved_by: string, send: boolean): Promise<string | null> {
    const result = await app.finish('package_create', { title, items, emergency, approved_by, send });
    if (result?.type !== 'sealed') return null;
    if (result.unsent) notices.problem(result.unsent);
    await this.load();
    this.selectedId = result.package;
    return result.package;
  }
  pick(by: 1 | -1) {
    const all = this.packages ?? [];
    const at = all.findIndex((p) => p.id === this.selected?.id);
    this.selectedId = all[Math.min(all.length - 1, Math.max(0, at + by))]?.id ?? null;
  }
}

export const delivery = new Delivery();
