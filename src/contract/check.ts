import type { Breach, Conformance, RawHeaders, Violation } from '../core/index.ts';
import { essenceOf, isJsonMediaType } from './media-type.ts';
import type { FoundResponse, Responses } from './responses.ts';
import type { CheckedReply, DeclaredHeader, Operation } from './types.ts';
import type { Judgement, Validator } from './validator.ts';

/** A body with thousands of bad items has thousands of violations; the first ones tell what is wrong. */
const MAX_VIOLATIONS = 20;

const CONFORMS: Conformance = { kind: 'conforms' };

interface Subject {
  readonly operation: Operation;
  readonly reply: CheckedReply;
  readonly body: unknown;
}

/** Judges a reply by the contract: status, then headers, then media type and body. */
export function checkReply(subject: Subject, responses: Responses, validator: Validator): Conformance {
  const { operation, reply } = subject;
  const contentType = valueOfHeader(reply.headers, 'content-type');
  const found = responses.find(operation, reply.status, contentType);
  if (found.kind === 'undeclared-status') {
    const breach = { keyword: 'status', place: found.place, found: String(reply.status) };
    const message = `the status ${reply.status} is not documented for ${operation.id}`;
    return conformanceOf([{ at: '', message, breach }]);
  }
  const missing = missingHeaders(found.headers, reply.headers);
  const judgement = isBodyless(reply) ? { violations: [] } : judgeBody(found, { ...subject, contentType }, validator);
  if ('violations' in judgement) return conformanceOf([...missing, ...judgement.violations]);
  return missing.length > 0 ? conformanceOf(missing) : { kind: 'unchecked', why: judgement.unchecked };
}

function judgeBody(
  found: Exclude<FoundResponse, { kind: 'undeclared-status' }>,
  { operation, reply, body, contentType }: Subject & { contentType: string | undefined },
  validator: Validator,
): Judgement {
  if (found.kind === 'undeclared-media-type') {
    const documented = `documented for status ${reply.status} of ${operation.id}`;
    if (contentType === undefined) return violated(`the content-type is missing, and one is ${documented}`);
    const breach = { keyword: 'media-type', place: found.place, found: essenceOf(contentType) };
    return violated(`the media type ${essenceOf(contentType)} is not ${documented}`, breach);
  }
  const { schemaPlace } = found;
  if (schemaPlace === undefined || found.body === undefined) return { violations: [] };
  if (body !== undefined) return validator.judge(schemaPlace, body);
  if (contentType !== undefined && isJsonMediaType(contentType)) return violated('the body is not JSON');
  if (found.body.types?.has('string') ?? true) return { violations: [] };
  return { unchecked: `the schema at ${schemaPlace} is about JSON, and the body is something else` };
}

/** RFC 9110, 6.4.1 and 15.3.6: responses that have no content whatever their headers say. */
function isBodyless({ status, answersHead }: CheckedReply): boolean {
  return answersHead === true || status < 200 || status === 204 || status === 205 || status === 304;
}

function missingHeaders(declared: ReadonlyMap<string, DeclaredHeader>, headers: RawHeaders): Violation[] {
  return [...declared.values()]
    .filter(({ name, required }) => required && valueOfHeader(headers, name) === undefined)
    .map(({ name, place }) => ({
      at: `header:${name}`,
      message: `the required header ${name} is missing`,
      breach: { keyword: 'header', place, found: name },
    }));
}

function valueOfHeader(headers: RawHeaders, name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() === name) return headers[index + 1];
  }
  return undefined;
}

function violated(message: string, breach?: Breach): Judgement {
  return { violations: [{ at: '', message, breach }] };
}

function conformanceOf(violations: readonly Violation[]): Conformance {
  return violations.length === 0 ? CONFORMS : { kind: 'violates', violations: violations.slice(0, MAX_VIOLATIONS) };
}
