// A path is matched as it is forwarded, byte for byte. A backend, though, may read it in another way: decode it, take a
// backslash for a slash, walk dot segments. Where such a reading names another operation, nobody can say which one the
// request is for, and it counts as unmatched: legacy answers it as it always has, and nothing is mirrored
// (docs/decisions/0013-path-tricks.md).
import type { Contract, Operation } from '../contract/index.ts';

export function matchOperation(
  contract: Pick<Contract, 'match'>,
  method: string,
  target: string,
): Operation | undefined {
  const operation = contract.match(method, target);
  if (operation === undefined || !hasReadings(target)) return operation;
  const readings = readingsOf(pathOf(target));
  const isAlone = readings?.every((path) => [undefined, operation].includes(contract.match(method, path)));
  return isAlone ? operation : undefined;
}

/** Whether the path holds anything that servers read differently; most paths do not. */
function hasReadings(target: string): boolean {
  const query = target.indexOf('?');
  const found = target.search(/[%\\;]|\/[./]/);
  return found !== -1 && (query === -1 || found < query);
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/** What a backend may take the path for; undefined where it may be led anywhere. */
function readingsOf(path: string): readonly string[] | undefined {
  const decoded = decode(path);
  const segments = decoded.split(/[/\\]+/);
  // Dot segments, which a server resolves, with the parameters that some cut off first; and NUL, which ends a C string.
  if (segments.some((segment) => /^\.{1,2}(?:;|$)/.test(segment)) || /%00/.test(decoded)) return undefined;
  const merged = segments.join('/');
  const bare = merged.replaceAll(/;[^/]*/g, '');
  return [merged, bare, merged.replace(/\/$/, ''), bare.replace(/\/$/, '')];
}

/** As often as a chain of servers may decode. */
const MAX_DECODINGS = 3;

function decode(path: string): string {
  let decoded = path;
  for (let turn = 0; turn < MAX_DECODINGS; turn += 1) {
    decoded = decoded.replaceAll(/%([2-7][\da-f])/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  return decoded;
}
