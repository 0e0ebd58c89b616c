export { type Control, type ControlOptions, createControl } from './control.ts';
export type { GroupStatus, ReloadStatus, StatusDocument, WorkerStatus } from './status.ts';
