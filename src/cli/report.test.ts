import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { ReportDocument } from '../report/index.ts';
import {
  assertOneError,
  createWorkspace,
  filesOf,
  runCommand,
  sendUsers,
  startPair,
  startServe,
  type Workspace,
} from '../testing/cli.ts';

const SCHEMA = new URL('../../schemas/report.v1.schema.json', import.meta.url);
const FORMATS = ['junit.xml', 'report.html', 'report.json', 'report.md'];

/** Fails unless every element that begins also ends, inside the one it began in, and every value is quoted. */
function assertWellFormed(xml: string): void {
  const attribute = String.raw`\s+[\w:.-]+="[^"<]*"`;
  const tag = new RegExp(
    String.raw`<(?:(?<end>/)(?<ended>[\w:.-]+)\s*|(?<begun>[\w:.-]+)(?:${attribute})*\s*(?<empty>/)?)>`,
    'g',
  );
  const body = xml.replace(/^<\?xml version="1\.0"[^?]*\?>\s*/, '');
  assert.notEqual(body, xml, 'it begins with the XML declaration');
  const open: string[] = [];
  for (const { groups = {} } of body.matchAll(tag)) {
    if (groups['end']) assert.equal(open.pop(), groups['ended']);
    else if (!groups['empty']) open.push(groups['begun'] ?? '');
  }
  assert.deepEqual(open, []);
  const rest = body.replace(tag, '');
  assert.doesNotMatch(rest, /[<]|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)/i, 'no loose markup');
  // XML 1.0 section 2.2: not even escaped may control characters stand in a document.
  assert.doesNotMatch(xml, /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u);
}

/** A workspace whose store holds 40 requests that a candidate answered otherwise, and 5 for no operation. */
async function recorded(t: Parameters<typeof startPair>[0]): Promise<Workspace> {
  const pair = await startPair(t);
  pair.differ();
  const workspace = createWorkspace(t, filesOf(pair));
  const serve = await startServe(t, workspace);
  await sendUsers(serve.url, 40);
  for (let turn = 0; turn < 5; turn += 1) await (await fetch(`${serve.url}/<unknown>&"path"`)).arrayBuffer();
  await serve.stop();
  return workspace;
}

test('paritygate report', async (t) => {
  const workspace = await recorded(t);
  const run = await runCommand(workspace, ['report', '--output', 'out']);
  const document: ReportDocument = JSON.parse(workspace.read('out/report.json'));

  await t.test('writes four files, prints the verdict and where they are, and exits 0 whatever the verdict', () => {
    assert.deepEqual([run.exitCode, run.stderr], [0, '']);
    assert.match(run.stdout, /^verdict fail: .*getThing.*\nreport: out\/report\.html\n$/);
    assert.deepEqual(readdirSync(workspace.path('out')).sort(), FORMATS);
  });

  await t.test('keeps the published schema', () => {
    const ajv = new Ajv2020({ strict: true, strictRequired: false });
    addFormats.default(ajv);
    const isReport = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));
    assert.equal(isReport(document), true, JSON.stringify(isReport.errors));
  });

  await t.test('puts every request into one outcome, and every uncompared one under a reason', () => {
    const { eligible, inFlight, outcomes, uncompared } = document.totals;
    const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, one) => all + one, 0);
    assert.deepEqual([eligible, inFlight, sum(outcomes)], [45, 0, 45]);
    assert.deepEqual([outcomes.different, outcomes.uncompared, sum(uncompared)], [40, 5, 5]);
    assert.equal(uncompared['not-in-contract'], 5);
  });

  await t.test('names the one cause with its place in the contract', () => {
    const causes = document.clusters.map(({ rule, place, line, traffic }) => [rule, place, line, traffic]);
    const line =
      workspace
        .read('openapi.yaml')
        .split('\n')
        .findIndex((text) => text.includes(' size: {')) + 1;
    const place = '#/components/schemas/Thing/properties/size';
    assert.deepEqual(causes, [['value-changed', place, line, { k: 40, n: 40 }]]);
  });

  await t.test('says what the evidence does not cover: no pair agreed', () => {
    const place = '#/paths/~1things~1{id}/get/responses/200';
    const [getThing] = document.coverage;
    assert.deepEqual(
      [getThing?.operationId, getThing?.points, getThing?.seen, getThing?.missing.map((each) => each.place)],
      ['getThing', 1, 0, [place]],
    );
    assert.match(workspace.read('out/report.md'), /Covered by the evidence.*getThing.*\| 0 of 1 .*status 200/s);
  });

  await t.test('opens from disk and fetches nothing', () => {
    const html = workspace.read('out/report.html');
    assert.match(html, /^<!doctype html>/i);
    assert.doesNotMatch(html, /\b(?:src|href|action|poster|data)\s*=\s*["']?\s*(?:https?:)?\/\//i);
    assert.doesNotMatch(
      html,
      /<(?:link|base|iframe|object|embed|img)\b|<script[^>]*\bsrc\b|@import|url\(|\bfetch\(|XMLHttpRequest|import\(/i,
    );
  });

  await t.test('writes JUnit that is well-formed XML and fails as many cases as gates fail', () => {
    const xml = workspace.read('out/junit.xml');
    assertWellFormed(xml);
    const failed = document.gates.filter(({ state }) => state === 'fail');
    assert.ok(failed.length > 0);
    assert.equal(xml.match(/<failure\b/g)?.length, failed.length);
  });

  await t.test('prints one JSON document for a program', async () => {
    const { exitCode, stdout, stderr } = await runCommand(workspace, ['report', '--json', '--output', 'out']);
    const { directory, verdict, clusters } = JSON.parse(stdout);
    assert.deepEqual(
      { exitCode, stderr, directory, verdict, clusters },
      { exitCode: 0, stderr: '', directory: 'out', verdict: 'fail', clusters: 1 },
    );
  });

  await t.test('never writes over another report, also of the same second', async () => {
    // Reports of every second in which the two can possibly end.
    const taken = Array.from({ length: 60 }, (_, second) => `reports/${secondsFromNow(second)}`);
    for (const name of taken) mkdirSync(workspace.path(name), { recursive: true });
    for (const name of taken) writeFileSync(workspace.path(`${name}/report.json`), 'an earlier report');
    const runs = await Promise.all([1, 2].map(() => runCommand(workspace, ['report', '--json'])));
    const directories: string[] = runs.map(({ stdout }) => JSON.parse(stdout).directory);
    assert.equal(new Set(directories).size, 2);
    for (const directory of directories) {
      assert.match(directory, /\/reports\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-[23]$/);
      assert.deepEqual(readdirSync(directory).sort(), FORMATS);
    }
    for (const name of taken) assert.equal(workspace.read(`${name}/report.json`), 'an earlier report');
  });

  await t.test('that cannot be written exits 4 and says where', async () => {
    const unwritable = await runCommand(workspace, ['report', '--output', 'flags.json/out']);
    const [says, fix] = [/the report could not be written: ENOTDIR/, /give another directory with --output/];
    assertOneError(unwritable, { exitCode: 4, code: 'PG_REPORT_WRITE', at: 'flags.json/out', says, fix });
  });

  await t.test('also exits 4 where a file stands in place of the directory of all reports', async () => {
    workspace.write('paritygate.yaml', `${workspace.read('paritygate.yaml')}reports: flags.json\n`);
    const unwritable = await runCommand(workspace, ['report']);
    const at = workspace.path('flags.json');
    const [says, fix] = [/the report could not be written: EEXIST/, /give another directory with --output/];
    assertOneError(unwritable, { exitCode: 4, code: 'PG_REPORT_WRITE', at, says, fix });
  });
});

function secondsFromNow(seconds: number): string {
  return new Date(Date.now() + seconds * 1000)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');
}

describe('the check of XML itself', () => {
  const declared = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;

  test('takes what is well-formed', () => {
    assertWellFormed(declared('<a b="c &lt; d"><e/>text &amp; more</a>'));
  });

  for (const body of [
    '<a><b></a></b>',
    '<a>',
    '<a b=c></a>',
    '<a>&nbsp;</a>',
    '<a>1 < 2</a>',
    '<a b="<"></a>',
    '<a>\u0001</a>',
  ]) {
    test(`refuses ${JSON.stringify(body)}`, () => assert.throws(() => assertWellFormed(declared(body))));
  }
});
