// Lists of documents and the ways a new one begins.
import { f, t } from '../text/index.svelte';
import type { Document } from '../wire/Document';
import type { DocumentKind } from '../wire/DocumentKind';
import type { Offer } from '../wire/Offer';
import type { Problem } from '../wire/Problem';
import { asProblem } from '../host/host';
import { app } from './app.svelte';
import { notices } from './notices.svelte';
import { router } from './router.svelte';

export class DocumentList {
  items: Document[] | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  constructor(private readonly kind: DocumentKind | null) {}

  /** Loads, and follows what comes and goes; for an effect. */
  follow(): () => void {
    void this.load();
    return app.on((event) => { if (event.type === 'documents' || event.type === 'document' || event.type === 'anew') void this.load(); });
  }
  async load() {
    try { this.items = await app.call('documents', { kind: this.kind }); this.problem = null; } catch (error) { this.problem = asProblem(error); }
  }
}

export async function newProgramme(): Promise<string | null> {
  // Behind the recording nobody would see it.
  if (app.state?.recording) return null;
  const made = await app.ask('programme_create', { title: t().audio.newTitle(f().date(Date.now()).slice(0, 5)) });
  if (made) router.go('audio', made.id);
  return made?.id ?? null;
}

export async function newDeck(template: string): Promise<string | null> {
  const made = await app.ask('deck_create', { template, title: '' });
  if (made) router.go('board', made.id);
  return made?.id ?? null;
}

/** Begins a programme and records into it at once. Without a microphone no empty programme stays behind. */
export async function recordNew() {
  const programme = await newProgramme();
  if (!programme || await app.ask('record_start', { programme, track: null, position: null, device: null })) return;
  await app.ask('document_remove', { id: programme });
  router.go('audio');
}

/** Lays sounds into a programme, one after another. Gives the clips they became. */
export async function importSounds(programme: string, offers: Offer[]): Promise<string[]> {
  const clips: string[] = [];
  for (const offer of offers) {
    if (offer.kind === 'picture') { notices.tell('warn', t().audio.notSound(offer.name)); continue; }
    const result = await app.finish('programme_import', { programme, from: { type: 'offer', id: offer.id }, track: null, position: null });
    if (result?.type === 'imported' && result.clip) clips.push(result.clip);
  }
  return clips;
}

/** Files dropped where no document is open begin a programme. */
export async function programmeFrom(offers: Offer[]) {
  const sounds = offers.filter((offer) => offer.kind !== 'picture');
  if (sounds.length === 0) {
    for (const offer of offers) notices.tell('warn', t().audio.notSound(offer.name));
    return;
  }
  const programme = await newProgramme();
  if (programme) await importSounds(programme, sounds);
}

export const docView = (kind: DocumentKind) => (kind === 'programme' ? 'audio' : 'board');
