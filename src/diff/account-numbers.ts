// Numbers of cards and accounts, told by their check digits: what merely has as many digits is an id like any other.

/** Groups of digits with a space or a dash between them; what stands behind a point is a fraction. */
const DIGITS = /(?<!\d\.)(?<![\d])\d+(?:[ -]\d+)*/g;
const MAX_DIGITS = 19;
/** ISO/IEC 7812: how the numbers of the large card schemes begin, and how long they are. */
const SCHEMES =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5\d{15}|2[2-7]\d{14}|3[47]\d{13}|3[0689]\d{12}|35\d{14}|6(?:\d{15}|\d{18}))$/;
/** ISO 13616: country, two check digits, and up to 30 characters, often in groups of four. */
const IBAN_LIKE = /\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?\b/gi;

export type AccountKind = 'card' | 'iban';

type Replace = (found: string, kind: AccountKind) => string;

/** The text with each number of a card or an account replaced. */
export function replaceAccountNumbers(text: string, replace: Replace): string {
  return text
    .replace(IBAN_LIKE, (found) => replaceIban(found, replace))
    .replace(DIGITS, (found) => replaceCards(found, replace));
}

/** A word behind it may look like its last group. */
function replaceIban(found: string, replace: Replace): string {
  for (let end = found.length; end > 0; end = found.lastIndexOf(' ', end - 1)) {
    const text = found.slice(0, end);
    if (isIban(text.toUpperCase())) return replace(text, 'iban') + found.slice(end);
  }
  return found;
}

/** A date or a code may stand beside it. */
function replaceCards(found: string, replace: Replace): string {
  const groups = found.split(/([ -])/);
  let shown = '';
  for (let at = 0; at < groups.length; at += 1) {
    const end = at % 2 === 0 ? endOfCard(groups, at) : undefined;
    shown += end === undefined ? (groups[at] ?? '') : replace(groups.slice(at, end).join(''), 'card');
    if (end !== undefined) at = end - 1;
  }
  return shown;
}

/** Where a card that begins with a group ends; undefined where none does. */
function endOfCard(groups: readonly string[], from: number): number | undefined {
  let digits = '';
  for (let at = from; at < groups.length && digits.length <= MAX_DIGITS; at += 2) {
    digits += groups[at] ?? '';
    if (isCard(digits)) return at + 1;
  }
  return undefined;
}

export function isCard(text: string): boolean {
  const digits = text.replace(/[ -]/g, '');
  return SCHEMES.test(digits) && luhn(digits) % 10 === 0;
}

/** ISO/IEC 7812-1, annex B. */
function luhn(digits: string): number {
  const sums = [...digits].reverse().map((digit, place) => {
    const value = place % 2 === 0 ? Number(digit) : Number(digit) * 2;
    return value > 9 ? value - 9 : value;
  });
  return sums.reduce((all, one) => all + one, 0);
}

/** ISO 7064, MOD 97-10: letters are numbers from 10, and the first four characters are read last. */
export function isIban(text: string): boolean {
  const characters = text.replaceAll(' ', '');
  if (!/^[A-Z]{2}\d{2}[A-Z\d]{11,30}$/.test(characters)) return false;
  const moved = characters.slice(4) + characters.slice(0, 4);
  const digits = moved.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}
