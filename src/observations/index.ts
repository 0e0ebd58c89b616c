export type { StoreOptions } from './database.ts';
export { BASELINE_REQUESTS } from './evidence-fold.ts';
export type { Mark } from './mark.ts';
export { createRecorder, type Recorder, type RecorderOptions, type RecorderStatus } from './recorder.ts';
export type { Retention } from './retention.ts';
export { serveWrites } from './serve-writes.ts';
export { findSpills } from './spill-files.ts';
export { openStore, type Store } from './store.ts';
export { createWindow, type ObservationWindow, type OperationRecord, type WindowRecord } from './window.ts';
