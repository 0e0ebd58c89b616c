import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { clusterOf, type EvidenceBinding, type Finding, fingerprintOf, type Observation } from '../core/index.ts';
import {
  createRecorder,
  createWindow,
  openStore,
  type Recorder,
  type RecorderOptions,
  type WindowRecord,
} from '../observations/index.ts';

export const BINDING: EvidenceBinding = { contract: 'c0ffee', rules: '1', build: 'b1' };

const directories: string[] = [];
// Not after each test, since a recorder that is still to be stopped there would make its directory again.
process.on('exit', () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A path for a store in a directory of its own. */
export function storePath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-store-'));
  directories.push(directory);
  return join(directory, 'observations.db');
}

export function sampleObservation(changes: Partial<Observation> = {}): Observation {
  return {
    at: 1000,
    operationId: 'getTrade',
    group: 'trades',
    served: 'legacy',
    outcome: 'equal',
    legacy: { status: 200, totalMs: 10, conformance: 'conforms' },
    candidate: { status: 200, totalMs: 20, conformance: 'conforms' },
    findings: [],
    method: 'GET',
    target: '/trades/1',
    ...changes,
  };
}

export function sampleFinding(changes: Partial<Finding> = {}): Finding {
  const kind = {
    rule: changes.rule ?? 'property-type-changed',
    place: changes.place ?? '#/p/id',
    types: 'integer→string',
  };
  return {
    ...kind,
    class: 'breaking',
    at: '/id',
    pointers: ['/id'],
    fingerprint: fingerprintOf({ ...kind, operationId: 'getTrade', status: 200, mediaType: 'application/json' }),
    cluster: clusterOf(kind),
    count: 1,
    legacy: 1,
    candidate: '1',
    ...changes,
  };
}

/** A window of these observations, each of which arrived. */
export function recordOf(observations: readonly Observation[], fromMs = 1000, toMs = fromMs + 1000): WindowRecord {
  const window = createWindow(fromMs);
  for (const observation of observations) {
    window.arrived(observation.operationId, observation.group);
    window.add(observation);
  }
  return window.close(toMs);
}

export interface RecorderBench {
  readonly recorder: Recorder;
  readonly path: string;
  readonly warnings: string[];
  /** The fabricated time. */
  readonly time: { nowMs: number };
}

/** A recorder on a store of its own; not started, and stopped after the test. */
export function setUpRecorder(
  context: TestContext,
  changes: Partial<RecorderOptions> & { readonly path?: string } = {},
): RecorderBench {
  const { path = storePath(), ...options } = changes;
  const warnings: string[] = [];
  const time = { nowMs: 1000 };
  const recorder = createRecorder({
    store: { path, busyTimeoutMs: 10 },
    binding: BINDING,
    windowMs: 60_000,
    clock: { now: () => time.nowMs, monotonicMs: () => time.nowMs },
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  context.after(() => recorder.stop());
  return { recorder, path, warnings, time };
}

/** Every second one is different. */
export function recordExchanges(recorder: Recorder, count: number): void {
  for (let n = 0; n < count; n += 1) {
    recorder.arrived('getTrade', 'trades');
    const isDifferent = n % 2 === 1;
    const findings = isDifferent ? [sampleFinding()] : [];
    recorder.record(sampleObservation({ outcome: isDifferent ? 'different' : 'equal', findings }));
  }
}

export function readStore(path: string) {
  const store = openStore({ path, readOnly: true });
  const stored = { evidence: store.readEvidence(), clusters: store.readClusters(), marks: store.readMarks() };
  store.close();
  return stored;
}
