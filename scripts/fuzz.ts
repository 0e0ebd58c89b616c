// Says generated requests to the proxy for as long as it is told, and prints the first that comes out wrong.
import { test } from 'node:test';
import { parseArgs } from 'node:util';
import { fuzz } from '../src/testing/fuzz.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, count: { type: 'string' }, seconds: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const count = Number(values.count ?? Number.POSITIVE_INFINITY);
const seconds = Number(values.seconds ?? (values.count === undefined ? 60 : Number.POSITIVE_INFINITY));
if ([seed, count, seconds].some(Number.isNaN)) throw new Error('--seed, --count and --seconds are numbers');

await test(`generated requests from seed ${seed}`, async (t) => {
  const startedMs = performance.now();
  const goesOn = (): boolean => performance.now() - startedMs < seconds * 1000;
  const { cases, served, refused, failure } = await fuzz(t, { seed, count, goesOn });
  console.log(
    `seeds ${seed} to ${seed + cases - 1}: ${cases} cases, ${served} requests served, ${refused} cases with a refusal`,
  );
  if (failure !== undefined) throw new Error(failure);
});
