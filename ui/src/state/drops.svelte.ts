// Files that come in: dropped, chosen in a window of the system, or chosen in the browser.
// The screen in sight says what becomes of them.
import { asProblem } from '../host/host';
import type { Offer } from '../wire/Offer';
import type { PickKind } from '../wire/PickKind';
import { app } from './app.svelte';
import { notices } from './notices.svelte';

type Taker = (offers: Offer[]) => void;
const ACCEPT: Record<PickKind, string> = { sound: 'audio/*,video/*,.wav,.flac,.mp3,.m4a,.opus,.ogg,.aiff', picture: 'image/png,image/jpeg,image/webp,image/bmp,image/gif' };

function chooseInBrowser(kind: PickKind): Promise<File[]> {
  return new Promise((resolve) => {
    const input = Object.assign(document.createElement('input'), { type: 'file', accept: ACCEPT[kind], multiple: kind === 'sound' });
    input.onchange = () => resolve([...(input.files ?? [])]);
    input.oncancel = () => resolve([]);
    input.click();
  });
}

class Drops {
  /** Files are held over the window. */
  over = $state(false);
  /** Files on their way into the core. */
  sending = $state(0);
  #takers: Taker[] = [];

  start(last: Taker) {
    this.#takers = [last];
    app.hover((over) => { this.over = over; });
    app.on((event) => {
      if (event.type !== 'offered') return;
      for (const problem of event.problems) notices.problem(problem);
      this.#give(event.offers);
    });
  }
  /** The screen in sight takes files as long as it lives. */
  take(taker: Taker): () => void {
    this.#takers.push(taker);
    return () => { this.#takers = this.#takers.filter((t) => t !== taker); };
  }
  /** Hands browser files to the core. */
  async send(files: Iterable<File>): Promise<Offer[]> {
    const offer = app.offer;
    if (!offer) return [];
    const offers: Offer[] = [];
    for (const file of files) {
      this.sending += 1;
      try { offers.push(await offer(file)); } catch (error) { notices.problem(asProblem(error)); } finally { this.sending -= 1; }
    }
    return offers;
  }
  async pick(kind: PickKind): Promise<Offer[]> {
    if (app.state?.has_dialogs) return (await app.ask('files_pick', { kind })) ?? [];
    return this.send(await chooseInBrowser(kind));
  }
  ondragover(event: DragEvent) {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.over = true;
  }
  ondragleave(event: DragEvent) { if (!event.relatedTarget) this.over = false; }
  async ondrop(event: DragEvent) {
    this.over = false;
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    event.preventDefault();
    this.#give(await this.send(files));
  }
  #give(offers: Offer[]) {
    this.over = false;
    if (offers.length > 0) this.#takers.at(-1)?.(offers);
  }
}

export const drops = new Drops();
