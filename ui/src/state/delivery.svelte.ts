// Packages on their way, as the window follows them.
import { asProblem } from '../host/host';
import type { Delivery } from '../wire/Delivery';
import type { Package } from '../wire/Package';
import type { PackageState } from '../wire/PackageState';
import type { Problem } from '../wire/Problem';
import { t, wordFor } from '../text/index.svelte';
import { app } from './app.svelte';
import { notices } from './notices.svelte';
import { router } from './router.svelte';

/** States in which a package needs nobody and moves by itself. */
const MOVING = new Set<PackageState['type']>(['queued', 'sending', 'waiting', 'sent']);

export const isMoving = (d: { state: PackageState }) => MOVING.has(d.state.type);
export const isPaused = (d: { state: PackageState }) => d.state.type === 'waiting' && d.state.reason === 'paused';
/** Whether it can still be held or taken back: what has arrived whole is the other side's. */
export const isOpen = (d: Delivery) => isMoving(d) && d.state.type !== 'sent';
/** Where a package stands at the place packages go to now. */
export const hereOf = (p: Package): Delivery | null => p.deliveries.find((d) => d.current) ?? null;
/** What tells most of a package: where it stands on its way to the province, else how far practice came. */
export const mainOf = (p: Package): Delivery | null => p.deliveries[0] ?? null;
/** Whether a person may send it there now: at rest, or waiting for something. */
export const canSend = (p: Package) => ['sealed', 'refused', 'waiting'].includes(hereOf(p)?.state.type ?? 'sealed');

/** The first bytes leave together with the question for an upload address; until that is answered the
 *  core calls the package queued, a person sees it move. */
const moves = (d: Delivery): Delivery => (d.state.type === 'queued' && d.offset_bytes > 0 && d.bytes_per_s !== null ? { ...d, state: { type: 'sending' } } : d);
export const seen = (p: Package): Package => {
  const deliveries = p.deliveries.map(moves);
  return { ...p, deliveries, state: deliveries.find((d) => !d.practice)?.state ?? p.state };
};

class Deliveries {
  packages: Package[] | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  selectedId: string | null = $state(null);

  /** Packages on their way to a real province, for the badge of the rail. */
  readonly pending = $derived.by(() => (this.packages ?? []).filter(isMoving).length);
  readonly selected = $derived.by(() => (this.packages ?? []).find((p) => p.id === this.selectedId) ?? this.packages?.[0] ?? null);

  start() {
    app.on((event) => {
      if (event.type === 'anew') void this.load();
      else if (event.type === 'package') this.#put(event);
      // Where packages go now decides what can be done with each.
      else if (event.type === 'settings') void this.load();
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
    const known = this.packages?.find((p) => p.id === moved.id);
    for (const now of known ? moved.deliveries : []) {
      const was = known?.deliveries.find((d) => d.destination === now.destination);
      if (was?.state.type !== now.state.type) this.#announceAt(now, moved);
    }
  }
  #announceAt({ state, practice }: Delivery, { id, title }: Package) {
    const action = { label: t().common.open, run: () => router.go('delivery', id) };
    const words = practice ? t().practice : t().delivery;
    if (state.type === 'receipted') notices.tell(practice ? 'warn' : 'ok', words.arrived(title), { action });
    else if (state.type === 'refused') notices.tell('bad', words.turnedAway(title), { detail: state.reasons.join('; '), action });
    else if (state.type === 'waiting' && state.until_ms === null && state.reason !== 'paused') {
      notices.tell('warn', words.waitsHere(title), { detail: wordFor(t().waits, state.reason), action });
    }
  }
  async #act(name: 'package_send' | 'package_pause' | 'package_cancel', id: string, destination: string | null) {
    const moved = await app.ask(name, { id, destination });
    if (moved) this.#put(moved);
  }
  /** To the destination named, or to where packages go now. */
  send = (id: string, destination: string | null = null) => this.#act('package_send', id, destination);
  /** At the destination named, or at all. */
  pause = (id: string, destination: string | null = null) => this.#act('package_pause', id, destination);
  cancel = (id: string, destination: string | null = null) => this.#act('package_cancel', id, destination);
  async pauseAll() {
    for (const p of this.packages ?? []) for (const d of p.deliveries) if (isOpen(d) && !isPaused(d)) await this.pause(p.id, d.destination);
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

export const delivery = new Deliveries();
