import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as sleepMs } from 'node:timers/promises';
import { COMMON_HEADERS, createProblem, PROBLEM_MEDIA_TYPE } from './answers.ts';
import type { BackendOptions } from './backend-options.ts';
import { createCandidateRoutes, type Route } from './candidate-routes.ts';
import { createDataSet } from './data.ts';
import { DRIFTS, type Planted } from './drifts.ts';
import { type Answer, createPlants, type PlantId } from './planting.ts';

const MAX_BODY_BYTES = 100 * 1024;

export interface CandidateOptions extends Pick<BackendOptions, 'seed' | 'planted'> {
  readonly sleep?: (delayMs: number) => Promise<unknown>;
}

/** The backend that is to replace legacy: a table of routes on plain `node:http`, and the drifts that are planted. */
export function createCandidate({ seed, planted, sleep = sleepMs }: CandidateOptions): RequestListener {
  const routes = createCandidateRoutes(createDataSet(seed), planted);
  const spoil = createSpoiler(planted);
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const answer = await answerTo(routes, request).then(({ operationId, answer }) => spoil(operationId, answer));
    if (answer.delayMs !== undefined) await sleep(answer.delayMs);
    send(response, answer);
  };
  return (request, response) => {
    // Only a request that broke off cannot be answered.
    respond(request, response).catch(() => response.destroy());
  };
}

interface Outcome {
  readonly operationId: string | undefined;
  readonly answer: Answer;
}

async function answerTo(routes: readonly Route[], request: IncomingMessage): Promise<Outcome> {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s, 2);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const body = await readJson(request);
  if (body.kind === 'unreadable') return unknown(body.status, 'the request could not be read');
  for (const route of routes) {
    const match = route.method === method ? route.path.exec(path) : null;
    if (!match) continue;
    const id = decodeSegment(match[1] ?? '');
    if (id === undefined) return unknown(400, 'the request could not be read');
    const answer = route.answer({ id, path, query: new URLSearchParams(query), body: body.value });
    return { operationId: route.operationId, answer };
  }
  return unknown(404, 'there is nothing here');
}

function unknown(status: number, detail: string): Outcome {
  return { operationId: undefined, answer: { status, headers: COMMON_HEADERS, body: createProblem(status, detail) } };
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

type Body =
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'unreadable'; readonly status: number };

async function readJson(request: IncomingMessage): Promise<Body> {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    return { kind: 'read', value: undefined };
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    // Read to the end all the same, so that the connection stays usable.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? { kind: 'unreadable', status: 413 } : parseJson(Buffer.concat(chunks).toString());
}

function parseJson(text: string): Body {
  if (text === '') return { kind: 'read', value: undefined };
  try {
    return { kind: 'read', value: JSON.parse(text) };
  } catch {
    return { kind: 'unreadable', status: 400 };
  }
}

/** The only place that plants anything: each drift on its own operations, if it is wanted. */
function createSpoiler(planted: Planted): (operationId: string | undefined, answer: Answer) => Answer {
  const plants = createPlants();
  const wanted = DRIFTS.filter((drift) => planted(drift.id));
  return (operationId, answer) => {
    const drifts = wanted.filter(({ operations }) => operations.some((id) => id === operationId));
    return drifts.reduce((spoiled, { id }) => (isPlant(id, plants) ? plants[id](spoiled) : spoiled), answer);
  };
}

function isPlant(id: string, plants: Readonly<Record<PlantId, unknown>>): id is PlantId {
  return Object.hasOwn(plants, id);
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'Content-Type': status < 400 ? 'application/json; charset=utf-8' : PROBLEM_MEDIA_TYPE,
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
