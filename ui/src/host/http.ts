// `loa serve`: the same commands over loopback HTTP, events over a WebSocket.
import type { Event } from '../wire/Event';
import type { Offer } from '../wire/Offer';
import type { Problem } from '../wire/Problem';
import { isProblem, type Host } from './host';

const RECONNECT_MS = [250, 500, 1000, 2000, 5000];
const TOKEN_KEY = 'loa-token';

/** Takes the token out of the address, so that it stays out of history and screenshots. */
function takeToken(): string {
  const url = new URL(location.href);
  const given = url.searchParams.get('token');
  if (given) {
    sessionStorage.setItem(TOKEN_KEY, given);
    url.searchParams.delete('token');
    history.replaceState(null, '', url);
  }
  return given ?? sessionStorage.getItem(TOKEN_KEY) ?? '';
}

const unreachable = (detail: string): Problem => ({ code: 'unreachable', detail });

async function answer<T>(request: Promise<Response>): Promise<T> {
  let response: Response;
  try { response = await request; } catch (error) { throw unreachable(String(error)); }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  if (isProblem(body)) throw body;
  throw unreachable(`HTTP ${response.status}`);
}

export function httpHost(): Host {
  const token = takeToken();
  const headers = { 'x-loa-token': token };
  return {
    call: (name, request) => answer(fetch(`/rpc/${name}`, {
      method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(request),
    })),
    listen(onEvent, onLine) {
      let failures = 0;
      const open = () => {
        const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
        const socket = new WebSocket(`${scheme}://${location.host}/events?token=${encodeURIComponent(token)}`);
        socket.onopen = () => { failures = 0; onLine(true); };
        socket.onmessage = (message) => onEvent(JSON.parse(String(message.data)) as Event);
        socket.onclose = () => {
          onLine(false);
          setTimeout(open, RECONNECT_MS[Math.min(failures++, RECONNECT_MS.length - 1)]);
        };
      };
      open();
    },
    media: (path) => `/media/${path}${path.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`,
    hover: null,
    offer: (file) => answer<Offer>(fetch(`/offer?name=${encodeURIComponent(file.name)}`, { method: 'POST', headers, body: file })),
  };
}
