import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReport } from './create.ts';
import { renderHtml } from './html.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { cluster, operation, reason, sampleInputs } from './sample.test.ts';

const report = createReport(sampleInputs());
const html = renderHtml(report);
const markdown = renderMarkdown(report);
const junit = renderJunit(report);

function assertInOrder(text: string, parts: readonly string[]): void {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    assert.ok(at >= 0, `${JSON.stringify(part)} is missing, or too early`);
    from = at + part.length;
  }
}

test('Markdown tells verdict, gates, what was not compared, operations, causes and latency, in this order', () => {
  assertInOrder(markdown, [
    '# ✕ FAIL',
    '**A gate fails on 1 of 3 operations: getTrade.**',
    '## Gates',
    '| ✕ fail | `getTrade` | parity | 3.41 % (41 of 1,203) | 1 % |',
    '| ? inconclusive | `listTrades` |',
    '| ✓ pass | `getHealth` | parity | 0 % (0 of 1,200) | 1 % |',
    '## Not compared, and why',
    '343 of 2,989 (11.5 %) requests were not compared.',
    '| `unsafe-method` | 320 |',
    'Never requested: `deleteTrade`.',
    '## Operations',
    '| All |  | 2,989 | 2,500 | 90 |',
    '## Causes',
    '### breaking: Trade.id: the JSON type differs',
    '`openapi/gateway.yaml:212`',
    '```diff\n- legacy, status 200\n+ candidate, status 200\n',
    '### additive: Trade.note',
    '## Latency',
    'n < 299',
    '## Weights',
  ]);
});

test('HTML tells the same in the same order, verdict first', () => {
  assertInOrder(html, [
    '<header class="strip fail">',
    '<b>fail</b>',
    'A gate fails on 1 of 3 operations: getTrade.',
    'id="gates"',
    '3.41 %',
    '41 of 1,203',
    '1 gate passes',
    'id="not-compared"',
    'unsafe-method',
    'deleteTrade',
    'id="operations"',
    'All, summing to eligible',
    'id="causes"',
    'Trade.id: the JSON type differs',
    'openapi/gateway.yaml:212',
    'legacy, status 200',
    'candidate, status 200',
    'id="latency"',
    'n &lt; 299',
    'id="weights"',
  ]);
});

test('HTML loads and runs nothing: no script but the data block, no address, a policy that forbids both', () => {
  assert.match(html, /content="default-src 'none'; style-src 'unsafe-inline'/);
  assert.deepEqual(html.match(/<script[^>]*>/g), ['<script type="application/json" id="paritygate-report">']);
  assert.doesNotMatch(html, /https?:|\bsrc=|\bon\w+=|@import|url\(|<link|<iframe|javascript:/i);
});

test('every table of the page has a caption, and every head cell says what it is the head of', () => {
  assert.equal(html.match(/<table/g)?.length, html.match(/<caption>/g)?.length);
  assert.doesNotMatch(html, /<th(?! scope=)[ >]/);
});

test('what differs is marked by a sign and by words, not by colour alone', () => {
  assert.match(html, />−<\/span><span class="sr">legacy only: <\/span> {2}<b>&quot;id&quot;: 7,<\/b>/);
  assert.match(html, />\+<\/span><span class="sr">candidate only: <\/span> {2}<b>&quot;id&quot;: &quot;7&quot;,<\/b>/);
});

test('the page carries its summary as data', () => {
  const data = JSON.parse(html.match(/id="paritygate-report">(.*)<\/script>/)?.[1] ?? '');
  assert.deepEqual(data.verdict, report.verdict);
  assert.deepEqual(data.gates, { fail: 2, inconclusive: 1, pass: 1, exempt: 1 });
  assert.equal(data.totals.eligible, 2989);
});

test('no rendering shows a share without what it is a share of', () => {
  // Limits, weights and the named interval are not observed shares.
  const observed = markdown
    .split('\n')
    .filter((line) => /\d %/.test(line) && !/ (of|limit|above) |\(n = 0\)|% → /.test(line))
    .filter((line) => !line.startsWith('| `trades`'));
  assert.deepEqual(observed, []);
});

test('JUnit has a suite for each operation and a case for each gate, with failures and skips counted', () => {
  assertInOrder(junit, [
    '<testsuites name="paritygate" tests="5" failures="2" errors="0" skipped="2">',
    '<testsuite name="getTrade" tests="2" failures="2" errors="0" skipped="0"',
    '<testcase classname="getTrade" name="latency p99"',
    '<property name="boundMs" value="21.8"/>',
    '<failure type="LATENCY_ABOVE_LIMIT"',
    '<testcase classname="getTrade" name="parity"',
    '<testsuite name="listTrades"',
    '<property name="needed" value="851"/>',
    '<skipped message="inconclusive: listTrades: 3 of 237 pairs differ',
    '<testsuite name="getHealth" tests="1" failures="0" errors="0" skipped="0"',
    '<testsuite name="createTrade"',
    '<skipped message="createTrade: exempt: covered by the contract suite"/>',
  ]);
});

test('JUnit of a report in which nothing was judged has a skipped case, not an empty file that looks well', () => {
  const verdict = { verdict: 'inconclusive', summary: 'Nothing was judged.', reasons: [] } as const;
  const empty = renderJunit(createReport(sampleInputs({ verdict })));
  assert.match(empty, /<testsuites name="paritygate" tests="1" failures="0" errors="0" skipped="1">/);
  assert.match(empty, /<skipped message="Nothing was judged\."\/>/);
});

test('nothing seen is said to be nothing, not to be well', () => {
  const verdict = { verdict: 'inconclusive', summary: 'Nothing was judged.', reasons: [] } as const;
  const evidence = { ...sampleInputs().evidence, fromMs: 0, toMs: 0, operations: [] };
  const empty = createReport(sampleInputs({ verdict, evidence, clusters: [] }));
  for (const text of [renderHtml(empty), renderMarkdown(empty)]) {
    assert.match(text, /Nothing was judged\./);
    assert.match(text, /Nothing was compared, so no difference could be found\./);
    assert.doesNotMatch(text, /100 %|No gate fails|Every request/);
  }
});

test('a contract of 2,000 operations and 500 causes stays under 200 kB of Markdown, with the worst kept', () => {
  const ids = Array.from({ length: 2000 }, (_, index) => `operation-with-a-rather-long-name-${index}`);
  const inputs = sampleInputs({
    evidence: { ...sampleInputs().evidence, operations: ids.map((id) => operation(id, { outcomes: { equal: 5 } })) },
    verdict: {
      verdict: 'fail',
      summary: 'A gate fails.',
      reasons: [...ids.map((id) => reason(id)), reason('worst', { state: 'fail', message: 'x'.repeat(5000) })],
    },
    clusters: Array.from({ length: 500 }, (_, index) => cluster(`C-${index}`)),
    rendered: new Map(Array.from({ length: 500 }, (_, index) => [`C-${index}`, ['é'.repeat(50_000)]])),
  });
  const large = createReport(inputs);
  const text = renderMarkdown(large);
  assert.ok(new TextEncoder().encode(text).length < 200_000);
  assertInOrder(text, [
    '| ✕ fail | `worst`',
    '1,941 more rows in report.json.',
    '## Causes',
    '460 more causes in report.json',
  ]);
  assert.ok(renderHtml(large).length < 12_000_000);
});
