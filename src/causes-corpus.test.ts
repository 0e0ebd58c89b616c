import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Finding, Observation, Outcome } from './core/index.ts';
import { isIdentical, judgePair, judgeSecondRead } from './diff/index.ts';
import { listClusters } from './report/clusters.ts';
import type { ClusterEntry } from './report/document.ts';
import { contractFrom } from './testing/contract.ts';
import {
  CORPUS_CONTRACT,
  type CorpusExchange,
  createCorpus,
  EXCHANGES,
  MOVING_PLACE,
  VOLATILE_PLACES,
} from './testing/corpus.ts';
import { recordOf, sampleObservation } from './testing/observations.ts';

/** The faults of the candidate, as a reviewer reads them. */
const PLANTED: readonly string[] = [
  'Order.number: the JSON type differs (integer on legacy, string on candidate), always as text',
  'Order.total: the value differs, always × 100',
  'Order.createdAt: the value differs, always + 7200 s',
  'Order.status: the value is not in the enum of the contract',
  'Order.note: an optional property is missing',
  'Order.lines: the same items in another order, and the contract does not declare the order free',
  'Order.customerName: the value differs, always without the white space around it',
  'OrderList.items[]: an item is missing',
  'Customer.email: the value differs, always in lower case',
  'Customer.address: 6 properties are missing: city, country, floor, number, street, zip',
  'Customer: phone is now called phoneNumber',
  'Customer.vip: the value differs, always negated',
  'Customer.tags: a value became null (array on legacy, null on candidate), always the empty list to null',
  'Product.price: the value differs, always rounded to 0 digits',
  'Product.description: the value differs, always cut to 20 characters',
  'Product.stock: the value differs, always + 1',
  'Product.internalId: a property that the contract does not declare was added',
  'Shape: the value is of another branch of `oneOf` or `anyOf`, and both keep the contract (oneOf/0 on legacy, oneOf/1 on candidate)',
  'GET /invoices/{id}: the status differs (200 on legacy, 404 on candidate)',
  'GET /invoices/{id} 200 header X-Region: a header is missing',
];

const contract = contractFrom(CORPUS_CONTRACT);

function judge({ operationId, first, second }: CorpusExchange): { outcome: Outcome; findings: readonly Finding[] } {
  const operation = contract.operations.find(({ id }) => id === operationId);
  assert.ok(operation);
  if (isIdentical(contract, { operation, ...first })) return { outcome: 'equal', findings: [] };
  const context = { contract, operation, hash: (text: string) => `#${text.length}` };
  const judged = judgePair(context, first);
  assert.ok(typeof judged === 'object');
  const again = judged.confirmable ? judgeSecondRead(context, 'legacy', [first, second]) : judged;
  return typeof again === 'object' ? again : judged;
}

let entries: readonly ClusterEntry[] = [];
const outcomes = new Map<Outcome, number>();
let races = 0;

before(() => {
  const observations: Observation[] = [];
  for (const exchange of createCorpus(20_261_122)) {
    const { outcome, findings } = judge(exchange);
    const { operationId, target } = exchange;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    races += Number(exchange.isRace);
    observations.push(sampleObservation({ operationId, target, outcome, findings }));
  }
  const { clusters } = recordOf(observations);
  entries = listClusters(clusters, {
    judged: EXCHANGES,
    evidence: { operations: [] },
    lineOf: () => undefined,
    rendered: new Map(),
  });
});

const ofKind = (kind: ClusterEntry['kind']): readonly ClusterEntry[] => entries.filter((entry) => entry.kind === kind);

test('of ten thousand exchanges the twenty faults are twenty causes, each by its name', () => {
  assert.deepEqual(
    ofKind('cause')
      .map(({ title }) => title)
      .toSorted(),
    PLANTED.toSorted(),
  );
});

test('the causes come first, the worst class before the others, and of one class the most frequent', () => {
  const ranks = ofKind('cause').map((entry) => `${['breaking', 'undocumented', 'value'].indexOf(entry.class)}`);
  assert.deepEqual(ranks, ranks.toSorted());
  assert.deepEqual(
    entries.slice(0, PLANTED.length).map(({ kind }) => kind),
    PLANTED.map(() => 'cause'),
  );
  const breaking = ofKind('cause').filter((entry) => entry.class === 'breaking');
  const counts = breaking.map(({ exchanges }) => exchanges);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => b - a),
  );
});

test('the fields that are another one in every response are noise, and nothing else is', () => {
  assert.deepEqual(
    ofKind('noise')
      .map(({ place }) => place)
      .toSorted(),
    VOLATILE_PLACES.toSorted(),
  );
});

test('what a write overtook is a race, and no difference', () => {
  assert.deepEqual(
    ofKind('race').map(({ place }) => place),
    [MOVING_PLACE],
  );
  // A race in an exchange that shows a fault as well is told by the fault.
  const moved = ofKind('race')[0]?.exchanges ?? 0;
  assert.equal(outcomes.get('drift'), moved);
  assert.ok(moved <= races);
  assert.equal(entries.length, PLANTED.length + VOLATILE_PLACES.length + 1);
});
