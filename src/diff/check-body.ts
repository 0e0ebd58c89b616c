// Whether one reply keeps the contract, by itself: what its body is to the validator.
import type { Contract, Operation } from '../contract/index.ts';
import { breachKey, type Conformance, type PlacedBreach, type Reply, type Violation } from '../core/index.ts';
import { bodyKindOf } from './body-kind.ts';
import { decodeText } from './decode-text.ts';
import { readForm } from './form-bodies.ts';
import { isSchemaOfLine, textsOf } from './json-bodies.ts';
import { contentTypeOf } from './media-type.ts';
import { withDoubles } from './narrow.ts';

interface CheckContext {
  readonly contract: Contract;
  readonly operation: Operation;
  /** The reply answers HEAD and has no body by right. */
  readonly answersHead?: boolean;
}

export function checkBody(context: CheckContext, reply: Reply): Conformance {
  const values = valuesOf(context, reply);
  if (values === undefined) return violates('the body is not JSON');
  const { contract, operation, answersHead } = context;
  const { status, headers } = reply;
  const judge = (value: unknown): Conformance => contract.check(operation, { status, headers, answersHead }, value);
  if (values.length <= 1) return judge(values[0]);
  return worstOf(values, judge);
}

/** What the contract judges of a body: nothing, one value, or one for each line. Undefined where it should be JSON and is not. */
function valuesOf({ contract, operation }: CheckContext, reply: Reply): readonly unknown[] | undefined {
  if (reply.body.length === 0) return [];
  const declared = contract.response(operation, reply.status, contentTypeOf(reply));
  const node = declared.kind === 'declared' ? declared.body : undefined;
  const kind = bodyKindOf(contentTypeOf(reply));
  if (kind === 'form') return [withDoubles(readForm(reply.body, node))];
  if (kind !== 'json' && kind !== 'json-lines' && kind !== 'json-sequence') return [];
  const text = decodeText(reply.body);
  if (text === undefined) return undefined;
  if (kind === 'json') return parseAll([text]);
  const texts = textsOf(text, kind === 'json-lines' ? 'lines' : 'sequence');
  const lines = texts && parseAll(texts);
  return lines && !isSchemaOfLine(node) ? [lines] : lines;
}

/** A body as UTF-8 JSON, its numbers as doubles; undefined when it is not. */
export function parsePlainly(body: Uint8Array): unknown {
  const text = decodeText(body);
  return text === undefined ? undefined : parseAll([text])?.[0];
}

/** The validator knows doubles only, so nothing is gained by exact numbers here. */
function parseAll(texts: readonly string[]): readonly unknown[] | undefined {
  try {
    return texts.map((text): unknown => JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Lines that are judged for all that they break, and kinds of it. */
const MAX_LINES = 1_000;
const MAX_BREACHES = 50;

/** Violations of any line are those of the body. */
function worstOf(values: readonly unknown[], judge: (value: unknown) => Conformance): Conformance {
  let worst: Conformance = { kind: 'conforms' };
  const violations: Violation[] = [];
  const breaches = new Map<string, PlacedBreach>();
  for (const [index, value] of values.entries()) {
    const judged = judge(value);
    if (judged.kind === 'unchecked') worst = judged;
    if (judged.kind !== 'violates') continue;
    if (violations.length === 0) violations.push(...judged.violations.map((each) => inLine(each, index)));
    for (const breach of judged.breaches)
      if (breaches.size < MAX_BREACHES && !breaches.has(breachKey(breach)))
        breaches.set(breachKey(breach), inLine(breach, index));
    if (index >= MAX_LINES) break;
  }
  return violations.length === 0 ? worst : { kind: 'violates', violations, breaches: [...breaches.values()] };
}

function inLine<Placed extends { readonly at: string }>(placed: Placed, index: number): Placed {
  const { at } = placed;
  return { ...placed, at: at.startsWith('header:') ? at : `/${index}${at}` };
}

function violates(message: string): Conformance {
  return { kind: 'violates', violations: [{ at: '', message }], breaches: [] };
}
