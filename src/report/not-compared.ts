import { type Evidence, UNCOMPARED_REASONS, type UncomparedReason } from '../core/index.ts';
import type { ReportDocument } from './document.ts';

const WHY: Readonly<Record<UncomparedReason, string>> = {
  'unsafe-method': 'The method may change data, so the request was sent to one backend only.',
  'sampled-out': 'The configured share of requests to mirror left it out.',
  'shadow-dropped': 'The shadow lane was full or had no connection left, and live traffic goes first.',
  'body-too-large': 'A body was larger than the configured cap.',
  budget: 'Comparing took longer, or found more, than its budget allows.',
  streaming: 'The response is a stream of events without an end to compare at.',
  'not-in-contract': 'The request matches no operation of the contract, so there is nothing to compare by.',
  undecodable: 'A body could not be decoded from its content coding or charset.',
  conditional: 'The client asked for a part or a change only, by validators of the backend that served it.',
  'client-aborted': 'The client went away before the response was complete.',
  'unknown-alias':
    'The request carries an id, token or cursor of the serving side, and what the other side issued in its place is not known.',
  'both-failed': 'Both sides failed, which says nothing about one of them.',
};

/** What was not compared, the largest reason first. */
export function listNotCompared({ operations }: Evidence): ReportDocument['notCompared'] {
  return UNCOMPARED_REASONS.map((reason) => {
    const seen = operations
      .filter((operation) => operation.uncompared[reason] > 0)
      .sort((one, other) => other.uncompared[reason] - one.uncompared[reason])
      .map((operation) => [operation.operationId, operation.uncompared[reason]] as const);
    const requests = seen.reduce((sum, [, count]) => sum + count, 0);
    return { reason, requests, why: WHY[reason], operations: Object.fromEntries(seen) };
  })
    .filter(({ requests }) => requests > 0)
    .sort((one, other) => other.requests - one.requests);
}
