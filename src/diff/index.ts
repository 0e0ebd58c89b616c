export { compareReplies, isIdentical } from './compare.ts';
export { coveredBy } from './covered.ts';
export {
  checkPair,
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
