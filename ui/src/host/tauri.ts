// The desktop window: one command, one event, one custom protocol.
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Event } from '../wire/Event';
import { asProblem, type Host } from './host';

export const inTauri = () => '__TAURI_INTERNALS__' in window;

/** WebView2 and Android map custom protocols to http; WebKit keeps the scheme. */
const mediaBase = () => (navigator.userAgent.includes('Windows') ? 'http://loa.localhost/' : 'loa://localhost/');

export function tauriHost(): Host {
  return {
    call: (name, request) => invoke<never>('rpc', { name, request }).catch((error: unknown) => { throw asProblem(error); }),
    listen(onEvent, onLine) {
      listen<Event>('loa', (message) => onEvent(message.payload)).then(() => onLine(true), () => onLine(false));
      // The window fell so far behind that events were dropped: as if the line had been down.
      listen('loa-gap', () => { onLine(false); onLine(true); }).catch(() => onLine(false));
    },
    media: (path) => mediaBase() + path,
    offer: null,
    hover(onOver) {
      const says = (name: string, over: boolean) => { listen(`tauri://drag-${name}`, () => onOver(over)).catch(() => undefined); };
      says('enter', true);
      says('leave', false);
      says('drop', false);
    },
  };
}
