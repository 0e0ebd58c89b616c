// A backend that fails every mirrored request is not asked by every one: a connection that comes to nothing costs more than
// a pair that is compared, and live requests on the same thread would wait for it.
import type { BackendRequest, Clock, Side, SideResult } from '../core/index.ts';
import { isOurOwn } from './failures.ts';
import type { ShadowPorts } from './ports.ts';

/** The failure of a request that was not sent. It counts as the candidate's: whoever asked it lately got nothing. */
export const NOT_ASKED = 'PG_NOT_ASKED';

const FAILURES_IN_A_ROW = 20;
/**
 * How soon it is asked then, by one request at a time, and ever later: what is refused takes half a millisecond from live
 * requests. One answer, and all requests are sent again.
 */
const PROBE_MS = { first: 100, last: 400 } as const;

export interface OutageChange {
  readonly side: Side;
  readonly group: string | undefined;
  readonly isOut: boolean;
}

export interface OutageOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Must not throw. */
  readonly onChange: (change: OutageChange) => void;
}

interface Record {
  failures: number;
  nextProbeMs: number;
  /** Between the last probe and the next. */
  waitMs: number;
  isProbing: boolean;
}

/** The same `send`, which fails at once while a backend is out. */
export function withOutages(send: ShadowPorts['send'], { clock, onChange }: OutageOptions): ShadowPorts['send'] {
  const records = { legacy: new Map<string | undefined, Record>(), candidate: new Map<string | undefined, Record>() };
  const recordOf = (side: Side, { group }: BackendRequest): Record => {
    const known = records[side].get(group);
    if (known) return known;
    const record = { failures: 0, nextProbeMs: 0, waitMs: 0, isProbing: false };
    records[side].set(group, record);
    return record;
  };
  const note = (record: Record, result: SideResult, about: Omit<OutageChange, 'isOut'>): void => {
    if (result.kind === 'failed' && isOurOwn(result.code)) return;
    const wasOut = isOut(record);
    record.failures = hasAnswered(result) ? 0 : record.failures + 1;
    if (isOut(record) === wasOut) return;
    record.waitMs = PROBE_MS.first;
    record.nextProbeMs = clock.monotonicMs() + record.waitMs;
    onChange({ ...about, isOut: !wasOut });
  };
  const ask = async (record: Record, ...[side, request, likely]: Parameters<typeof send>): Promise<SideResult> => {
    const isProbe = isOut(record);
    try {
      const result = await send(side, request, likely);
      note(record, result, { side, group: request.group });
      return result;
    } finally {
      if (isProbe) record.isProbing = false;
    }
  };
  return (side, request, likely) => {
    const record = recordOf(side, request);
    if (isOut(record) && !mayProbe(record, clock.monotonicMs())) return FAILED_UNASKED;
    return ask(record, side, request, likely);
  };
}

const FAILED_UNASKED: SideResult = { kind: 'failed', code: NOT_ASKED, totalMs: 0 };

function isOut({ failures }: Record): boolean {
  return failures >= FAILURES_IN_A_ROW;
}

function mayProbe(record: Record, nowMs: number): boolean {
  if (record.isProbing || nowMs < record.nextProbeMs) return false;
  record.isProbing = true;
  record.waitMs = Math.min(PROBE_MS.last, record.waitMs * 2);
  record.nextProbeMs = nowMs + record.waitMs;
  return true;
}

const ANSWERS: ReadonlySet<string> = new Set(['BODY_TOO_LARGE', 'STREAMING', 'STREAM_WITHOUT_END']);

/** More than could be kept is an answer too. One that is out of all proportion, again and again, is none. */
function hasAnswered(result: SideResult): boolean {
  return result.kind === 'reply' || ANSWERS.has(result.code);
}
