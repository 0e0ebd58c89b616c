// A profile of V8's sampling profiler, summed up: time spent in each function itself, within a window of time.

/** As the inspector protocol defines `Profiler.Profile`; times in microseconds of the machine's monotonic clock. */
export interface CpuProfile {
  readonly startTime: number;
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Before each sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

export interface SelfTime {
  readonly what: string;
  readonly us: number;
}

export interface Window {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Most first. `nameOf` puts frames together that are to be counted as one. */
export function sumSelfTimes(
  profile: CpuProfile,
  window: Window,
  nameOf: (node: ProfileNode) => string,
): readonly SelfTime[] {
  const names = new Map(profile.nodes.map((node) => [node.id, nameOf(node)]));
  const sums = new Map<string, number>();
  let at = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const us = profile.timeDeltas[index] ?? 0;
    at += us;
    const what = names.get(id);
    if (what !== undefined && at >= window.fromUs && at <= window.toUs) sums.set(what, (sums.get(what) ?? 0) + us);
  }
  return [...sums].map(([what, us]) => ({ what, us })).toSorted((a, b) => b.us - a.us);
}

/** `name file:line`. */
export function functionOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  if (url === '') return functionName || '(anonymous)';
  return `${functionName || '(anonymous)'} ${shorten(url)}:${lineNumber + 1}`;
}

/** The package, the room of src/ or the module of Node that a function belongs to. */
export function ownerOf({ callFrame: { functionName, url } }: ProfileNode): string {
  const file = shorten(url);
  const dependency = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  if (dependency) return dependency;
  if (file.startsWith('node:')) return file.replace('internal/', '').split('/').slice(0, 2).join('/');
  if (file.startsWith('src/')) return file.split('/').slice(0, 2).join('/');
  return functionName.startsWith('(') ? functionName : '(native)';
}

/** From the directory of the project on. */
function shorten(url: string): string {
  return url.replace(/^file:\/\/.*?\/(?=(?:src|node_modules)\/)/, '');
}
