import { EventEmitter } from 'node:events';
import { Unleash, type UnleashConfig, UnleashEvents } from 'unleash-client';
import { contextOf } from './routing-context.ts';
import { EMPTY_SNAPSHOT, type Snapshot, type UnleashFeature, type UnleashSegment } from './snapshot.ts';

type RepositoryInterface = NonNullable<UnleashConfig['repository']>;

/** Where unleash-client takes its flags from: the snapshot in use, in place of a server. */
export class SnapshotRepository extends EventEmitter implements RepositoryInterface {
  snapshot: Snapshot = EMPTY_SNAPSHOT;

  async start(): Promise<void> {
    this.emit(UnleashEvents.Ready);
  }

  stop(): void {}

  getToggle(name: string): UnleashFeature | undefined {
    return this.snapshot.features.get(name);
  }

  getToggles(): UnleashFeature[] {
    return [...this.snapshot.features.values()];
  }

  getTogglesWithSegmentData(): ReturnType<RepositoryInterface['getTogglesWithSegmentData']> {
    return this.getToggles().map(({ strategies = [], ...feature }) => ({
      ...feature,
      strategies: strategies.map(({ segments = [], ...strategy }) => ({
        ...strategy,
        segments: segments.map((id) => this.getSegment(id)),
      })),
    }));
  }

  getSegment(id: number): UnleashSegment | undefined {
    return this.snapshot.segments.get(id);
  }
}

export interface Evaluator {
  start(): Promise<void>;
  stop(): void;
  isCandidate(flag: string, key: string): boolean;
}

/** unleash-client over a repository of ours; it opens no socket, no file and no timer. */
export function createEvaluator(repository: SnapshotRepository, onError: (error: unknown) => void): Evaluator {
  const unleash = new Unleash({
    appName: 'paritygate',
    instanceId: 'paritygate',
    url: 'http://unused.invalid/',
    refreshInterval: 0,
    metricsInterval: 0,
    disableMetrics: true,
    disableAutoStart: true,
    skipInstanceCountWarning: true,
    repository,
  });
  unleash.on(UnleashEvents.Error, onError);
  return {
    start: () => unleash.start(),
    stop: () => unleash.destroy(),
    isCandidate: (flag, key) => unleash.isEnabled(flag, contextOf(key), false),
  };
}
