// Microphones and loudspeakers, asked for when somebody looks.
import { asProblem } from '../host/host';
import type { Devices } from '../wire/Devices';
import type { Problem } from '../wire/Problem';
import { app } from './app.svelte';

class DeviceList {
  value: Devices | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  busy = $state(false);

  async load() {
    this.busy = true;
    try { this.value = await app.call('devices', {}); this.problem = null; } catch (error) { this.problem = asProblem(error); }
    this.busy = false;
  }
  /** Asks once; settings ask again on request. */
  once() { if (!this.value && !this.busy) void this.load(); }
  /** Name of the chosen microphone, or of the system's; `null` while unknown. */
  inputName(id: string): string | null {
    const inputs = this.value?.inputs ?? [];
    return (inputs.find((d) => d.id === id) ?? inputs.find((d) => d.is_default) ?? inputs[0])?.name ?? null;
  }
}

export const devices = new DeviceList();
