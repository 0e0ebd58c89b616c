// How numbers are written for people. A share is never rounded to 0 or to 100 percent: those two words mean "none" and
// "all" and are kept for exactly that.

export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A share of 0..1 in percent, such as `0.25 %`. */
export function formatShare(share: number): string {
  if (share <= 0) return '0 %';
  if (share === 1) return '100 %';
  const percent = share * 100;
  if (percent < 0.001) return '<0.001 %';
  if (percent < 100 && percent > 99.99) return '>99.99 %';
  const digits = percent < 0.1 ? 3 : percent < 10 || percent > 99 ? 2 : 1;
  return `${Number(percent.toFixed(digits))} %`;
}

export function formatMs(ms: number): string {
  const digits = ms < 10 ? 2 : ms < 100 ? 1 : 0;
  return `${Number(ms.toFixed(digits)).toLocaleString('en-US')} ms`;
}

/** `40 of 1,204 (3.32 %)`: no share without what it is a share of. */
export function formatCountOf(k: number, n: number): string {
  return n > 0 ? `${formatCount(k)} of ${formatCount(n)} (${formatShare(k / n)})` : '0 of 0';
}

/** `1 pair`, `2 pairs` */
export function formatNoun(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** An ISO time as people read it, in UTC and to the second. */
export function formatTime(iso: string | null): string {
  return iso === null ? 'never' : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
