export { compareReplies, isIdentical } from './compare.ts';
export { checkPair, type PairConformance } from './conformance.ts';
export { coveredBy } from './covered.ts';
export {
  failureOf,
  type JudgeContext,
  type Judgement,
  judgeFailure,
  judgePair,
  judgeSecondRead,
  judgeUnreadable,
  type ReplyPair,
} from './judge.ts';
export { isHarmless, type KeyedHash, redactTarget } from './redact.ts';
export { shapeOfTarget, tellableName } from './shape.ts';
