// Generated schemas, values that keep them, and values that differ from those in one known way: the comparison must find
// that difference, where it is and what it is, and nothing else.
import fc from 'fast-check';
import type { Contract, Operation } from '../contract/index.ts';
import { compareReplies } from '../diff/index.ts';
import { contractFrom } from './contract.ts';
import { type Mutation, mutationsOf } from './mutations.ts';
import { jsonReply } from './replies.ts';
import {
  componentsText,
  SHAPES,
  type Shape,
  type Style,
  schemaText,
  type Tree,
  valuesOf,
  writeTree,
} from './shapes.ts';

export interface FuzzedDiffs {
  readonly cases: number;
  /** How often each kind of change was made. */
  readonly mutations: ReadonlyMap<string, number>;
}

interface Case {
  readonly shape: Shape;
  readonly operation: Operation;
  readonly tree: Tree;
  readonly mutation: Mutation;
  readonly style: Style;
}

/** As many schemas share a contract, since loading one costs more than many comparisons. */
const SHAPES_PER_CONTRACT = 50;
const CASES_PER_CONTRACT = 5_000;

/** Throws what fast-check says of the smallest case that comes out wrong. */
export function fuzzDiffs({ seed, cases }: { readonly seed: number; readonly cases: number }): FuzzedDiffs {
  const mutations = new Map<string, number>();
  for (let from = 0; from < cases; from += CASES_PER_CONTRACT) {
    // Of any kind half of them are scalars, in which little can be missed.
    const kinds = fc.oneof(SHAPES.any, SHAPES.object, SHAPES.list);
    const shapes = fc.sample(kinds, { numRuns: SHAPES_PER_CONTRACT, seed: seed + from });
    const contract = contractOf(shapes);
    const check = (each: Case): void => {
      mutations.set(each.mutation.name, (mutations.get(each.mutation.name) ?? 0) + 1);
      checkCase(contract, each);
    };
    const numRuns = Math.min(CASES_PER_CONTRACT, cases - from);
    fc.assert(fc.property(casesOf(shapes, contract), check), { seed: seed + from, numRuns, verbose: false });
  }
  return { cases, mutations };
}

function contractOf(shapes: readonly Shape[]): Contract {
  const paths = shapes.map((shape, index) => `"/${index}":${pathText(shape)}`);
  const components = `"components":{"schemas":${componentsText()}}`;
  return contractFrom(
    `{"openapi":"3.1.0","info":{"title":"Shapes","version":"1"},"paths":{${paths.join(',')}},${components}}`,
  );
}

function pathText(shape: Shape): string {
  const content = `{"application/json":{"schema":${schemaText(shape)}}}`;
  return `{"get":{"responses":{"200":{"description":"one","content":${content}}}}}`;
}

function casesOf(shapes: readonly Shape[], contract: Contract): fc.Arbitrary<Case> {
  const styles = fc.record({ isIndented: fc.boolean(), isReversed: fc.boolean(), isEscaped: fc.boolean() });
  const one = fc.constantFrom(...shapes.keys()).chain((index) => {
    const [shape, operation] = [shapes[index], contract.operations[index]];
    if (!shape || !operation) throw new Error(`there is no shape ${index}`);
    return fc.tuple(valuesOf(shape), fc.nat(), styles).map(([tree, lot, style]): Case => {
      const mutations = [...mutationsOf(shape, tree), SAME(tree)];
      return { shape, operation, tree, style, mutation: mutations[lot % mutations.length] ?? SAME(tree) };
    });
  });
  return one;
}

/** Only written in another way. */
const SAME = (tree: Tree): Mutation => ({ name: 'none', tree, expected: [] });

function checkCase(contract: Contract, { shape, operation, tree, mutation, style }: Case): void {
  const [legacy, candidate] = [writeTree(tree), writeTree(mutation.tree, style)];
  const compared = compareReplies(contract, { operation, legacy: jsonReply(legacy), candidate: jsonReply(candidate) });
  const found =
    compared.kind === 'compared'
      ? compared.findings.map(({ at, rule, class: kind }) => `${kind} ${rule} ${at}`)
      : [compared.kind];
  const expected = mutation.expected.map(({ at, rule, class: kind }) => `${kind} ${rule} ${at}`);
  if (found.toSorted().join('\n') === expected.toSorted().join('\n')) return;
  throw new Error(
    [
      mutation.name,
      `schema    ${schemaText(shape)}`,
      `legacy    ${legacy}`,
      `candidate ${candidate}`,
      `expected  ${expected}`,
      `found     ${found}`,
    ].join('\n'),
  );
}
