// From two replies, or four after a second read, to the outcome of the exchange and what it rests on.
import type { Contract, Operation } from '../contract/index.ts';
import type { Finding, Issued, Outcome, Reply, Side, SideResult } from '../core/index.ts';
import { compareReplies } from './compare.ts';
import { confirm, isCosmetic } from './confirm.ts';
import { toFindings } from './findings.ts';
import { issuedIn } from './issued.ts';
import { contentTypeOf, essenceOf } from './media-type.ts';
import type { RawFinding } from './raw-finding.ts';
import type { KeyedHash } from './redact.ts';

export interface Judgement {
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  /** True when a second read could tell a lasting difference from a passing one. */
  readonly confirmable: boolean;
  /** What each side issued in the same place. In clear: for requests to come, and never to be kept. */
  readonly issued?: readonly Issued[];
}

/** One read of both sides. */
export interface ReplyPair {
  readonly legacy: Reply;
  readonly candidate: Reply;
}

export interface JudgeContext {
  readonly contract: Contract;
  readonly operation: Operation;
  readonly hash: KeyedHash;
  /** See `FindingContext`. */
  readonly wantsExample?: (cluster: string) => boolean;
  /** See `FindingContext`. */
  readonly keepsShapesOnly?: boolean;
  /** The replies answer HEAD and have no body by right. */
  readonly answersHead?: boolean;
}

/** Judges a pair of replies that are not byte-identical. `budget`: too large to judge. */
export function judgePair(context: JudgeContext, pair: ReplyPair): Judgement | 'budget' {
  const compared = compareReplies(context.contract, { operation: context.operation, ...pair });
  if (compared.kind === 'budget') return 'budget';
  const outcome = outcomeOf(compared.findings);
  const issued = issuedIn(compared.findings, [pair.legacy.headers, pair.candidate.headers]);
  const findings = describe(context, pair, compared.findings);
  return { outcome, findings, confirmable: outcome === 'different', ...(issued.length > 0 && { issued }) };
}

function outcomeOf(findings: readonly RawFinding[]): Outcome {
  if (findings.length === 0) return 'equal';
  return findings.every(isCosmetic) ? 'equivalent' : 'different';
}

/** Judges a pair of which exactly one side could not be decoded, or was larger than is read: that is the difference. */
export function judgeUnreadable(
  { operation, hash }: Pick<JudgeContext, 'operation' | 'hash'>,
  unreadable: Side,
): Judgement {
  const body = (side: Side): unknown => ({ body: side === unreadable ? 'unreadable' : 'readable' });
  const raw: RawFinding = {
    rule: 'response-body-unreadable',
    class: 'breaking',
    place: `${operation.place}/responses`,
    types: unreadable === 'legacy' ? 'unreadable→bytes' : 'bytes→unreadable',
    at: '',
    view: { legacy: body('legacy'), candidate: body('candidate'), node: undefined, secret: false },
  };
  return {
    outcome: 'different',
    findings: toFindings([raw], { operation, status: 0, mediaType: '', hash }),
    confirmable: false,
  };
}

/** Judges a mismatch after both sides were read again. */
export function judgeSecondRead(
  context: JudgeContext,
  served: Side,
  [first, second]: readonly [ReplyPair, ReplyPair],
): Judgement | 'budget' | 'no-second-read' {
  // A side that now answers with another status (a limit on reads, a restart) did not read the same thing again.
  if (isAnotherStatus(first, second)) return 'no-second-read';
  const find = (legacy: Reply, candidate: Reply): readonly RawFinding[] | undefined => {
    const compared = compareReplies(context.contract, { operation: context.operation, legacy, candidate });
    return compared.kind === 'budget' ? undefined : compared.findings;
  };
  const [one, two] = [find(first.legacy, first.candidate), find(second.legacy, second.candidate)];
  const [legacy, candidate] = [find(first.legacy, second.legacy), find(first.candidate, second.candidate)];
  const ahead = find(second.legacy, first.candidate);
  if (!one || !two || !legacy || !candidate || !ahead) return 'budget';
  const confirmed = confirm({ served, first: one, second: two, self: { legacy, candidate }, ahead });
  return { outcome: confirmed.outcome, findings: describe(context, first, confirmed.findings), confirmable: false };
}

function isAnotherStatus(first: ReplyPair, second: ReplyPair): boolean {
  if (first.legacy.status !== first.candidate.status) return false;
  return first.legacy.status !== second.legacy.status || first.candidate.status !== second.candidate.status;
}

/** Judges an exchange in which exactly one side gave no usable response; undefined when both did, or neither. */
export function judgeFailure(
  operation: Operation,
  results: Readonly<Record<Side, SideResult>>,
  hash: KeyedHash,
): Judgement | undefined {
  const [legacy, candidate] = [failureOf(results.legacy), failureOf(results.candidate)];
  if ((legacy === undefined) === (candidate === undefined) && !isTransport(results)) return undefined;
  const outcome = legacy === undefined ? 'candidate-error' : 'legacy-error';
  const rule = isTransport(results) ? 'no-response' : 'server-error';
  const types = `${statusOf(results.legacy)}→${statusOf(results.candidate)}`;
  const view = { legacy: shown(results.legacy), candidate: shown(results.candidate), node: undefined, secret: false };
  const raw: RawFinding = { rule, class: 'breaking', place: `${operation.place}/responses`, types, at: '', view };
  return { outcome, findings: toFindings([raw], { operation, status: 0, mediaType: '', hash }), confirmable: false };
}

/** `HTTP_503`, a transport code, or undefined when the side answered with something usable. */
export function failureOf(result: SideResult): string | undefined {
  if (result.kind === 'failed') return result.code;
  return result.reply.status >= 500 ? `HTTP_${result.reply.status}` : undefined;
}

function isTransport(results: Readonly<Record<Side, SideResult>>): boolean {
  return results.legacy.kind === 'failed' || results.candidate.kind === 'failed';
}

function statusOf(result: SideResult): string {
  return result.kind === 'reply' ? String(result.reply.status) : 'none';
}

function shown(result: SideResult): unknown {
  return result.kind === 'reply' ? { status: result.reply.status } : { failed: result.code };
}

function describe(
  { operation, hash, wantsExample, keepsShapesOnly }: JudgeContext,
  pair: ReplyPair,
  raw: readonly RawFinding[],
): readonly Finding[] {
  const mediaType = essenceOf(contentTypeOf(pair.legacy));
  return toFindings(raw, { operation, status: pair.legacy.status, mediaType, hash, wantsExample, keepsShapesOnly });
}
