// Bodies that are text: one value where it is one line, and line by line where it is more.
import { Bytes } from './bytes.ts';
import { asDeclared } from './form-bodies.ts';
import { Position } from './position.ts';
import type { RawFinding } from './raw-finding.ts';
import { isSecretName } from './redact.ts';
import { walkBodies } from './walk.ts';

interface Texts {
  readonly legacy: string;
  readonly candidate: string;
}

export function compareTexts(root: Position, { legacy, candidate }: Texts): readonly RawFinding[] {
  // In two character sets the same text has other bytes, which its header tells.
  if (legacy === candidate) return [];
  const [left, right] = [splitLines(legacy), splitLines(candidate)];
  const isLong = left.length > 1 || right.length > 1;
  if (!isLong || isOneValue(root))
    return walkBodies(root, {
      legacy: asDeclared(legacy, root.node),
      candidate: asDeclared(candidate, root.node),
    });
  const isHidden = hidesSecrets(legacy) || hidesSecrets(candidate);
  const shown = (lines: readonly string[]): readonly unknown[] => (isHidden ? lines.map(Bytes.ofText) : lines);
  const found = walkBodies(Position.root(undefined, root.place), { legacy: shown(left), candidate: shown(right) });
  return found.length > 0 ? found : [lineEndsChanged(root, { legacy, candidate })];
}

/** A key, a block of YAML under the name of a secret, or a column of one: the lines themselves do not say what they hold. */
function hidesSecrets(text: string): boolean {
  if (text.includes('PRIVATE KEY-----')) return true;
  const [head = ''] = splitLines(text.slice(0, 4_096));
  const columns = /[,;\t|]/.test(head) ? head.split(/[,;\t|]/).map((name) => name.trim().replace(/^"|"$/g, '')) : [];
  if (columns.some((name) => /^[\w.-]+$/.test(name) && isSecretName(name))) return true;
  return [...text.matchAll(BLOCK)].some(([, name = '']) => isSecretName(name));
}

const BLOCK = /^[ \t-]*"?([\w.-]{1,64})"?[ \t]*:[ \t]*[>|][+-]?\d?[ \t]*$/gm;

/** The contract says more of it than that it is a text. */
function isOneValue({ node }: Position): boolean {
  if (!node) return false;
  const isOther = node.types !== undefined && !node.types.has('string');
  return isOther || node.sensitive || node.volatile || node.format !== undefined || node.members !== undefined;
}

function splitLines(text: string): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.length > 1 && lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** A client may well read `OK` and not `OK\n`. */
function lineEndsChanged(root: Position, { legacy, candidate }: Texts): RawFinding {
  return {
    rule: 'text-line-ends-changed',
    class: 'value',
    place: root.place,
    types: 'string→string',
    at: '',
    view: { legacy: endsOf(legacy), candidate: endsOf(candidate), node: undefined, secret: false },
  };
}

function endsOf(text: string): unknown {
  return {
    crlf: text.match(/\r\n/g)?.length ?? 0,
    lf: text.match(/(?<!\r)\n/g)?.length ?? 0,
    cr: text.match(/\r(?!\n)/g)?.length ?? 0,
    'ends with a line break': /[\r\n]$/.test(text),
  };
}
