// The JSON Schema Test Suite, draft 2020-12 (github.com/json-schema-org/JSON-Schema-Test-Suite, MIT), each schema as that of
// a response body. What does not pass is written down with its reason, and the list may not be longer than it has to be.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contractFrom } from '../testing/contract.ts';

interface Group {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly { readonly description: string; readonly data: unknown; readonly valid: boolean }[];
}

const SUITE = join(import.meta.dirname, '../testing/json-schema-test-suite');
const PLACE = '#/components/schemas/Case';

const REMOTE = 'a reference out of the file is refused when the contract is loaded';
const BASE =
  'an `$id` names its schema, and is no base for the references in it: those are refused when they lead nowhere';
const DYNAMIC = 'where several schemas bear the anchor of a `$dynamicRef`, the reply is counted as not checked';
const FORMATS = 'formats are judged: whoever writes one into a contract means it';
const AJV_UNEVALUATED = 'Ajv does not know what these keywords have evaluated: counted as not checked';

/** By file, then by group; `*` for all groups of the file. */
const KNOWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'anchor.json': {
    'Location-independent identifier with absolute URI': BASE,
    'Location-independent identifier with base URI change in subschema': BASE,
    'same $anchor with different base uri': BASE,
  },
  'defs.json': { 'validate definition against metaschema': REMOTE },
  'dynamicRef.json': { '*': DYNAMIC },
  'format.json': { '*': FORMATS },
  'multipleOf.json': { 'float division = inf': 'Ajv with a precision, without which 19.99 is no multiple of 0.01' },
  'ref.json': {
    'remote ref, containing refs itself': REMOTE,
    'Recursive references between schemas': BASE,
    'refs with relative uris and defs': BASE,
    'relative refs with absolute uris and defs': BASE,
    '$id must be resolved against nearest parent, not just immediate parent': BASE,
    'order of evaluation: $id and $anchor and $ref': BASE,
    'URN base URI with URN and JSON pointer ref': BASE,
    'URN base URI with URN and anchor ref': BASE,
    'URN ref with nested pointer ref': BASE,
    'ref with absolute-path-reference': BASE,
  },
  'refRemote.json': { '*': REMOTE },
  'unevaluatedItems.json': {
    'unevaluatedItems with nested items': AJV_UNEVALUATED,
    'unevaluatedItems with $dynamicRef': DYNAMIC,
    'unevaluatedItems depends on adjacent contains': AJV_UNEVALUATED,
    'unevaluatedItems depends on multiple nested contains': AJV_UNEVALUATED,
    'unevaluatedItems and contains interact to control item dependency relationship': AJV_UNEVALUATED,
    'unevaluatedItems can see annotations from if without then and else': AJV_UNEVALUATED,
  },
  'unevaluatedProperties.json': {
    'unevaluatedProperties with if/then/else, then not defined': AJV_UNEVALUATED,
    'unevaluatedProperties with $dynamicRef': DYNAMIC,
    'unevaluatedProperties can see annotations from if without then and else': AJV_UNEVALUATED,
  },
  'vocabulary.json': {
    'schema that uses custom metaschema with with no validation vocabulary': 'vocabularies of others are not read',
  },
};

for (const file of readdirSync(SUITE).filter((name) => name.endsWith('.json'))) {
  const groups = JSON.parse(readFileSync(join(SUITE, file), 'utf8')) as readonly Group[]; // the suite's own format
  const known = KNOWN[file] ?? {};
  test(`JSON Schema 2020-12: ${file}`, () => {
    const wrong = groups.flatMap(wrongOf);
    const isKnown = ({ group }: Wrong) => (known[group] ?? known['*']) !== undefined;
    assert.deepEqual(
      wrong.filter((each) => !isKnown(each)),
      [],
    );
    // Not to be judged is one thing, to be called right another; this is the only number that is.
    const passed = wrong.filter(({ got }) => got === 'conforms').map(({ group }) => group);
    assert.deepEqual(passed, file === 'multipleOf.json' ? ['float division = inf'] : []);
    const unused = Object.keys(known).filter((name) => name !== '*' && !wrong.some(({ group }) => group === name));
    assert.deepEqual(unused, [], 'these pass, and are not to be excused');
  });
}

interface Wrong {
  readonly group: string;
  readonly test: string;
  readonly got: string;
}

function wrongOf({ description: group, schema, tests }: Group): Wrong[] {
  const check = checkerOf(schema);
  return tests.flatMap(({ description: test, data, valid }) => {
    const got = check(data);
    return got === (valid ? 'conforms' : 'violates') ? [] : [{ group, test, got }];
  });
}

/** A contract that cannot be loaded says so at the start, and judges nothing. */
function checkerOf(schema: unknown): (data: unknown) => string {
  try {
    const contract = contractFrom(JSON.stringify(documentOf(schema)));
    const [operation] = contract.operations;
    if (!operation) throw new Error('no operation');
    return (data) =>
      contract.check(operation, { status: 200, headers: ['content-type', 'application/json'] }, data).kind;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return () => message;
  }
}

function documentOf(schema: unknown): unknown {
  const response = { description: 'ok', content: { 'application/json': { schema: { $ref: PLACE } } } };
  const paths = { '/a': { get: { operationId: 'getA', responses: { 200: response } } } };
  const Case = withRefsBelow(schema);
  return { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths, components: { schemas: { Case } } };
}

/** In a description `#` is the whole of it, and not the schema. */
function withRefsBelow(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withRefsBelow);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, each]): [string, unknown] => {
    const isRef = name === '$ref' && typeof each === 'string' && /^#(?:\/|$)/.test(each);
    return [name, isRef ? PLACE + String(each).slice(1) : DATA.has(name) ? each : withRefsBelow(each)];
  });
  return Object.fromEntries(entries);
}

const DATA: ReadonlySet<string> = new Set(['const', 'enum']);
