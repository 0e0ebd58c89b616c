// Header names as they go over the wire, each looked at once and remembered: both sides send the same few for ever.

/** What a header name means to the framing of a message; `other` to nothing here. */
export type NameKind = 'content-length' | 'transfer-encoding' | 'connection' | 'keep-alive' | 'other';

const FRAMING: ReadonlySet<string> = new Set<NameKind>([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
]);

/** RFC 9110, section 5.6.2. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A peer that makes up names must not fill the memory. */
const MAX_KNOWN = 1_000;

const known = new Map<string, NameKind>();

/** Undefined when it is no header name (RFC 9112, section 5.1: nothing between the name and its colon either). */
export function nameKind(name: string): NameKind | undefined {
  return known.get(name) ?? learn(name);
}

function learn(name: string): NameKind | undefined {
  if (!TOKEN.test(name)) return undefined;
  const lower = name.toLowerCase();
  const kind = FRAMING.has(lower) ? (lower as NameKind) : 'other'; // the set holds nothing but kinds
  // Begun anew when it is full: one that makes names up must not keep those of others out for good.
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(detached(name), kind);
  return kind;
}

/** The engine may keep a part of a text as a view of the whole: a remembered name would hold on to a whole head. */
function detached(name: string): string {
  return Buffer.from(name, 'latin1').toString('latin1');
}
