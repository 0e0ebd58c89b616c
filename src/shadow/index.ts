export { type AliasParameters, createAliases } from './aliases.ts';
export { type Analyst, type AnalystAnswer, type AnalystOptions, createAnalyst, type WorkerMessage } from './analyst.ts';
export { type OutageChange, withOutages } from './outages.ts';
export { createMirrorPlanner, type MirrorPolicy } from './plan.ts';
export type { Checked, Judged, ShadowJudgement, ShadowPorts, SidePair, Subject } from './ports.ts';
export { createShadow, type Shadow, type ShadowOptions, type ShadowStatus } from './shadow.ts';
