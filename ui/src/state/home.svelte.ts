// The first screen: what is in hand, and figures that are really known.
import { asProblem } from '../host/host';
import type { Home } from '../wire/Home';
import type { Problem } from '../wire/Problem';
import type { Profile } from '../wire/Profile';
import { app } from './app.svelte';

/** Monday 00:00 of the week a moment lies in, local time. */
export function weekStart(now: number): number {
  const d = new Date(now);
  d.setHours(0, 0, 0, 0);
  d.setDate(d.getDate() - ((d.getDay() + 6) % 7));
  return d.getTime();
}

/** A package on its way tells of itself several times a second; one look answers them all. */
const GATHERED_MS = 200;

class HomeController {
  value: Home | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  templates: number | null = $state(null);
  profiles: Profile[] = $state.raw([]);
  #soon: ReturnType<typeof setTimeout> | undefined;

  readonly week = $derived.by(() => {
    const since = weekStart(Date.now());
    const documents = (this.value?.documents ?? []).filter((d) => d.updated_ms >= since);
    const packages = (this.value?.packages ?? []).filter((p) => p.created_ms >= since);
    const rendered = documents.filter((d) => d.levels?.integrated_lufs != null);
    const onTarget = rendered.filter((d) => this.profiles.some((p) =>
      Math.abs((d.levels?.integrated_lufs ?? 0) - p.target_lufs) <= p.tolerance_lu + 1e-9));
    return {
      made: documents.length, rendered: rendered.length, onTarget: onTarget.length,
      packages: packages.length, receipted: packages.filter((p) => p.state.type === 'receipted').length,
    };
  });

  follow(): () => void {
    void this.load();
    return app.on((event) => {
      if (event.type === 'documents' || event.type === 'document' || event.type === 'archive' || event.type === 'package' || event.type === 'anew') this.#gather();
    });
  }
  #gather() {
    if (this.#soon !== undefined) return;
    this.#soon = setTimeout(() => { this.#soon = undefined; void this.load(); }, GATHERED_MS);
  }
  async load() {
    try {
      this.value = await app.call('home', {});
      this.problem = null;
      if (this.profiles.length === 0) this.profiles = await app.call('profiles', {});
      this.templates ??= (await app.call('templates', {})).length;
    } catch (error) { this.problem = asProblem(error); }
  }
}

export const home = new HomeController();
