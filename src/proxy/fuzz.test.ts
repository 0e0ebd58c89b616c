// Requests and responses that nobody thought of. `npm run fuzz` looks longer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from '../testing/fuzz.ts';

const SEED = 20_260_101;
const COUNT = 600;

test('what comes of generated requests through the proxy is what comes of them without it, or a refusal', async (t) => {
  const { failure, served, refused, cases } = await fuzz(t, { seed: SEED, count: COUNT });
  assert.equal(failure, undefined, failure);
  // Else it would compare nothing, or nothing of interest.
  assert.equal(cases, COUNT);
  assert.ok(served > COUNT / 2 && refused > COUNT / 10, `${served} were served, ${refused} refused, in ${COUNT} cases`);
});
