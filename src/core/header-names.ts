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

/** The value of a header by lower-case name, repeated ones joined as RFC 9110, section 5.3 allows. */
export function headerValue(headers: RawHeaders, name: string): string | undefined {
  let value: string | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    // Lengths first: most names differ in it, and folding costs a look-up.
    const found = headers[index] ?? '';
    if (found.length !== name.length || lowerName(found) !== name) continue;
    value = value === undefined ? headers[index + 1] : `${value}, ${headers[index + 1]}`;
  }
  return value;
}
