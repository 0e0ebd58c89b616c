import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { createReport } from './create.ts';
import { reportJsonSchema } from './document.ts';
import { sampleInputs } from './sample.test.ts';

const FILE = new URL('../../schemas/report.v1.schema.json', import.meta.url);
const published = JSON.parse(readFileSync(FILE, 'utf8'));
const ajv = new Ajv2020({ strict: true, strictRequired: false });
addFormats.default(ajv);
const isReport = ajv.compile(published);

test('the published schema is the one of the code', () => {
  assert.deepEqual(published, JSON.parse(JSON.stringify(reportJsonSchema())), 'run `npm run schemas`');
});

test('a report, as it is written, keeps the published schema', () => {
  assert.equal(isReport(written()), true, JSON.stringify(isReport.errors));
});

test('the sample that the README points to keeps the published schema', () => {
  const sample = new URL('../../reports/sample/report.json', import.meta.url);
  assert.equal(isReport(JSON.parse(readFileSync(sample, 'utf8'))), true, JSON.stringify(isReport.errors));
});

test('a report of a later 1.x with more to say keeps the published schema', () => {
  assert.equal(isReport({ ...written(), later: true }), true);
});

test('the schema refuses another format version, a missing outcome and a share above 1', () => {
  const report = written();
  const { equal: _, ...outcomes } = report.totals.outcomes;
  const wrong = [
    { ...report, formatVersion: '2.0' },
    { ...report, totals: { ...report.totals, outcomes } },
    { ...report, gates: [{ ...report.gates[0], value: 1.5 }] },
    { ...report, generatedAt: 'yesterday' },
  ];
  assert.deepEqual(
    wrong.map((each) => isReport(each)),
    [false, false, false, false],
  );
});

function written(): ReturnType<typeof createReport> {
  return JSON.parse(JSON.stringify(createReport(sampleInputs())));
}
