// `npm run fuzz:diff`: generated pairs of bodies through the comparison, and the first that is judged wrong.
import { parseArgs } from 'node:util';
import { fuzzDiffs } from '../src/testing/fuzz-diff.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, count: { type: 'string', default: '100000' } } });
const [seed, cases] = [Number(values.seed ?? Date.now() % 1_000_000_000), Number(values.count)];
if ([seed, cases].some(Number.isNaN)) throw new Error('--seed and --count are numbers');
const { mutations } = fuzzDiffs({ seed, cases });
const kinds = [...mutations].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`);
console.log(`seed ${seed}: ${cases} pairs, none missed and none judged wrong (${kinds.join(', ')})`);
