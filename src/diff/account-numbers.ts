// Numbers of cards and accounts, told by their check digits: what merely has as many digits is an id like any other.

/** Digits as cards have them, in one run or in groups. Each place of a text is tried for a bounded length. */
const CARD_LIKE = /(?<![\d.,])(?:\d[ -]?){12,18}\d(?![\d.,]\d)/g;
/** ISO/IEC 7812: how the numbers of the large card schemes begin, and how long they are. */
const SCHEMES =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5\d{15}|2[2-7]\d{14}|3[47]\d{13}|3[0689]\d{12}|35\d{14}|6(?:\d{15}|\d{18}))$/;
/** ISO 13616: country, two check digits, and up to 30 characters, often in groups of four. */
const IBAN_LIKE = /\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?\b/g;

export type AccountKind = 'card' | 'iban';

/** The text with each number of a card or an account replaced. */
export function replaceAccountNumbers(text: string, replace: (found: string, kind: AccountKind) => string): string {
  return text
    .replace(IBAN_LIKE, (found) => (isIban(found) ? replace(found, 'iban') : found))
    .replace(CARD_LIKE, (found) => (isCard(found) ? replace(found, 'card') : found));
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
