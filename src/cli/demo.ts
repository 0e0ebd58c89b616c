// A legacy, a candidate with known drifts, the proxy and their traffic; then the report, held against what was planted.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../config/index.ts';
import { EXIT, type ExitCode, ParitygateError } from '../core/index.ts';
import { judgeDrifts, runTraffic, startBackend, type TrafficResult } from '../demo/index.ts';
import type { ReportDocument } from '../report/index.ts';
import { unknownGroup } from './evidence.ts';
import { writeReport } from './report.ts';
import { type ServeChild, startServe } from './serve-child.ts';
import { formatTable, paint } from './terminal.ts';
import { flipWeight } from './weight.ts';

interface DemoOptions {
  readonly seconds: string;
  readonly seed: string;
  readonly keep?: boolean;
  readonly json?: boolean;
}

/** Less traffic than this cannot prove the slow operation slow. */
const LEAST_SECONDS = 20;
const RATE_PER_SECOND = 400;
const CONCURRENCY = 64;
const FLIP = { group: 'trades', percent: '10' };
const GROUPS = ['trades', 'tasks', 'orchestrations', 'operations'] as const;

interface Stage {
  readonly seconds: number;
  readonly seed: number;
  readonly configFile: string;
  readonly proxy: ServeChild;
  readonly say: (line: string) => void;
}

/** Exits 0 only when every drift was found as written down and nothing else was reported. */
export async function runDemo(options: Partial<DemoOptions>): Promise<ExitCode> {
  const seconds = parseWhole('--seconds', options.seconds ?? '40', LEAST_SECONDS);
  const seed = parseWhole('--seed', options.seed ?? '11', 0);
  const say = (line: string): void => console.error(line);
  const [legacy, candidate] = await Promise.all([
    startBackend({ side: 'legacy', seed: 1 }),
    startBackend({ side: 'candidate', seed: 1 }),
  ]);
  say(`legacy on ${legacy.origin}, candidate on ${candidate.origin}`);
  const directory = resolve('.paritygate/demo');
  const configFile = writeSetup(directory, { legacy: legacy.origin, candidate: candidate.origin });
  const proxy = await startServe(configFile);
  say(`proxy on ${proxy.url}, control on ${proxy.control}`);
  try {
    const traffic = await runScript({ seconds, seed, configFile, proxy, say });
    if (options.keep) await proxy.settle();
    else await proxy.stop();
    const { document, directory: reports } = await writeReport({ config: configFile });
    const ok = tell({ document, reports, traffic, json: options.json === true });
    if (options.keep) await stayUp(say, proxy);
    return ok ? EXIT.pass : EXIT.fail;
  } finally {
    await proxy.stop();
    await Promise.all([legacy.stop(), candidate.stop()]);
  }
}

function parseWhole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new ParitygateError(
    'PG_USAGE',
    `${name} is ${JSON.stringify(text)}; a whole number of at least ${least} was expected`,
    { fix: `try ${name} ${least * 2}` },
  );
}

/** Traffic all along; the weight is flipped when two fifths are over. */
async function runScript({ seconds, seed, configFile, proxy, say }: Stage): Promise<TrafficResult> {
  const startedMs = Date.now();
  const untilMs = startedMs + seconds * 1000;
  const flip = setTimeout(() => void flipOnTheWay(configFile).then(say, (error) => say(String(error))), seconds * 400);
  const progress = createProgress(seconds, startedMs);
  const traffic = await runTraffic({
    origin: proxy.url,
    seed,
    untilMs,
    concurrency: CONCURRENCY,
    ratePerSecond: RATE_PER_SECOND,
    onProgress: progress,
  });
  clearTimeout(flip);
  if (process.stderr.isTTY) process.stderr.write('\n');
  say(`${traffic.sent} requests sent, ${traffic.failed} unanswered`);
  return traffic;
}

/** As `paritygate weight trades 10` would, and as loud as everything that is no result. */
async function flipOnTheWay(configFile: string): Promise<string> {
  const config = loadConfig(configFile);
  const group = config.groups.find(({ name }) => name === FLIP.group);
  if (!group) throw unknownGroup(config, FLIP.group);
  const { sentence } = await flipWeight(config, group, {
    percent: FLIP.percent,
    reason: 'the demo flips it on the way',
  });
  return sentence;
}

const PROGRESS_LINE_MS = 10_000;

/** A line that moves on a terminal, and one line in ten seconds elsewhere. */
function createProgress(seconds: number, startedMs: number): (traffic: TrafficResult) => void {
  let saidMs = startedMs;
  return ({ sent }) => {
    const elapsedMs = Date.now() - startedMs;
    const line = `traffic ${Math.min(seconds, Math.round(elapsedMs / 1000))}/${seconds} s, ${sent} requests`;
    if (process.stderr.isTTY) process.stderr.write(`\r${line}`);
    else if (Date.now() - saidMs >= PROGRESS_LINE_MS) {
      saidMs = Date.now();
      console.error(line);
    }
  };
}

/** A fresh store, flags at zero, and a config like one a user would write. */
function writeSetup(
  directory: string,
  { legacy, candidate }: { readonly legacy: string; readonly candidate: string },
): string {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const contract = fileURLToPath(new URL('../../openapi/gateway.yaml', import.meta.url));
  const features = GROUPS.map((group) => ({
    name: `migrate.${group}`,
    type: 'release',
    enabled: true,
    strategies: [
      { name: 'flexibleRollout', parameters: { rollout: '0', stickiness: 'default', groupId: `migrate.${group}` } },
    ],
  }));
  writeFileSync(join(directory, 'flags.json'), `${JSON.stringify({ version: 2, features }, null, 2)}\n`);
  const file = join(directory, 'paritygate.yaml');
  writeFileSync(file, configText({ contract, legacy, candidate }));
  return file;
}

function configText({
  contract,
  legacy,
  candidate,
}: {
  readonly contract: string;
  readonly legacy: string;
  readonly candidate: string;
}): string {
  return `contract: ${JSON.stringify(contract)}
listen: 127.0.0.1:0
control: { listen: 127.0.0.1:0 }
backends: { legacy: ${legacy}, candidate: ${candidate} }
groups:
  trades: { tags: [trades], flag: migrate.trades }
  tasks: { tags: [tasks], flag: migrate.tasks }
  orchestrations: { tags: [orchestrations], flag: migrate.orchestrations }
  operations: { tags: [health], flag: migrate.operations }
stickiness: [header:x-user-id, ip]
flags: { file: flags.json }
store: sqlite:observations.db
window: 1s
# Each backend has data of its own, so a write that a dying candidate may have carried out does no harm in legacy.
fallback: { repeat: any }
# A quarter of this traffic differs on purpose, and every difference is read a second time.
confirm: { perSecond: 400, delayMs: 20 }
probe: { percent: 20, perSecond: 50 }
reports: ${JSON.stringify(resolve('reports'))}
gates:
  parity: { limit: 1% }
  errors: { margin: 1.2, floor: 1% }
  latency: { p99: { max: 250ms } }
  exempt:
    createTrade: the demo mirrors no writes
    createTask: the demo mirrors no writes
`;
}

interface Told {
  readonly document: ReportDocument;
  readonly reports: string;
  readonly traffic: TrafficResult;
  readonly json: boolean;
}

/** Prints the table *drift, expected, found* and says whether the tool kept its promise. */
function tell({ document, reports, traffic, json }: Told): boolean {
  // Each difference was planted by itself, also where two are one cause.
  const clusters = document.clusters.flatMap((cause) => [cause, ...cause.parts.map((part) => ({ ...cause, ...part }))]);
  const judged = judgeDrifts({ clusters, gates: document.gates });
  const ok = judged.ok && traffic.failed === 0 && document.totals.inFlight === 0;
  if (json) {
    console.log(
      JSON.stringify({ ...judged, ok, traffic, totals: document.totals, verdict: document.verdict, reports }, null, 2),
    );
    return ok;
  }
  const color = paint(process.stdout);
  const rows = judged.results.map((each) => [each.ok ? '✓' : '✗', each.drift, each.expected, each.found]);
  console.log(formatTable([['', 'DRIFT', 'EXPECTED', 'FOUND'], ...rows]));
  console.log(`\nfalse alarms: ${judged.falseAlarms.length === 0 ? 'none' : ''}`);
  for (const alarm of judged.falseAlarms) console.log(`  ${color.red(alarm)}`);
  const passed = new Set(document.gates.map(({ operationId }) => operationId)).difference(
    new Set(document.gates.filter(({ state }) => state !== 'pass').map(({ operationId }) => operationId)),
  );
  console.log(`operations that pass every gate: ${[...passed].join(', ') || 'none'}`);
  console.log(`\nverdict ${document.verdict.verdict}: ${document.verdict.summary}`);
  console.log(`report: ${relative('', join(reports, 'report.html'))}`);
  console.log(
    ok
      ? color.green('every drift was found as it was planted, and nothing else')
      : color.red('the report does not match what was planted'),
  );
  return ok;
}

function stayUp(say: (line: string) => void, { url, control }: ServeChild): Promise<void> {
  say(`still up: proxy on ${url}, control on ${control}; Ctrl-C ends it`);
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
