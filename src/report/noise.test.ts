import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReport } from './create.ts';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { listNoise, type NoiseInput, noiseStateText, rulesDraft } from './noise.ts';
import { sampleInputs } from './sample.test.ts';

const DRAFT = [{ target: "$['components']['schemas']['Trade']", update: { 'x-parity': { volatile: true } } }];

function place(changes: Partial<NoiseInput> = {}): NoiseInput {
  return {
    operationId: 'getTrade',
    fingerprint: '00000000deadbeef',
    pointer: '/requestId',
    rule: 'value-changed',
    place: '#/components/schemas/Trade/properties/requestId',
    probes: 1200,
    both: 1150,
    candidateOnly: 20,
    legacyOnly: 30,
    chance: 0.9,
    state: 'undecided',
    needed: 4000,
    draft: DRAFT,
    ...changes,
  };
}

const list = (...places: readonly NoiseInput[]) => listNoise(places, () => 7);

test('what was seen of each side is told, where the candidate is worse first', () => {
  const listed = list(
    place({ state: 'forgiven', needed: 0 }),
    place({ pointer: '/rare', both: 0 }),
    place({ pointer: '/often' }),
    place({ pointer: '/worse', state: 'more', chance: 0.001, place: '#/other' }),
  );
  assert.deepEqual(
    listed.map(({ pointer, legacy, candidate }) => [pointer, legacy, candidate]),
    [
      ['/worse', 1180, 1170],
      ['/often', 1180, 1170],
      ['/rare', 30, 20],
      ['/requestId', 1180, 1170],
    ],
  );
  assert.deepEqual(listed.map(noiseStateText), [
    'the candidate differs more often (by chance in 0.1 % of cases)',
    'undecided: 4,000 more probes in which the candidate alone does not differ',
    'undecided: 4,000 more probes in which the candidate alone does not differ',
    'noise, and forgiven',
  ]);
  assert.match(noiseStateText(list(place({ needed: null }))[0] ?? assert.fail()), /^not forgiven: accept it/);
});

test('a rule is drafted once for each schema, with what was seen', () => {
  const draft = rulesDraft(list(place(), place({ pointer: '/again' })), 'openapi.yaml');
  assert.deepEqual(draft, {
    overlay: '1.1.0',
    info: { title: 'What legacy disagrees with itself about, and openapi.yaml does not say', version: '1.0.0' },
    actions: [
      {
        description:
          'getTrade /requestId: of 1,200 probes legacy differs from itself in 1,180, the candidate from legacy in 1,170',
        ...DRAFT[0],
      },
    ],
  });
});

test('no rule is drafted of what was seen a few times, or where the candidate alone is otherwise', () => {
  assert.equal(rulesDraft(list(place({ both: 0, legacyOnly: 4 })), ''), undefined);
  assert.equal(rulesDraft(list(place({ draft: null })), ''), undefined);
  // The same schema on another operation: declared volatile it would hide what the candidate does there.
  assert.equal(rulesDraft(list(place(), place({ operationId: 'listTrades', state: 'more' })), ''), undefined);
});

test('the report tells it, with names as text', () => {
  const report = createReport(sampleInputs({ noise: [place({ pointer: '/<b>/|`x`' })] }));
  const html = renderHtml(report);
  assert.match(html, /<h2 id="noise-title">What legacy disagrees with itself about<\/h2>/);
  assert.match(html, /<code title="openapi\/gateway.yaml:212">\/&lt;b&gt;\/\|`x`<\/code>/);
  assert.match(html, /98\.3 % \(1,180 of 1,200\)|1,180 of 1,200/);
  assert.match(renderMarkdown(report), /## What legacy disagrees with itself about[\s\S]*\| Operation \| Place/);
  assert.doesNotMatch(renderHtml(createReport(sampleInputs())), /noise-title/);
});
