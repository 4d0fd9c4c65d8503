// What must be in sight and in reach over an open dialog, too: a modal dialog makes all else dead.
import type { Snippet } from 'svelte';
import { createContext } from 'svelte';

/** The window gives it once; an open dialog draws it inside itself. */
export const [above, setAbove] = createContext<() => Snippet>();

/** How many dialogs are open: with none the window draws it. */
export const dialogs = $state({ open: 0 });
