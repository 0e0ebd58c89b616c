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
export { type KeyedHash, redactTarget } from './redact.ts';
export { shapeOfTarget } from './shape.ts';
