import type { RawHeaders } from './exchange.ts';
import { Recent } from './recent.ts';

/** Backends send the same few names for ever; whoever makes up others costs time and no memory. */
const known = new Recent<string>(1_000);

/** A header name in lower case, as names are compared (RFC 9110, section 5.1). */
export function lowerName(name: string): string {
  return known.of(name, fold);
}

function fold(name: string): string {
  return name.toLowerCase();
}

/** The bit in which the two cases of a letter differ; in `-` and the digits it is set anyway. */
const CASE_BIT = 0x20;

/** Whether a header name is this one, which stands in lower case. By far the most differ in their length. */
export function isNamed(found: string, name: string): boolean {
  const { length } = name;
  if (found.length !== length) return false;
  for (let index = 0; index < length; index += 1)
    if ((found.charCodeAt(index) | CASE_BIT) !== name.charCodeAt(index)) return false;
  return true;
}

/** The value of a header by lower-case name, repeated ones joined as RFC 9110, section 5.3 allows. */
export function headerValue(headers: RawHeaders, name: string): string | undefined {
  let value: string | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    if (!isNamed(headers[index] ?? '', name)) continue;
    value = value === undefined ? headers[index + 1] : `${value}, ${headers[index + 1]}`;
  }
  return value;
}
