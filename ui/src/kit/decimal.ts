// The sign between whole and part of a number, which a widget without words cannot know.
import { createContext } from 'svelte';

/** The window gives it once; read where a number is shown, so that a change of language shows. */
export const [decimal, setDecimal] = createContext<() => string>();
