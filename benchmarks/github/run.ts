// `npm run bench:github`: what a contract of 1,223 operations costs, from its first byte to the last schema compiled.
import { readFileSync } from 'node:fs';
import { type Contract, loadContract, type Operation } from '../../src/contract/index.ts';
import { quantile, type Spread, spreadOf } from '../statistics.ts';
import { formatTable } from '../table.ts';
import { formatTargets, stateOf, type Target } from '../targets.ts';
import { githubDescription } from './description.ts';

const ROUNDS = 7;
const MAX_LOAD_RATIO = 10;
const MAX_MATCH_US = 1;
const OPERATIONS = 1_223;

function run(): boolean {
  const file = githubDescription();
  const bytes = readFileSync(file);
  const contract = loadContract(file, new Map([[file, bytes]]));
  const requests = requestsOf(contract);
  checkMatches(contract, requests);
  const load = measureLoad(file, bytes);
  const match = measureMatch(contract, requests);
  const compiled = compileAll(contract, JSON.parse(bytes.toString()) as Description);
  const targets: readonly Target[] = [
    { what: 'load / JSON.parse of the same bytes', limit: MAX_LOAD_RATIO, value: load.ratio },
    { what: 'match, median in microseconds', limit: MAX_MATCH_US, value: match },
  ];
  console.log(`${contract.operations.length} operations, ${bytes.length} bytes\n`);
  console.log(
    formatTable([
      ['', 'median', 'min', 'max'],
      ['JSON.parse, ms', ...numbersOf(load.parse)],
      ['load, ms', ...numbersOf(load.load)],
      ['match, µs', ...numbersOf(match, 3)],
    ]),
  );
  console.log(
    `\n${compiled.schemas} response schemas compiled in ${compiled.ms.toFixed(0)} ms, ${compiled.unchecked.length} of them cannot be judged`,
  );
  for (const why of new Set(compiled.unchecked)) console.log(`  ${why}`);
  console.log(`\n## Targets\n\n${formatTargets(targets)}`);
  return targets.every((target) => stateOf(target) === 'held');
}

interface Request {
  readonly operation: Operation;
  readonly target: string;
}

/** One for each operation, its parameters filled in. */
function requestsOf(contract: Contract): readonly Request[] {
  return contract.operations.map((operation) => ({
    operation,
    target: `${operation.path.replaceAll(/\{[^}]+\}/g, (_, at: number) => `value-${at}`)}?page=2`,
  }));
}

/** Before anything is timed. */
function checkMatches(contract: Contract, requests: readonly Request[]): void {
  if (requests.length !== OPERATIONS) throw new Error(`expected ${OPERATIONS} operations, found ${requests.length}`);
  for (const { operation, target } of requests) {
    const found = contract.match(operation.method, target);
    if (found !== operation)
      throw new Error(`${operation.method} ${target}: expected ${operation.id}, got ${found?.id}`);
  }
}

/** Both in turn in each round, so that both meet the same moments of the machine. */
function measureLoad(file: string, bytes: Uint8Array) {
  const parse: number[] = [];
  const load: number[] = [];
  const sources = new Map([[file, bytes]]);
  for (let round = 0; round < ROUNDS; round++) {
    parse.push(timeOf(() => JSON.parse(Buffer.from(bytes).toString())));
    load.push(timeOf(() => loadContract(file, sources)));
  }
  return {
    parse: spreadOf(parse),
    load: spreadOf(load),
    ratio: spreadOf(load.map((ms, at) => ms / (parse[at] ?? NaN))),
  };
}

function timeOf(work: () => unknown): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}

const MATCHES = 200_000;

/** Microseconds a call; each round goes through all operations many times, and its median is over short runs of calls. */
function measureMatch(contract: Contract, requests: readonly Request[]): Spread | undefined {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const runs: number[] = [];
    for (let at = 0; at < MATCHES; at += RUN) runs.push((timeOf(() => matchFrom(contract, requests, at)) * 1000) / RUN);
    return quantile(
      runs.toSorted((a, b) => a - b),
      0.5,
    );
  });
  return spreadOf(rounds);
}

/** A single call is shorter than the clock is fine. */
const RUN = 100;

function matchFrom(contract: Contract, requests: readonly Request[], from: number): void {
  for (let at = from; at < from + RUN; at++) {
    const request = requests[(at * 7919) % requests.length];
    if (request && contract.match(request.operation.method, request.target) === undefined) throw new Error('no match');
  }
}

interface Description {
  readonly paths: Record<string, Record<string, { readonly responses?: Record<string, unknown> }>>;
}

interface Compiled {
  readonly schemas: number;
  readonly ms: number;
  readonly unchecked: readonly string[];
}

/** Every schema of every response judges a value once, and is compiled for it. */
function compileAll(contract: Contract, { paths }: Description): Compiled {
  const unchecked: string[] = [];
  let schemas = 0;
  const ms = timeOf(() => {
    for (const operation of contract.operations) {
      const responses = paths[operation.path]?.[operation.method.toLowerCase()]?.responses ?? {};
      for (const status of Object.keys(responses)) {
        const number = Number(status) || 599;
        const declared = contract.response(operation, number, 'application/json');
        if (declared.kind !== 'declared' || !declared.body) continue;
        schemas += 1;
        const reply = { status: number, headers: ['content-type', 'application/json'] };
        const judged = contract.check(operation, reply, {});
        if (judged.kind === 'unchecked') unchecked.push(judged.why);
      }
    }
  });
  return { schemas, ms, unchecked };
}

function numbersOf(spread: Spread | undefined, digits = 1): readonly string[] {
  return [spread?.median, spread?.min, spread?.max].map((value) => value?.toFixed(digits) ?? '-');
}

process.exitCode = run() ? 0 : 1;
