// Header names that say how a message is framed. There are four of them, told by their length first.

export type FramingKind = 'content-length' | 'transfer-encoding' | 'connection' | 'keep-alive';

/** RFC 9110, section 5.6.2. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

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
