// The keyboard map: what can be pressed now, and the sheet that shows it.

export interface KeyCommand {
  /** `Ctrl+Z`, `Shift+ArrowLeft`, `S`, `?`; several ways are separated by a space. */
  keys: string;
  label: string;
  run: () => void;
  /** Also while a field is typed in (only for keys with Ctrl or Alt). */
  inFields?: boolean;
  /** Shown in the sheet instead of `keys`, where two commands share a line. */
  show?: string;
  hidden?: boolean;
}

/** `Ctrl+Shift+Z` for an event, letters in upper case; Ctrl stands for the command key on a Mac as well. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  let key = event.key === ' ' ? 'Space' : event.key;
  // Vietnamese input methods and Alt may change the letter; the key itself says which it was.
  const letter = /^(?:Key([A-Z])|Digit(\d))$/.exec(event.code);
  const plainSign = key.length === 1 && !/[\p{L}\d]/u.test(key) && !event.ctrlKey && !event.altKey;
  if (letter && !plainSign) key = letter[1] ?? letter[2] ?? key;
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey && !plainSign) parts.push('Shift');
  return [...parts, key].join('+');
}

function typing(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // A slider or a radio group needs the arrows and nothing else.
  if (target instanceof HTMLInputElement && target.type === 'range') return /Arrow|Home|End|Page/.test(key);
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'button';
}

/** Space and Enter on a focused control press it; they are not commands then. A link knows only Enter. */
export function pressesControl(target: Pick<Element, 'closest'>, key: string): boolean {
  const link = key === 'Enter' ? 'a[href], ' : '';
  return (key === 'Space' || key === 'Enter')
    && target.closest(`${link}button, [role="option"], [role="listbox"], [role="grid"], [role="switch"], summary`) !== null;
}

class Keys {
  #groups: { id: symbol; commands: () => KeyCommand[] }[] = $state([]);
  sheetOpen = $state(false);

  /** Adds commands as long as the caller lives; the latest group is asked first. Returns the removal. */
  add(commands: () => KeyCommand[]): () => void {
    const id = Symbol('keys');
    this.#groups = [...this.#groups, { id, commands }];
    return () => { this.#groups = this.#groups.filter((g) => g.id !== id); };
  }
  /** What the sheet shows: groups from the whole window to the screen. */
  sheet(): KeyCommand[][] {
    return this.#groups.map((g) => g.commands().filter((c) => !c.hidden)).filter((g) => g.length > 0);
  }
  handle(event: KeyboardEvent) {
    if (event.defaultPrevented || event.isComposing) return;
    // An open dialog owns the keyboard.
    if (document.querySelector('dialog[open]')) return;
    const key = keyName(event);
    const inField = typing(event.target, key);
    if (event.target instanceof HTMLElement && pressesControl(event.target, key)) return;
    for (const group of [...this.#groups].reverse()) {
      for (const command of group.commands()) {
        if (!command.keys.split(' ').includes(key)) continue;
        if (inField && !command.inFields) continue;
        event.preventDefault();
        command.run();
        return;
      }
    }
  }
}

export const keys = new Keys();
