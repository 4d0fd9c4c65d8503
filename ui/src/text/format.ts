// Numbers, times and dates as they are written here: comma for decimals, dot for thousands,
// dd/mm/yyyy, a true minus sign. English keeps the order of the date and the 24-hour clock.

export type Lang = 'vi' | 'en';

/** Samples per second of every position and length on the wire. */
export const RATE_HZ = 48_000;

const two = (n: number) => String(Math.trunc(n)).padStart(2, '0');

export function formatter(lang: Lang) {
  const [decimal, thousand] = lang === 'vi' ? [',', '.'] as const : ['.', ','] as const;

  function number(value: number, digits = 0): string {
    const [whole = '0', part] = Math.abs(value).toFixed(digits).split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousand);
    const zero = Number(value.toFixed(digits)) === 0;
    return (value < 0 && !zero ? '−' : '') + grouped + (part ? decimal + part : '');
  }
  const signed = (value: number, digits = 1) => (Number(value.toFixed(digits)) > 0 ? '+' : '') + number(value, digits);

  /** 1:24 or 1:02:03. */
  function duration(ms: number): string {
    const s = Math.round(Math.max(0, ms) / 1000);
    const [h, m] = [Math.trunc(s / 3600), Math.trunc(s / 60) % 60];
    return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  }
  /** 00:01:38,420 in two parts, so that the small one can be set smaller. */
  function timecode(samples: number): [string, string] {
    const ms = Math.round((Math.max(0, samples) / RATE_HZ) * 1000);
    const s = Math.trunc(ms / 1000);
    return [`${two(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}`, decimal + String(ms % 1000).padStart(3, '0')];
  }
  function bytes(value: number): string {
    if (value < 1000) return `${number(value)} B`;
    const step = Math.min(4, Math.floor(Math.log10(value) / 3));
    const scaled = value / 1000 ** step;
    return `${number(scaled, scaled < 100 ? 1 : 0)} ${['B', 'kB', 'MB', 'GB', 'TB'][step] ?? 'TB'}`;
  }
  function date(ms: number): string {
    const d = new Date(ms);
    return `${two(d.getDate())}/${two(d.getMonth() + 1)}/${d.getFullYear()}`;
  }
  const clock = (ms: number) => { const d = new Date(ms); return `${two(d.getHours())}:${two(d.getMinutes())}`; };
  const clockSeconds = (ms: number) => `${clock(ms)}:${two(new Date(ms).getSeconds())}`;
  /** Today only the hour counts; before, the day. */
  function when(ms: number, now = Date.now()): string {
    return date(ms) === date(now) ? clock(ms) : `${date(ms).slice(0, 5)} ${clock(ms)}`;
  }
  const db = (value: number | null | undefined, digits = 1) => (value == null ? '—' : number(value, digits));
  const seconds = (samples: number, digits = 2) => number(samples / RATE_HZ, digits);

  return { decimal, number, signed, duration, timecode, bytes, date, clock, clockSeconds, when, db, seconds };
}

export type Formatter = ReturnType<typeof formatter>;

/** 9f2c…e71a */
/** The part of an address people know a place by. */
export const hostOf = (url: string) => url.replace(/^https?:\/\/([^/]*).*$/, '$1');
export const shortDigest = (digest: string) => (digest.length > 12 ? `${digest.slice(0, 4)}…${digest.slice(-4)}` : digest);
