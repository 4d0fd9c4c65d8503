import { expect, it } from 'vitest';
import { hrefOf, parseRoute, VIEWS } from './router.svelte';

it.each(VIEWS)('the address of %s leads back to it', (view) => {
  expect(parseRoute(hrefOf(view, 'a/b ă'))).toEqual({ view, id: 'a/b ă' });
  expect(parseRoute(hrefOf(view))).toEqual({ view, id: null });
});
it('an address nobody knows leads home', () => expect(parseRoute('#/gì-đó/%E0%A4')).toEqual({ view: 'home', id: null }));
