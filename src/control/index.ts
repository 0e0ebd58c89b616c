export { type Control, type ControlOptions, createControl } from './control.ts';
export type { GroupStatus, StatusDocument } from './status.ts';
