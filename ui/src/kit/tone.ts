// The one meaning of each colour, by name; never used without a word or a sign beside it.
export type Tone = 'plain' | 'ok' | 'warn' | 'bad' | 'sky' | 'violet' | 'stage';
