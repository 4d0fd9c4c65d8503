// Loudness profiles a programme can be delivered to; asked for once.
import { lang } from '../text/index.svelte';
import type { Profile } from '../wire/Profile';
import { app } from './app.svelte';

class Profiles {
  all: Profile[] = $state.raw([]);
  async once() { if (this.all.length === 0) this.all = (await app.ask('profiles', {})) ?? []; }
  get chosen(): Profile | null {
    return this.all.find((p) => p.name === app.state?.settings.profile) ?? this.all[0] ?? null;
  }
  named(name: string): Profile | null { return this.all.find((p) => p.name === name) ?? null; }
  title(profile: Profile | null): string {
    if (!profile) return '';
    return lang() === 'vi' ? profile.title_vi : profile.title_en;
  }
  async choose(name: string) {
    const settings = app.state?.settings;
    if (settings && settings.profile !== name) await app.setSettings({ ...settings, profile: name });
  }
}

export const profiles = new Profiles();
