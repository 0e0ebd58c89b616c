export { type Analyst, type AnalystAnswer, type AnalystOptions, createAnalyst, type WorkerMessage } from './analyst.ts';
export { createBudget } from './budget.ts';
export type { LaneStatus } from './lane.ts';
export { createMirrorPlanner, type MirrorPolicy } from './plan.ts';
export type { Judged, ShadowJudgement, ShadowPorts, SidePair, Subject } from './ports.ts';
export { createShadow, type Shadow, type ShadowOptions } from './shadow.ts';
