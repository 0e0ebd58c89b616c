export { type Control, type ControlOptions, createControl } from './control.ts';
export type { BreakerStatus, GroupStatus, ReloadStatus, StatusDocument, WorkerStatus } from './status.ts';
