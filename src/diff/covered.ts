// Which of what the contract tells apart a pair shows in which both sides agree.
import type { Outcome } from '../core/index.ts';
import { bodyKindOf } from './body-kind.ts';
import { parsePlainly } from './check-body.ts';
import type { JudgeContext, Judgement, ReplyPair } from './judge.ts';
import { contentTypeOf } from './media-type.ts';

const AGREEMENTS: ReadonlySet<Outcome> = new Set(['equal', 'equivalent', 'noise']);

/** The ids of the points; legacy's body stands for both. Of a value that is noise only that it is there is the same. */
export function coveredBy(
  { contract, operation }: JudgeContext,
  { legacy }: ReplyPair,
  { outcome, findings }: Pick<Judgement, 'outcome' | 'findings'>,
): readonly string[] {
  if (!AGREEMENTS.has(outcome)) return [];
  const isJson = bodyKindOf(contentTypeOf(legacy)) === 'json' && legacy.body.length > 0;
  const ids = contract.pointsOf(operation, legacy, isJson ? parsePlainly(legacy.body) : undefined);
  const noisy = findings.filter((finding) => finding.class !== 'cosmetic').map(({ place }) => `member ${place} `);
  return noisy.length === 0 ? ids : ids.filter((id) => !noisy.some((start) => id.startsWith(start)));
}
