import type { Breach, Conformance, RawHeaders } from '../core/index.ts';
import { essenceOf, isJsonMediaType } from './media-type.ts';
import type { FoundResponse, Responses } from './responses.ts';
import type { CheckedReply, DeclaredHeader, Operation } from './types.ts';
import { type Judgement, MAX_VIOLATIONS, type Validator, type Violated } from './validator.ts';

const CONFORMS: Conformance = { kind: 'conforms' };
const NOTHING: Violated = { violations: [], breaches: [] };

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
    return conformanceOf({ violations: [{ at: '', message }], breaches: [{ ...breach, at: '' }] });
  }
  const missing = missingHeaders(found.headers, reply.headers);
  const judgement = isBodyless(reply) ? NOTHING : judgeBody(found, { ...subject, contentType }, validator);
  if ('violations' in judgement)
    return conformanceOf({
      violations: [...missing.violations, ...judgement.violations],
      breaches: [...missing.breaches, ...judgement.breaches],
    });
  return missing.violations.length > 0 ? conformanceOf(missing) : { kind: 'unchecked', why: judgement.unchecked };
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
  if (schemaPlace === undefined || found.body === undefined) return NOTHING;
  if (body !== undefined) return validator.judge(schemaPlace, body);
  if (contentType !== undefined && isJsonMediaType(contentType)) return violated('the body is not JSON');
  if (found.body.types?.has('string') ?? true) return NOTHING;
  return { unchecked: `the schema at ${schemaPlace} is about JSON, and the body is something else` };
}

/** RFC 9110, 6.4.1 and 15.3.6: responses that have no content whatever their headers say. */
function isBodyless({ status, answersHead }: CheckedReply): boolean {
  return answersHead === true || status < 200 || status === 204 || status === 205 || status === 304;
}

function missingHeaders(declared: ReadonlyMap<string, DeclaredHeader>, headers: RawHeaders): Violated {
  const missing = [...declared.values()].filter(
    ({ name, required }) => required && valueOfHeader(headers, name) === undefined,
  );
  return {
    violations: missing.map(({ name }) => ({
      at: `header:${name}`,
      message: `the required header ${name} is missing`,
    })),
    breaches: missing.map(({ name, place }) => ({ keyword: 'header', place, found: name, at: `header:${name}` })),
  };
}

function valueOfHeader(headers: RawHeaders, name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() === name) return headers[index + 1];
  }
  return undefined;
}

function violated(message: string, breach?: Breach): Judgement {
  return { violations: [{ at: '', message }], breaches: breach ? [{ ...breach, at: '' }] : [] };
}

function conformanceOf({ violations, breaches }: Violated): Conformance {
  if (violations.length === 0) return CONFORMS;
  return { kind: 'violates', violations: violations.slice(0, MAX_VIOLATIONS), breaches };
}
