import { expect, it } from 'vitest';
import { keyName, pressesControl } from './keys.svelte';

const press = (key: string, code: string, mods: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) =>
  keyName({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...mods });

it('letters are named by the key, whatever the input method makes of them', () => {
  expect(press('s', 'KeyS')).toBe('S');
  expect(press('đ', 'KeyD')).toBe('D');
});
it('modifiers stand in one order', () => expect(press('Z', 'KeyZ', { ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+Z'));
it('the command key of a Mac is Ctrl', () => expect(press('z', 'KeyZ', { metaKey: true })).toBe('Ctrl+Z'));
it('a sign is itself, however the keyboard reaches it', () => expect(press('?', 'Slash', { shiftKey: true })).toBe('?'));
it('arrows keep their shift', () => expect(press('ArrowLeft', 'ArrowLeft', { shiftKey: true })).toBe('Shift+ArrowLeft'));
it('alt digits are digits on every layout', () => expect(press('¡', 'Digit1', { altKey: true })).toBe('Alt+1'));

it('Space plays while a link has the focus: a link is followed by Enter alone', () => {
  const link = { closest: (selector: string) => (selector.includes('a[href]') ? {} : null) } as unknown as Element;
  expect([pressesControl(link, 'Space'), pressesControl(link, 'Enter')]).toEqual([false, true]);
});
