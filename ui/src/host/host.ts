// The only door outside. Everything the window knows or does goes through one of these three:
// a call, the stream of events, or an address of binary media.
import type { Commands, CommandName } from '../wire/commands';
import type { Event } from '../wire/Event';
import type { Offer } from '../wire/Offer';
import type { Problem } from '../wire/Problem';

export interface Host {
  /** Rejects with a {@link Problem}, never with anything else. */
  call<K extends CommandName>(name: K, request: Commands[K]['request']): Promise<Commands[K]['response']>;
  /** Events in order. `onLine` says whether the stream stands; after a gap the listener must read anew. */
  listen(onEvent: (event: Event) => void, onLine: (up: boolean) => void): void;
  /** Address of media such as `object/{digest}`, usable in `src` and `fetch`. */
  media(path: string): string;
  /** Hands a dropped or chosen file over. `null` where Rust sees files by itself (the desktop). */
  offer: ((file: File) => Promise<Offer>) | null;
  /** Says while files are held over the window. `null` where the page is told by itself (the browser). */
  hover: ((onOver: (over: boolean) => void) => void) | null;
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;
}

/** Whatever was thrown, as a problem that can be shown. */
export function asProblem(value: unknown): Problem {
  if (isProblem(value)) return value;
  return { code: 'internal', detail: value instanceof Error ? value.message : String(value) };
}
