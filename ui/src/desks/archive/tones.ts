import type { Tone } from '../../kit/tone';
import type { ItemStatus } from '../../wire/ItemStatus';

const tones: Record<ItemStatus, Tone> = { draft: 'plain', review: 'warn', approved: 'ok', delivered: 'sky' };

export const toneOf = (status: ItemStatus) => tones[status];
