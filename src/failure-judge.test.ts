import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SideResult } from './core/index.ts';
import { createFailureJudge } from './failure-judge.ts';
import type { ShadowJudgement, SidePair } from './shadow/index.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { sampleFinding } from './testing/observations.ts';

const FINE: SideResult = {
  kind: 'reply',
  reply: { status: 200, headers: [], body: new Uint8Array(), totalMs: 1 },
};

function failed(code: string): SideResult {
  return { kind: 'failed', code, totalMs: 1 };
}

/** A judge that says of what it judged, and counts how often it was asked. */
function setUp() {
  const clock = createFakeClock();
  const asked: string[] = [];
  const judge = (operationId: string, { candidate }: SidePair<SideResult>): ShadowJudgement | undefined => {
    const what = `${operationId} ${candidate.kind === 'failed' ? candidate.code : candidate.reply.status}`;
    asked.push(what);
    const finding = sampleFinding({
      rule: 'no-response',
      cluster: `C-${what}`,
      legacy: { status: 200 },
      candidate: what,
    });
    return { outcome: 'candidate-error', findings: [finding], confirmable: false };
  };
  const remembered = createFailureJudge(judge, clock);
  const judged = (operationId: string, candidate: SideResult) => remembered(operationId, { legacy: FINE, candidate });
  return { clock, asked, judged };
}

test('what failed alike is judged once, and what failed otherwise by itself', () => {
  const { asked, judged } = setUp();
  const [first] = judged('getThing', failed('ECONNREFUSED'))?.findings ?? [];
  const [again] = judged('getThing', failed('ECONNREFUSED'))?.findings ?? [];
  assert.equal(again, first);
  judged('getThing', failed('PG_TOTAL_TIMEOUT'));
  judged('listThings', failed('ECONNREFUSED'));
  assert.deepEqual(asked, ['getThing ECONNREFUSED', 'getThing PG_TOTAL_TIMEOUT', 'listThings ECONNREFUSED']);
});

test('of failures without end twenty are shown, then one in a hundred; the others say the same without the values', () => {
  const { judged } = setUp();
  const findings = Array.from({ length: 220 }, () => judged('getThing', failed('ECONNREFUSED'))?.findings[0]);
  const shown = findings.flatMap((finding, index) => (finding?.isBare ? [] : [index]));
  assert.deepEqual(shown, [...Array(20).keys(), 100, 200]);
  const [full, bare] = [findings[0], findings[20]];
  assert.deepEqual(bare, { ...full, legacy: undefined, candidate: undefined, isBare: true });
});

test('where there is nothing to say, nothing is said again', () => {
  const judge = createFailureJudge(() => undefined, createFakeClock());
  for (let turn = 0; turn < 30; turn += 1) assert.equal(judge('gone', { legacy: FINE, candidate: FINE }), undefined);
});
