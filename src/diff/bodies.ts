// Two bodies of one media type, each kind by the comparison that fits it.
import type { DeclaredResponse, SchemaNode } from '../contract/index.ts';
import type { Reply, RuleId } from '../core/index.ts';
import { type BodyKind, bodyKindOf } from './body-kind.ts';
import { Bytes } from './bytes.ts';
import { decodeText } from './decode-text.ts';
import { eventsNode, readEvents } from './event-bodies.ts';
import { readForm, readMultipart } from './form-bodies.ts';
import { readHtml } from './html.ts';
import { compareDuplicates, type Framing, isSchemaOfLine, listNode, readJson, readJsonLines } from './json-bodies.ts';
import type { MarkupElement } from './markup.ts';
import { charsetOf, contentTypeOf } from './media-type.ts';
import { Position } from './position.ts';
import type { RawFinding } from './raw-finding.ts';
import { compareTexts } from './text-bodies.ts';
import { walkBodies } from './walk.ts';
import { walkMarkup } from './walk-markup.ts';
import { readXml } from './xml.ts';

export interface Replies {
  readonly legacy: Reply;
  readonly candidate: Reply;
}

interface Bodies extends Replies {
  readonly node: SchemaNode | undefined;
  /** Of the body, where the contract has no schema for it. */
  readonly place: string;
}

/** Every difference between two bodies that are not the same bytes. Throws BudgetExceeded. */
export function compareBodies({ legacy, candidate }: Replies, declared: DeclaredResponse): readonly RawFinding[] {
  const node = declared.kind === 'declared' ? declared.body : undefined;
  const bodies: Bodies = { legacy, candidate, node, place: `${declared.place}/body` };
  const kind = bodyKindOf(contentTypeOf(legacy));
  const found = COMPARISONS[kind](bodies);
  return kind === 'bytes' || hasMark(legacy) === hasMark(candidate) ? found : [...found, markChanged(bodies)];
}

/** Reading passes over it, and not all clients do (RFC 8259, section 8.1). */
function hasMark({ body }: Reply): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
}

function markChanged({ legacy, candidate, place }: Bodies): RawFinding {
  const view = { legacy: hasMark(legacy), candidate: hasMark(candidate), node: undefined, secret: false };
  return { rule: 'byte-order-mark-changed', class: 'value', place, types: 'bytes→bytes', at: '', view };
}

const COMPARISONS: Readonly<Record<BodyKind, (bodies: Bodies) => readonly RawFinding[]>> = {
  json: (bodies) => compareJson(bodies, readJson, bodies.node),
  'json-lines': (bodies) => compareLines(bodies, 'lines'),
  'json-sequence': (bodies) => compareLines(bodies, 'sequence'),
  events: (bodies) => compareJson(bodies, readEvents, eventsNode(bodies.node)),
  form: (bodies) => compareFields(bodies, ({ body }) => readForm(body, bodies.node)),
  multipart: (bodies) => compareFields(bodies, (reply) => readMultipart(reply.body, contentTypeOf(reply), bodies.node)),
  xml: (bodies) => compareMarkup(bodies, readXml),
  html: (bodies) => compareMarkup(bodies, readHtml),
  text: compareText,
  bytes: (bodies) => [bytesChanged(bodies)],
};

function compareLines(bodies: Bodies, framing: Framing): readonly RawFinding[] {
  const node = isSchemaOfLine(bodies.node) ? listNode(bodies.node) : bodies.node;
  return compareJson(bodies, (body) => readJsonLines(body, framing), node);
}

function compareJson(bodies: Bodies, read: typeof readJson, node: SchemaNode | undefined): readonly RawFinding[] {
  const [legacy, candidate] = [read(bodies.legacy.body), read(bodies.candidate.body)];
  if (!legacy || !candidate) return [unreadable(bodies, [legacy, candidate], 'response-body-not-json')];
  const root = Position.root(node, bodies.place);
  const found = walkBodies(root, { legacy: legacy.value, candidate: candidate.value });
  return [...found, ...compareDuplicates(root, legacy, candidate)];
}

function compareFields(bodies: Bodies, read: (reply: Reply) => unknown): readonly RawFinding[] {
  const [legacy, candidate] = [read(bodies.legacy), read(bodies.candidate)];
  if (!legacy || !candidate) return [unreadable(bodies, [legacy, candidate])];
  return walkBodies(Position.root(bodies.node, bodies.place), { legacy, candidate });
}

function compareMarkup(
  bodies: Bodies,
  read: (text: string, contentType: string | undefined) => MarkupElement | undefined,
): readonly RawFinding[] {
  const parse = (reply: Reply): MarkupElement | undefined => {
    const text = decodeText(reply.body, charsetOf(contentTypeOf(reply)) ?? declaredCharset(reply.body));
    return text === undefined ? undefined : read(text, contentTypeOf(reply));
  };
  const [legacy, candidate] = [parse(bodies.legacy), parse(bodies.candidate)];
  if (!legacy || !candidate) return [unreadable(bodies, [legacy, candidate])];
  const found = walkMarkup(bodies.place, { legacy, candidate }, bodies.node);
  return found.length > 0 ? found : [respelled(bodies)];
}

/** What a document says of itself at its beginning (XML 1.0, section 4.3.3; WHATWG HTML, section 13.2.3.2). */
function declaredCharset(body: Uint8Array): string | undefined {
  const start = Buffer.from(body.subarray(0, 1024)).toString('latin1');
  const found = /^<\?xml[^>]*\sencoding=["']([\w.:-]+)["']|<meta[^>]*\scharset=["']?([\w.:-]+)/i.exec(start);
  return found?.[1] ?? found?.[2];
}

function compareText(bodies: Bodies): readonly RawFinding[] {
  const [legacy, candidate] = [textOf(bodies.legacy), textOf(bodies.candidate)];
  if (legacy === undefined || candidate === undefined) return [unreadable(bodies, [legacy, candidate])];
  return compareTexts(Position.root(bodies.node, bodies.place), { legacy, candidate });
}

function textOf(reply: Reply): string | undefined {
  return decodeText(reply.body, charsetOf(contentTypeOf(reply)));
}

/** One body is not what its media type says it is, or both are not and have to be compared as they are. */
function unreadable(
  bodies: Bodies,
  [legacy, candidate]: readonly unknown[],
  rule: RuleId = 'response-body-malformed',
): RawFinding {
  if (legacy === undefined && candidate === undefined) return bytesChanged(bodies);
  return { ...bytesChanged(bodies), rule, class: 'breaking' };
}

function bytesChanged({ legacy, candidate, place }: Bodies): RawFinding {
  const view = {
    legacy: new Bytes(legacy.body),
    candidate: new Bytes(candidate.body),
    node: undefined,
    secret: false,
  };
  return { rule: 'response-body-changed', class: 'value', place, types: 'bytes→bytes', at: '', view };
}

function respelled({ place }: Bodies): RawFinding {
  const view = { legacy: undefined, candidate: undefined, node: undefined, secret: false };
  return { rule: 'markup-respelled', class: 'cosmetic', place, types: 'bytes→bytes', at: '', view };
}
