export { type Analyst, type AnalystAnswer, type AnalystOptions, createAnalyst, type WorkerMessage } from './analyst.ts';
export { createBudget } from './budget.ts';
export type { LaneStatus } from './lane.ts';
export { createMirrorPlanner, type MirrorPolicy } from './plan.ts';
export {
  createShadow,
  type Judged,
  type Shadow,
  type ShadowJudgement,
  type ShadowOptions,
  type ShadowPorts,
  type SidePair,
  type Subject,
} from './shadow.ts';
