// Ten thousand exchanges of a shop whose candidate has twenty faults, of which some show always and some now and then;
// beside them five fields that are another one in every response, and one request in a hundred that a write overtakes.
import type { Reply } from '../core/index.ts';
import { createRandom } from './http1-replies.ts';

export const CORPUS_CONTRACT = `openapi: 3.1.0
info: { title: Shop, version: '1' }
paths:
  /orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get: { operationId: getOrder, responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } } } }
  /orders:
    get: { operationId: listOrders, responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/OrderList' } } } } } }
  /customers/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get: { operationId: getCustomer, responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Customer' } } } } } }
  /products/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get: { operationId: getProduct, responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Product' } } } } } }
  /invoices/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get:
      operationId: getInvoice
      responses:
        '200': { description: ok, headers: { X-Region: { schema: { type: string } } }, content: { application/json: { schema: { $ref: '#/components/schemas/Invoice' } } } }
        '404': { description: none }
components:
  schemas:
    Order:
      type: object
      required: [number, total, createdAt, status, lines, customerName, trace]
      properties:
        number: { type: integer }
        total: { type: number }
        createdAt: { type: string, format: date-time }
        status: { type: string, enum: [open, paid, sent] }
        note: { type: [string, 'null'] }
        lines: { type: array, items: { type: object, properties: { sku: { type: string }, count: { type: integer } } } }
        customerName: { type: string }
        trace: { type: string }
    OrderList:
      type: object
      properties: { cursor: { type: string }, items: { type: array, items: { type: object, properties: { id: { type: integer } } } } }
    Customer:
      type: object
      properties:
        email: { type: string }
        address: { type: object, required: [street, city], properties: { street: { type: string }, number: { type: integer }, city: { type: string }, zip: { type: string }, country: { type: string }, floor: { type: integer } } }
        phone: { type: string }
        vip: { type: boolean }
        tags: { type: array, items: { type: string } }
        session: { type: string }
    Product:
      type: object
      properties:
        price: { type: number }
        description: { type: string }
        stock: { type: integer }
        shape: { $ref: '#/components/schemas/Shape' }
        served: { type: number }
    Shape:
      oneOf:
        - { type: object, required: [side], properties: { side: { type: integer } }, additionalProperties: false }
        - { type: object, required: [radius], properties: { radius: { type: integer } }, additionalProperties: false }
    Invoice:
      type: object
      properties: { amount: { type: integer }, printedAt: { type: string } }
`;

/** One read of both sides, and what a second one gives. */
export interface CorpusExchange {
  readonly operationId: string;
  readonly target: string;
  readonly first: { readonly legacy: Reply; readonly candidate: Reply };
  readonly second: { readonly legacy: Reply; readonly candidate: Reply };
  readonly isRace: boolean;
}

export const EXCHANGES = 10_000;

type Body = Record<string, unknown>;

interface Answer {
  readonly body: Body;
  readonly status: number;
  readonly headers: readonly string[];
}

interface Resource {
  readonly operationId: string;
  readonly path: (id: number) => string;
  /** What legacy says; `moved` once a write has been. */
  legacy(id: number, moved: boolean, random: () => number): Answer;
  candidate(id: number, legacy: Answer): Answer;
}

const ok = (body: Body, headers: readonly string[] = []): Answer => ({ body, status: 200, headers });
const every = (id: number, of: number): boolean => id % of === 0;
const token = (random: () => number): string => Math.floor(random() * 2 ** 48).toString(36);

const ORDER: Resource = {
  operationId: 'getOrder',
  path: (id) => `/orders/${id}`,
  legacy: (id, _, random) =>
    ok({
      number: id,
      total: ((id * 37) % 9_973) + 0.25,
      createdAt: new Date(1_700_000_000_000 + id * 61_000).toISOString(),
      status: ['open', 'paid', 'sent'][id % 3],
      note: every(id, 5) ? null : `note ${id}`,
      lines: [`a${id}`, `b${id}`, `c${id}`].map((sku, index) => ({ sku, count: index + 1 })),
      customerName: every(id, 4) ? ` Customer ${id} ` : `Customer ${id}`,
      trace: token(random),
    }),
  candidate: (id, { body }) => {
    const { note, ...rest } = body;
    return ok({
      ...rest,
      ...(note !== null && { note }),
      number: every(id, 5) ? String(body['number']) : body['number'],
      total: every(id, 2) ? Math.round(Number(body['total']) * 100) : body['total'],
      createdAt: every(id, 3) ? later(String(body['createdAt'])) : body['createdAt'],
      status: every(id, 7) ? 'DONE' : body['status'],
      lines: every(id, 11) ? [...(body['lines'] as unknown[])].reverse() : body['lines'], // a list above
      customerName: String(body['customerName']).trim(),
    });
  },
};

function later(moment: string): string {
  return new Date(Date.parse(moment) + 7_200_000).toISOString();
}

const LIST: Resource = {
  operationId: 'listOrders',
  path: (id) => `/orders?page=${id}`,
  legacy: (id, _, random) => ok({ cursor: token(random), items: [1, 2, 3].map((item) => ({ id: id * 3 + item })) }),
  candidate: (id, { body }) =>
    ok({ ...body, items: every(id, 12) ? (body['items'] as unknown[]).slice(0, -1) : body['items'] }), // a list above
};

const CUSTOMER: Resource = {
  operationId: 'getCustomer',
  path: (id) => `/customers/${id}`,
  legacy: (id, _, random) =>
    ok({
      email: every(id, 6) ? `Ann.${id}@example.test` : `ann.${id}@example.test`,
      address: { street: `Street ${id}`, number: id, city: 'X', zip: `${id}`, country: 'DE', floor: id % 9 },
      phone: `+49 ${id}`,
      vip: every(id, 2),
      tags: every(id, 8) ? [] : [`t${id}`],
      session: token(random),
    }),
  candidate: (id, { body }) => {
    const { phone, ...rest } = body;
    return ok({
      ...rest,
      ...(every(id, 13) ? { phoneNumber: phone } : { phone }),
      email: String(body['email']).toLowerCase(),
      address: every(id, 7) ? {} : body['address'],
      vip: every(id, 9) ? !body['vip'] : body['vip'],
      tags: every(id, 8) ? null : body['tags'],
    });
  },
};

const PRODUCT: Resource = {
  operationId: 'getProduct',
  path: (id) => `/products/${id}`,
  legacy: (id, _, random) =>
    ok({
      price: ((id * 31) % 8_887) + (1 + (id % 3)) / 4,
      description: `The product of the number ${id}, described at some length`,
      stock: (id * 17) % 997,
      shape: { side: id },
      served: random(),
    }),
  candidate: (id, { body }) =>
    ok({
      ...body,
      price: every(id, 2) ? Math.round(Number(body['price'])) : body['price'],
      description: every(id, 11) ? String(body['description']).slice(0, 20) : body['description'],
      stock: every(id, 8) ? Number(body['stock']) + 1 : body['stock'],
      shape: every(id, 10) ? { radius: id } : body['shape'],
      ...(every(id, 3) && { internalId: id }),
    }),
};

const INVOICE: Resource = {
  operationId: 'getInvoice',
  path: (id) => `/invoices/${id}`,
  legacy: (id, moved, random) => ok({ amount: id + Number(moved), printedAt: token(random) }, ['X-Region', 'eu']),
  candidate: (id, answer) => {
    if (every(id, 11)) return { body: {}, status: 404, headers: ['X-Region', 'eu'] };
    return every(id, 4) ? { ...answer, headers: [] } : answer;
  },
};

const RESOURCES = [ORDER, LIST, CUSTOMER, PRODUCT, INVOICE] as const;

/** The field of each resource that is another one in every response, by its place in the contract. */
export const VOLATILE_PLACES = [
  '#/components/schemas/Order/properties/trace',
  '#/components/schemas/OrderList/properties/cursor',
  '#/components/schemas/Customer/properties/session',
  '#/components/schemas/Product/properties/served',
  '#/components/schemas/Invoice/properties/printedAt',
] as const;

/** The field that a write changes. */
export const MOVING_PLACE = '#/components/schemas/Invoice/properties/amount';

export function* createCorpus(seed: number): Generator<CorpusExchange> {
  const random = createRandom(seed);
  for (let number = 0; number < EXCHANGES; number++) {
    const resource = RESOURCES[number % RESOURCES.length] ?? ORDER;
    const id = 1 + Math.floor(random() * 100_000);
    // Of invoices one in twenty, which is one in a hundred of all.
    const isRace = resource === INVOICE && random() < 0.05;
    const read = (isMovedAtLegacy: boolean, isMovedAtCandidate: boolean) => ({
      legacy: replyOf(resource.legacy(id, isMovedAtLegacy, random)),
      candidate: replyOf(resource.candidate(id, resource.legacy(id, isMovedAtCandidate, random))),
    });
    const first = read(false, isRace);
    yield { operationId: resource.operationId, target: resource.path(id), first, second: read(isRace, isRace), isRace };
  }
}

function replyOf({ body, status, headers }: Answer): Reply {
  return {
    status,
    headers: ['content-type', 'application/json', ...headers],
    body: Buffer.from(JSON.stringify(body)),
    totalMs: 1,
  };
}
