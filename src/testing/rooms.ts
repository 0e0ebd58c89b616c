import { posix } from 'node:path';

// The rooms of src/ and who may know whom, as a plain function over a file's path and text, so that a planted violation
// can prove that the rule bites. Rules of this kind that are only written down do not hold.

/** The rooms that each room may import, by their index.ts. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  contract: ['core'],
  routing: ['core'],
  shadow: ['core'],
  observations: ['core'],
  gate: ['core'],
  report: ['core'],
  config: ['core'],
  demo: ['core'],
  diff: ['core', 'contract'],
  rollout: ['core', 'gate'],
  http1: [],
  proxy: ['core', 'contract', 'routing', 'http1'],
  control: ['core', 'report', 'rollout'],
  cli: [
    ...['core', 'contract', 'routing', 'shadow', 'observations', 'gate', 'report', 'config', 'demo', 'diff', 'rollout'],
    ...['proxy', 'control'],
  ],
  testing: [
    ...['core', 'contract', 'routing', 'shadow', 'observations', 'gate', 'report', 'config', 'demo', 'diff', 'rollout'],
    ...['proxy', 'control'],
  ],
};

/** Rooms that compute and never touch the world: the verdict must not depend on where it is reached. */
export const PURE_ROOMS: readonly string[] = ['core', 'diff', 'gate', 'report'];

/** The packages that a pure room may use; a new one is added here once it is known to do no I/O. */
const PURE_PACKAGES: readonly string[] = ['json-diff', 'parse5', 'saxes', 'zod'];

export interface SourceFile {
  /** Relative to src/, with forward slashes. */
  readonly file: string;
  readonly source: string;
}

export interface Import {
  readonly specifier: string;
  /** False for `import type`, which leaves no trace at run time. */
  readonly isRuntime: boolean;
}

/** Everything that a file imports across rooms against the rules, one sentence each. */
export function violationsOf(source: SourceFile): readonly string[] {
  if (isTest(source.file)) return [];
  const room = roomOf(source.file);
  if (room !== undefined && !Object.hasOwn(ROOMS, room)) return [`${source.file}: ${room} is not a room`];
  const sentences = importsOf(source.source).map(({ specifier }) => judge(source.file, specifier));
  return sentences.filter((sentence) => sentence !== undefined).map((sentence) => `${source.file} ${sentence}`);
}

function judge(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return judgePackage(roomOf(file), specifier);
  const target = posix.join(posix.dirname(file), specifier);
  if (target.startsWith('../')) return `leaves src/ for ${specifier}`;
  if (isTest(target)) return `imports the test ${target}`;
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === to) return undefined;
  return (
    judgeDirection(from, to, target) ??
    (isDoor(target) ? undefined : `reaches past the index.ts of ${to} for ${target}`)
  );
}

function judgeDirection(from: string | undefined, to: string | undefined, target: string): string | undefined {
  if (to === undefined)
    return from === 'cli' || from === 'testing' ? undefined : `imports ${target}, which stands above the rooms`;
  if (to === 'testing') return `imports ${target}, which is for tests only`;
  const isAllowed = from === undefined ? to !== 'cli' && Object.hasOwn(ROOMS, to) : ROOMS[from]?.includes(to);
  return isAllowed ? undefined : `may not import the room ${to}`;
}

function judgePackage(room: string | undefined, specifier: string): string | undefined {
  if (room === undefined || !PURE_ROOMS.includes(room) || PURE_PACKAGES.includes(specifier)) return undefined;
  return `imports ${specifier}, but ${room} is pure`;
}

/** The way round, such as `a → b → a`, where the rooms' imports at run time form a cycle. */
export function runtimeCycleOf(files: readonly SourceFile[]): string | undefined {
  const graph = new Map<string, Set<string>>();
  for (const { file, source } of files.filter((candidate) => !isTest(candidate.file))) {
    const from = roomOf(file) ?? file;
    const targets = importsOf(source).filter(({ specifier, isRuntime }) => isRuntime && specifier.startsWith('.'));
    const reached = targets.map(({ specifier }) => posix.join(posix.dirname(file), specifier));
    graph.set(from, new Set([...(graph.get(from) ?? []), ...reached.map((target) => roomOf(target) ?? target)]));
  }
  return cycleIn(graph);
}

/** The first cycle of a graph, ignoring edges from a node to itself. */
export function cycleIn(graph: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const done = new Set<string>();
  const walk = (node: string, way: readonly string[]): string | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node].join(' → ');
    if (done.has(node)) return undefined;
    const next = [...(graph.get(node) ?? [])].filter((target) => target !== node);
    const found = next.map((target) => walk(target, [...way, node])).find((cycle) => cycle !== undefined);
    done.add(node);
    return found;
  };
  return [...graph.keys()].map((node) => walk(node, [])).find((cycle) => cycle !== undefined);
}

// Statements begin a line, as the formatter leaves them, so that prose in comments is not taken for one. Dynamic imports
// and `import('...')` types may stand anywhere.
const STATEMENT =
  /^[ \t]*(?:import\s*|(?:import|export)\b(?<type>\s+type\b(?!\s*(?:from\b|,)))?[^;'"`]*?\bfrom\s*)(?<quote>['"])(?<specifier>[^'"]+)\k<quote>/gm;
const DYNAMIC = /\b(?:import|require)\s*\(\s*(?<quote>['"`])(?<specifier>[^'"`]+)\k<quote>/g;

export function importsOf(source: string): readonly Import[] {
  return [...source.matchAll(STATEMENT), ...source.matchAll(DYNAMIC)].map(({ groups }) => ({
    specifier: groups?.['specifier'] ?? '',
    isRuntime: groups?.['type'] === undefined,
  }));
}

function roomOf(file: string): string | undefined {
  const [room, ...rest] = file.split('/');
  return rest.length > 0 ? room : undefined;
}

/** Files directly in src/ have no index to go through; a room is entered by its own. */
function isDoor(target: string): boolean {
  return roomOf(target) === undefined || /^[^/]+\/index\.ts$/.test(target);
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file);
}
