// Stops asking a candidate that fails to serve: legacy does, until a probe says that the candidate is back. There is none
// for legacy, because there would be nobody to turn to.
import { CircuitState, CountBreaker, circuitBreaker, handleAll } from 'cockatiel';

export interface BreakerStatus {
  readonly state: 'closed' | 'open' | 'half-open';
  /** How often it opened. */
  readonly opened: number;
  /** Requests that the flags gave to the candidate and that went to legacy because of it. */
  readonly diverted: number;
}

/** Tells how an attempt ended; a failure is whatever a client would not call an answer. */
export type Report = (isAnswered: boolean) => void;

export interface Breaker {
  /** What to report the end of the attempt to; undefined when the candidate must not be asked now. */
  begin(method: string): Report | undefined;
  status(): BreakerStatus;
}

export interface BreakerOptions {
  /** Milliseconds since the epoch, as the library reads the time. */
  readonly now: () => number;
  readonly onChange: (state: BreakerStatus['state']) => void;
}

/** Of the last twenty attempts more than half failed, and there were at least five of them. */
const POLICY = { threshold: 0.5, size: 20, minimumNumberOfCalls: 5 };
export const PROBE_AFTER_MS = 5_000;

/** A probe may fail, so it must be a request that legacy may be given afterwards (RFC 9110, section 9.2.1). */
const PROBES: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const STATES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
} as const;

/** One object for all: an error of its own with its stack would cost more than the attempt. */
const FAILED = new Error('the candidate failed');

export function createBreaker({ now, onChange }: BreakerOptions): Breaker {
  const circuit = circuitBreaker(handleAll, { halfOpenAfter: PROBE_AFTER_MS, breaker: new CountBreaker(POLICY) });
  let probeAtMs = 0;
  let opened = 0;
  let diverted = 0;
  circuit.onBreak(() => {
    opened += 1;
    probeAtMs = now() + PROBE_AFTER_MS;
  });
  circuit.onStateChange((state) => onChange(STATES[state]));

  const mayTry = (method: string): boolean => {
    if (circuit.state === CircuitState.Closed) return true;
    return circuit.state === CircuitState.Open && PROBES.has(method) && now() >= probeAtMs;
  };
  const begin = (method: string): Report | undefined => {
    let report: Report | undefined;
    if (mayTry(method)) {
      const attempt = (): Promise<void> =>
        new Promise((resolve, reject) => {
          report = (isAnswered) => (isAnswered ? resolve() : reject(FAILED));
        });
      // The library calls `attempt` at once or not at all.
      circuit.execute(attempt).catch(() => {});
    }
    if (report === undefined) diverted += 1;
    return report;
  };
  return { begin, status: () => ({ state: STATES[circuit.state], opened, diverted }) };
}
