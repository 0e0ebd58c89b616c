import { fnv1a64, type MirrorPlan, UNMATCHED } from '../core/index.ts';

export interface MirrorPolicy {
  /** Share of eligible requests to mirror, 0 to 100. */
  readonly percent: number;
  /** Methods that may be sent twice. */
  readonly methods: readonly string[];
  readonly maxBodyBytes: number;
}

export interface PlanQuestion {
  readonly operationId: string;
  readonly method: string;
  /** Hashed stickiness key; undefined when the client has none. */
  readonly key: string | undefined;
}

/** Decides which requests are mirrored. Sampling goes by client, so that whole sessions are seen or not seen. */
export function createMirrorPlanner(policy: MirrorPolicy): (question: PlanQuestion) => MirrorPlan {
  const methods = new Set(policy.methods);
  const mirror: MirrorPlan = { kind: 'mirror', maxBodyBytes: policy.maxBodyBytes };
  let turn = 0;
  return ({ operationId, method, key }) => {
    if (operationId === UNMATCHED) return { kind: 'skip', reason: 'not-in-contract' };
    if (!methods.has(method)) return { kind: 'skip', reason: 'unsafe-method' };
    if (policy.percent >= 100) return mirror;
    if (policy.percent <= 0) return SAMPLED_OUT;
    return bucketOf(key ?? String(turn++)) < policy.percent ? mirror : SAMPLED_OUT;
  };
}

const SAMPLED_OUT: MirrorPlan = { kind: 'skip', reason: 'sampled-out' };
const BUCKETS = 10_000n;

/** 0 to below 100, in steps of 0.01; salted so that it is independent of the weight's buckets. */
function bucketOf(key: string): number {
  return Number(BigInt(`0x${fnv1a64(`mirror:${key}`)}`) % BUCKETS) / 100;
}
