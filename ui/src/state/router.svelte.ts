// Which screen is shown. The address is the state: `#/phat-thanh/ID`, so that back, forward and a
// reload do what they promise.

export const VIEWS = ['home', 'audio', 'board', 'news', 'archive', 'delivery', 'settings'] as const;
export type View = (typeof VIEWS)[number];

const PATHS: Record<View, string> = {
  home: 'hom-nay', audio: 'phat-thanh', board: 'bang-tin', news: 'tin-bai', archive: 'kho', delivery: 'gui-tinh', settings: 'cai-dat',
};

export interface Route { view: View; id: string | null }

export function parseRoute(hash: string): Route {
  const [, path = '', id = ''] = hash.replace(/^#/, '').split('/');
  const view = VIEWS.find((v) => PATHS[v] === path) ?? 'home';
  let decoded = '';
  try { decoded = decodeURIComponent(id); } catch { /* a broken address opens the list */ }
  return { view, id: decoded || null };
}

export const hrefOf = (view: View, id: string | null = null) => `#/${PATHS[view]}${id ? `/${encodeURIComponent(id)}` : ''}`;

class Router {
  route: Route = $state({ view: 'home', id: null });

  start() {
    const read = () => { this.route = parseRoute(location.hash); };
    read();
    addEventListener('hashchange', read);
  }
  go(view: View, id: string | null = null) { location.hash = hrefOf(view, id); }
}

export const router = new Router();
