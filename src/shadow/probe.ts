// An A/A probe of one exchange: legacy answers the same a second time. Decision 0027.
import type { BackendRequest, Finding, ProbeObservation, Reply, ServedExchange, SideResult } from '../core/index.ts';
import type { ShadowPorts, Subject } from './ports.ts';
import { likelyStream } from './witness.ts';

/** A probe that was begun before anybody knew how the pair would come out. */
export interface Probe {
  /** With what the pair showed; undefined when there was no second reply, or it could not be compared. Never rejects. */
  readonly finish: (legacy: Reply, findings: readonly Finding[]) => Promise<ProbeObservation | undefined>;
}

type ProbePorts = Pick<ShadowPorts, 'send' | 'isIdentical' | 'findingsOf'>;

/**
 * Asks legacy the same once more, so far from its first reply as the candidate's is: together with the candidate, or
 * where that has served, after legacy's reply. What moves in the meantime moves as likely for the one as for the other.
 * `request`: as legacy knows it.
 */
export function beginProbe(ports: ProbePorts, exchange: ServedExchange, request: BackendRequest): Probe {
  const subject = { operationId: exchange.operationId, method: request.method };
  const ask = async (): Promise<SideResult> => ports.send('legacy', request, likelyStream(exchange));
  const asked = exchange.served === 'legacy' ? ask() : undefined;
  return {
    finish: async (legacy, candidate) => {
      const again = await (asked ?? ask());
      const own = again.kind === 'reply' ? await differencesOf(ports, subject, [legacy, again.reply]) : undefined;
      return own && { candidate, legacy: own };
    },
  };
}

async function differencesOf(
  ports: ProbePorts,
  subject: Subject,
  [legacy, candidate]: readonly [first: Reply, second: Reply],
): Promise<readonly Finding[] | undefined> {
  const pair = { legacy, candidate };
  return ports.isIdentical(subject.operationId, pair) ? [] : ports.findingsOf(subject, pair);
}
