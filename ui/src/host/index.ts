import type { Host } from './host';
import { httpHost } from './http';
import { inTauri, tauriHost } from './tauri';

export { asProblem, isProblem, type Host } from './host';

export const openHost = (): Host => (inTauri() ? tauriHost() : httpHost());
