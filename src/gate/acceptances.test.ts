import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Acceptance, DifferenceSet, OperationEvidence, RuleId } from '../core/index.ts';
import { applyAcceptances } from './acceptances.ts';
import { evaluateGate } from './evaluate.ts';
import { evidence, operation, POLICY } from './evidence.test.ts';

const [ROUNDED, RENAMED, OTHER] = ['a'.repeat(16), 'b'.repeat(16), 'c'.repeat(16)];
const NOW_MS = Date.parse('2026-12-01T12:00:00Z');

function acceptance(changes: Partial<Acceptance> = {}): Acceptance {
  return {
    operation: 'getTrade',
    fingerprint: ROUNDED,
    pointer: undefined,
    owner: 'jane',
    reason: 'rounds half to even',
    ticket: undefined,
    expiresMs: NOW_MS + 1,
    ceiling: undefined,
    contract: 'c0ffee',
    at: { file: 'accepted.yaml', line: 3 },
    ...changes,
  };
}

function setOf(
  fingerprints: readonly string[],
  exchanges: number,
  changes: Partial<DifferenceSet> = {},
): DifferenceSet {
  const kinds = fingerprints.map((fingerprint) => ({ fingerprint, pointer: '/price' }));
  return { kinds, class: 'value', bodyless: false, exchanges, ...changes };
}

interface Seen {
  readonly equal?: number;
  readonly sets: readonly DifferenceSet[];
  /** Different, and in none of the sets. */
  readonly unlisted?: number;
}

function seen({ equal = 0, sets, unlisted = 0 }: Seen): OperationEvidence {
  const different = sets.reduce((sum, { exchanges }) => sum + exchanges, unlisted);
  const nothing = operation('getTrade', {}).classes;
  return operation(
    'getTrade',
    { equal, different },
    {
      classes: { ...nothing, value: different },
      differences: sets,
      clusterOf: Object.fromEntries(
        sets.flatMap(({ kinds }) => kinds.map(({ fingerprint }) => [fingerprint, `C-${fingerprint}`])),
      ),
    },
  );
}

function accept(
  given: OperationEvidence,
  acceptances: readonly Acceptance[],
  rule: RuleId | undefined = 'value-changed',
) {
  return applyAcceptances(evidence(given), acceptances, { nowMs: NOW_MS, ruleOf: () => rule });
}

function judge(given: OperationEvidence, acceptances: readonly Acceptance[], policy = POLICY) {
  const accepted = accept(given, acceptances);
  const verdict = evaluateGate(accepted.evidence, policy, { operations: [{ id: 'getTrade' }] }, accepted.uses);
  const codes = verdict.reasons.filter(({ gate }) => gate === 'accepted').map(({ code }) => code);
  return { verdict, codes, messages: verdict.reasons.map(({ message }) => message) };
}

test('an exchange is accepted when all that differs in it is, and only then', () => {
  const { evidence: after, uses } = accept(
    seen({ equal: 900, sets: [setOf([ROUNDED], 40), setOf([ROUNDED, OTHER], 7), setOf([OTHER], 3)], unlisted: 2 }),
    [acceptance()],
  );
  const [getTrade] = after.operations;
  assert.equal(getTrade?.outcomes.accepted, 40);
  assert.equal(getTrade?.outcomes.different, 12);
  assert.equal(getTrade?.classes.value, 12);
  assert.deepEqual(
    uses.map(({ state, shown, accepted, compared }) => ({ state, shown, accepted, compared })),
    [{ state: 'live', shown: 47, accepted: 40, compared: 952 }],
  );
});

test('two acceptances together accept what shows both differences', () => {
  const { evidence: after } = accept(seen({ sets: [setOf([ROUNDED, RENAMED], 5)] }), [
    acceptance(),
    acceptance({ fingerprint: RENAMED }),
  ]);
  assert.equal(after.operations[0]?.outcomes.accepted, 5);
});

test('an acceptance of another operation accepts nothing here', () => {
  const given = seen({ sets: [setOf([ROUNDED], 5)] });
  assert.equal(accept(given, [acceptance({ operation: 'getTask' })]).evidence.operations[0]?.outcomes.accepted, 0);
});

test('what answered HEAD is accepted without speaking for a body', () => {
  const { evidence: after } = accept(seen({ equal: 10, sets: [setOf([ROUNDED], 5, { bodyless: true })] }), [
    acceptance(),
  ]);
  assert.equal(after.operations[0]?.bodyless, 5);
});

test('accepted differences let the gate pass, and the same without acceptance fail it', () => {
  const given = seen({ equal: 900, sets: [setOf([ROUNDED], 100)] });
  assert.equal(judge(given, []).verdict.verdict, 'fail');
  const { verdict, codes } = judge(given, [acceptance()]);
  assert.equal(verdict.verdict, 'pass', verdict.summary);
  assert.deepEqual(codes, ['ACCEPTED_WITHIN_BUDGET']);
});

test('on its last millisecond an acceptance holds, and then the gate fails, also where parity would not', () => {
  const given = seen({ equal: 9_999, sets: [setOf([ROUNDED], 1)] });
  assert.equal(judge(given, [acceptance({ expiresMs: NOW_MS + 1 })]).verdict.verdict, 'pass');
  const { verdict, codes, messages } = judge(given, [acceptance({ expiresMs: NOW_MS })]);
  assert.equal(verdict.verdict, 'fail');
  assert.deepEqual(codes, ['ACCEPTANCE_EXPIRED', 'ACCEPTED_WITHIN_BUDGET']);
  assert.ok(
    messages.includes(
      'getTrade: the acceptance of aaaaaaaaaaaaaaaa (line 3) expired on 2026-12-01: renew it, or take it out',
    ),
    messages.join('\n'),
  );
});

test('what was accepted under another contract is different', () => {
  const given = seen({ equal: 900, sets: [setOf([ROUNDED], 100)] });
  const { verdict, codes } = judge(given, [acceptance({ contract: 'decaf' })]);
  assert.equal(verdict.verdict, 'fail');
  assert.deepEqual(codes, ['ACCEPTANCE_STALE', 'ACCEPTED_WITHIN_BUDGET']);
});

test('an acceptance that nothing needs fails once there were pairs enough to know', () => {
  assert.deepEqual(judge(seen({ equal: 355, sets: [] }), [acceptance()]).codes, ['ACCEPTED_WITHIN_BUDGET']);
  assert.deepEqual(judge(seen({ equal: 356, sets: [] }), [acceptance()]).codes, [
    'ACCEPTANCE_UNUSED',
    'ACCEPTED_WITHIN_BUDGET',
  ]);
});

test('more than the budget fails, and an operation may have a budget of its own', () => {
  const given = seen({ equal: 780, sets: [setOf([ROUNDED], 220)] });
  assert.deepEqual(judge(given, [acceptance()]).codes, ['ACCEPTED_ABOVE_BUDGET']);
  const policy = { ...POLICY, accepted: { budget: 0.2, operations: { getTrade: 1 } } };
  assert.equal(judge(given, [acceptance()], policy).verdict.verdict, 'pass');
});

test('a ceiling fails what is shown too often, and passes once the pairs prove that it is less', () => {
  const withCeiling = [acceptance({ ceiling: 0.01 })];
  const showing = (k: number, n: number): readonly string[] =>
    judge(seen({ equal: n - k, sets: [setOf([ROUNDED], k)] }), withCeiling).codes;
  assert.deepEqual(showing(100, 1_000), ['ACCEPTANCE_ABOVE_CEILING', 'ACCEPTED_WITHIN_BUDGET']);
  assert.deepEqual(showing(1, 100), ['INSUFFICIENT_PAIRS', 'ACCEPTED_WITHIN_BUDGET']);
  assert.deepEqual(showing(1, 10_000), ['ACCEPTANCE_WITHIN_CEILING', 'ACCEPTED_WITHIN_BUDGET']);
});

for (const rule of ['response-body-changed', 'response-status-changed', 'response-media-type-changed'] as const)
  test(`bodies that nobody took apart are accepted only below a ceiling: ${rule}`, () => {
    const given = seen({ equal: 9_900, sets: [setOf([ROUNDED], 100)] });
    const under = (ceiling: number | undefined) =>
      applyAcceptances(evidence(given), [acceptance({ ceiling })], { nowMs: NOW_MS, ruleOf: () => rule });
    assert.equal(under(undefined).uses[0]?.state, 'too-broad');
    assert.equal(under(undefined).evidence.operations[0]?.outcomes.accepted, 0);
    assert.equal(under(0.05).evidence.operations[0]?.outcomes.accepted, 100);
  });

test('what is not kept cannot be looked at, and is accepted only below a ceiling', () => {
  const given = seen({ sets: [setOf([ROUNDED], 100)] });
  const accepted = applyAcceptances(evidence(given), [acceptance()], { nowMs: NOW_MS, ruleOf: () => undefined });
  assert.equal(accepted.uses[0]?.state, 'too-broad');
});

test('of an operation without evidence nothing is said but that there is none', () => {
  const { uses } = applyAcceptances(evidence(), [acceptance()], { nowMs: NOW_MS, ruleOf: () => undefined });
  const verdict = evaluateGate(evidence(), POLICY, { operations: [{ id: 'getTrade' }] }, uses);
  assert.deepEqual(
    verdict.reasons.map(({ code }) => code),
    ['NO_EVIDENCE', 'NO_EVIDENCE'],
  );
});

/** One exchange set for each list of places at which one fingerprint stands. */
function standingAt(...places: readonly (readonly (string | undefined)[])[]): OperationEvidence {
  return seen({
    equal: 900,
    sets: places.map((pointers) => ({
      kinds: pointers.map((pointer) => ({ fingerprint: ROUNDED, pointer })),
      class: 'value',
      bodyless: false,
      exchanges: 10,
    })),
  });
}

test('with a pointer only what stands there is accepted: another place of the same schema is another decision', () => {
  const given = standingAt(['/price'], ['/fee'], ['/fee', '/price'], [undefined]);
  const narrow = accept(given, [acceptance({ pointer: '/price' })]);
  assert.equal(narrow.evidence.operations[0]?.outcomes.accepted, 10);
  assert.deepEqual([narrow.uses[0]?.shown, narrow.uses[0]?.accepted], [20, 10]);
  const both = accept(given, [acceptance({ pointer: '/price' }), acceptance({ pointer: '/fee' })]);
  assert.equal(both.evidence.operations[0]?.outcomes.accepted, 30);
  // Windows of an earlier version have no pointers: what stands nowhere is not at this one.
  assert.equal(accept(given, [acceptance()]).evidence.operations[0]?.outcomes.accepted, 40);
});

test('a pointer is exact: neither a prefix nor one of its items', () => {
  const given = standingAt(['/items/*/price']);
  for (const pointer of ['/items', '/items/*', '/items/0/price', '/items/*/price/', 'items/*/price', ''])
    assert.equal(accept(given, [acceptance({ pointer })]).evidence.operations[0]?.outcomes.accepted, 0, pointer);
});

test('a pointer alone accepts any value there, and never a presence, a type or a length', () => {
  const given = standingAt(['/price']);
  const alone = acceptance({ fingerprint: undefined, pointer: '/price' });
  assert.equal(accept(given, [alone]).evidence.operations[0]?.outcomes.accepted, 10);
  for (const rule of ['optional-property-missing', 'property-type-changed', 'array-item-added'] as const)
    assert.equal(accept(given, [alone], rule).evidence.operations[0]?.outcomes.accepted, 0, rule);
});
