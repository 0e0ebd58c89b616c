import { z } from 'zod';
import { milliseconds } from './notations.ts';

interface Limit {
  readonly min: number;
  readonly fallbackMs: number;
  readonly manual: string;
}

const LIMITS = {
  connectMs: {
    min: 1,
    fallbackMs: 2_000,
    manual:
      'Time to connect to a backend, TLS included, default 2000. Until it is over a dead candidate delays its requests before legacy takes them.',
  },
  headersMs: {
    min: 1,
    fallbackMs: 30_000,
    manual:
      'Time from the request to the response headers, default 30000. Keep it below that of the load balancer in front.',
  },
  idleMs: {
    min: 1,
    fallbackMs: 60_000,
    manual: 'Longest silence within a response body, default 60000. Event streams need more than their heartbeat.',
  },
  totalMs: {
    min: 0,
    fallbackMs: 0,
    manual:
      'Time for a whole answer, first to last byte, of each backend that is tried, default 0 for none. What has not begun by then is answered with 504, or by legacy where the candidate was asked; what has begun is cut, so downloads, uploads and event streams in the group need more than their length.',
  },
  resolveMs: {
    min: 1_000,
    fallbackMs: 30_000,
    manual:
      "Time until new addresses of a backend's name are used, default 30000. Connections to a name are replaced between two requests, at a quarter to a half of this age.",
  },
} as const satisfies Record<string, Limit>;

function always({ min, fallbackMs, manual }: Limit) {
  return milliseconds(min)
    .default(fallbackMs)
    .describe(manual)
    .meta({ examples: [fallbackMs] });
}

function maybe({ min, fallbackMs, manual }: Limit) {
  return milliseconds(min)
    .optional()
    .describe(manual.replace(/, default [^.:]+/, ''))
    .meta({ examples: [fallbackMs] });
}

export const timeouts = z
  .strictObject({
    connectMs: always(LIMITS.connectMs),
    headersMs: always(LIMITS.headersMs),
    idleMs: always(LIMITS.idleMs),
    totalMs: always(LIMITS.totalMs),
    resolveMs: always(LIMITS.resolveMs),
  })
  .prefault({})
  .describe('Time limits of the live leg; a group may have its own. The mirrored one has `shadow.timeoutMs`.')
  .meta({ examples: [{ connectMs: 2_000 }] });

export const groupTimeouts = z
  .strictObject({
    connectMs: maybe(LIMITS.connectMs),
    headersMs: maybe(LIMITS.headersMs),
    idleMs: maybe(LIMITS.idleMs),
    totalMs: maybe(LIMITS.totalMs),
    resolveMs: maybe(LIMITS.resolveMs),
  })
  .default({})
  .describe('Only for this group, each instead of the one in `timeouts`.')
  .meta({ examples: [{ headersMs: 2_000 }] });
