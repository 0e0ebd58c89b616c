// Header names that say how a message is framed. There are four of them, told by their length first.

export type FramingKind = 'content-length' | 'transfer-encoding' | 'connection' | 'keep-alive';

const IN_A_TOKEN = new Uint8Array(256);
for (let code = 0x21; code < 0x7f; code++)
  IN_A_TOKEN[code] = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(code)) ? 1 : 0;

/** RFC 9110, section 5.6.2. By a table, which costs less for a short name than an expression does. */
export function isToken(text: string, from = 0, to = text.length): boolean {
  for (let at = from; at < to; at++) if (IN_A_TOKEN[text.charCodeAt(at)] !== 1) return false;
  return from < to;
}

/** Undefined for a name that says nothing about framing. */
export function framingKind(name: string): FramingKind | undefined {
  switch (name.length) {
    case 10:
      return pick(name, 'connection') ?? pick(name, 'keep-alive');
    case 14:
      return pick(name, 'content-length');
    case 17:
      return pick(name, 'transfer-encoding');
    default:
      return undefined;
  }
}

function pick(name: string, kind: FramingKind): FramingKind | undefined {
  return name === kind || name.toLowerCase() === kind ? kind : undefined;
}
