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
