// Peak tiles of a source, fetched as binary and kept: u32 samples per bucket, u32 first bucket,
// u32 count, then (i16 min, i16 max, u16 rms) per bucket, little-endian.
import { app } from './app.svelte';

export interface PeakTile { readonly perBucket: number; readonly first: number; readonly count: number; readonly view: DataView }

export const BASE = 256;
const HEADER_BYTES = 12;
const ENTRY_BYTES = 6;
/** Buckets per request: 4,096 × 6 bytes is a comfortable answer and fills any screen. */
export const TILE = 4096;
/** Tiles kept; at 24 KiB each this is under 13 MB. */
const KEPT_MAX = 512;

export function readTile(buffer: ArrayBuffer): PeakTile | null {
  if (buffer.byteLength < HEADER_BYTES) return null;
  const head = new DataView(buffer);
  const count = Math.min(head.getUint32(8, true), Math.floor((buffer.byteLength - HEADER_BYTES) / ENTRY_BYTES));
  return { perBucket: head.getUint32(0, true), first: head.getUint32(4, true), count, view: new DataView(buffer, HEADER_BYTES) };
}

/** Lowest and highest value and RMS of buckets [from, to), each within -1 to 1; `null` where nothing is known. */
export function span(tile: PeakTile, from: number, to: number): [number, number, number] | null {
  const a = Math.max(0, from - tile.first);
  const b = Math.min(tile.count, to - tile.first);
  if (a >= b) return null;
  let [min, max, rms] = [32767, -32768, 0];
  for (let i = a; i < b; i++) {
    min = Math.min(min, tile.view.getInt16(i * ENTRY_BYTES, true));
    max = Math.max(max, tile.view.getInt16(i * ENTRY_BYTES + 2, true));
    rms = Math.max(rms, tile.view.getUint16(i * ENTRY_BYTES + 4, true));
  }
  return [min / 32768, max / 32768, Math.min(1, rms / 32768)];
}

/** The coarsest level whose buckets are no wider than a pixel. */
export function levelFor(samplesPerPixel: number, levels: number): number {
  const wanted = Math.floor(Math.log(Math.max(1, samplesPerPixel / BASE)) / Math.log(4));
  return Math.min(Math.max(0, wanted), Math.max(0, levels - 1));
}

/** How many levels the pyramid of so long a sound has: one more while a level holds over 256 points, six at the most. */
export function levelsOf(samples: number): number {
  let levels = 1;
  for (let points = samples / BASE; points > 256 && levels < 6; points /= 4) levels += 1;
  return levels;
}

class Peaks {
  #tiles = new Map<string, PeakTile | 'asked' | 'none'>();
  #onload = new Set<() => void>();

  onload(listener: () => void): () => void {
    this.#onload.add(listener);
    return () => this.#onload.delete(listener);
  }
  /** The tile that holds the bucket, or `null` while it is on its way. */
  tile(digest: string, level: number, bucket: number): PeakTile | null {
    const from = Math.floor(bucket / TILE) * TILE;
    const key = `${digest}/${level}/${from}`;
    const known = this.#tiles.get(key);
    if (known === undefined) void this.#fetch(key, digest, level, from);
    return typeof known === 'object' ? known : null;
  }
  /** Forgets what is not known, so that it is asked for again (a source was just taken in). */
  retry() { for (const [key, tile] of this.#tiles) if (tile === 'none') this.#tiles.delete(key); }

  async #fetch(key: string, digest: string, level: number, from: number) {
    this.#tiles.set(key, 'asked');
    if (this.#tiles.size > KEPT_MAX) this.#tiles.delete(this.#tiles.keys().next().value ?? '');
    let tile: PeakTile | null = null;
    try {
      const response = await fetch(app.media(`peaks/${digest}/${level}?from=${from}&count=${TILE}`));
      if (response.ok) tile = readTile(await response.arrayBuffer());
    } catch { /* shown as a clip without a wave */ }
    this.#tiles.set(key, tile ?? 'none');
    for (const listener of this.#onload) listener();
  }
}

export const peaks = new Peaks();
