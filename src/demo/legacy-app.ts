import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from 'express';
import { COMMON_HEADERS, createProblem, HEALTH, PROBLEM_MEDIA_TYPE, pageOf } from './answers.ts';
import type { BackendOptions } from './backend-options.ts';
import { createDataSet, type DataSet } from './data.ts';
import { bookTrade, createShelf, queueTask } from './orders.ts';
import { withNoise } from './planting.ts';
import type { Task } from './tasks.ts';
import type { Trade } from './trades.ts';

const SHELF_CAPACITY = 1_000;

/** The backend to be replaced: an Express application, as it would have grown. */
export function createLegacy({ seed, planted }: Pick<BackendOptions, 'seed' | 'planted'>): Express {
  const data = createDataSet(seed);
  const app = createApp();
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.set(COMMON_HEADERS);
    next();
  });
  app.use(express.json({ strict: false }));
  app.get('/health', (_request, response) => {
    response.json(withNoise(HEALTH, planted));
  });
  addTradeRoutes(app, data);
  addTaskRoutes(app, data);
  addOrchestrationRoutes(app, data);
  app.use((_request: Request, response: Response) => sendProblem(response, 404, 'there is nothing here'));
  app.use(handleError);
  return app;
}

// Paths are matched to the letter, and nothing is sent that the contract does not name.
function createApp(): Express {
  const app = express();
  for (const setting of ['etag', 'x-powered-by']) app.disable(setting);
  for (const setting of ['case sensitive routing', 'strict routing']) app.enable(setting);
  return app;
}

function addTradeRoutes(app: Express, data: DataSet): void {
  const created = createShelf<Trade>(SHELF_CAPACITY);
  app.get('/trades', (request, response) => sendPage(request, response, data.tradeList));
  app.post('/trades', (request, response) => {
    const trade = bookTrade(request.body);
    if (!trade) return sendProblem(response, 400, 'the order does not keep the contract');
    created.put(String(trade.id), trade);
    response.status(201).location(`/trades/${trade.id}`).json(trade);
  });
  app.get('/trades/:tradeId', (request, response) => {
    const { tradeId } = request.params;
    sendFound(response, data.trades.get(tradeId)?.trade ?? created.get(tradeId));
  });
  app.get('/trades/:tradeId/fills', (request, response) => {
    const record = data.trades.get(request.params.tradeId);
    sendFound(response, record && { tradeId: record.trade.id, items: record.fills });
  });
  app.get('/trades/:tradeId/settlement', (request, response) => {
    sendFound(response, data.trades.get(request.params.tradeId)?.settlement);
  });
}

function addTaskRoutes(app: Express, data: DataSet): void {
  const created = createShelf<Task>(SHELF_CAPACITY);
  app.get('/queues', (_request, response) => {
    response.json({ items: data.queues });
  });
  app.get('/tasks', (request, response) => sendPage(request, response, data.taskList));
  app.post('/tasks', (request, response) => {
    const task = queueTask(request.body);
    if (!task) return sendProblem(response, 400, 'the order does not keep the contract');
    created.put(task.id, task);
    response.status(201).location(`/tasks/${task.id}`).json(task);
  });
  app.get('/tasks/:taskId', (request, response) => {
    const { taskId } = request.params;
    sendFound(response, data.tasks.get(taskId)?.task ?? created.get(taskId));
  });
  app.get('/tasks/:taskId/attempts', (request, response) => {
    const record = data.tasks.get(request.params.taskId);
    sendFound(response, record && { taskId: record.task.id, items: record.attempts });
  });
}

function addOrchestrationRoutes(app: Express, data: DataSet): void {
  app.get('/orchestrations', (request, response) => sendPage(request, response, data.orchestrationList));
  app.get('/orchestrations/:orchestrationId', (request, response) => {
    sendFound(response, data.orchestrations.get(request.params.orchestrationId)?.orchestration);
  });
  app.get('/orchestrations/:orchestrationId/timeline', (request, response) => {
    const record = data.orchestrations.get(request.params.orchestrationId);
    sendFound(response, record && { orchestrationId: record.summary.id, events: record.timeline });
  });
}

function sendPage(request: Request, response: Response, items: readonly unknown[]): void {
  const { limit, offset } = request.query;
  const page = pageOf(items, { path: request.path, limit: firstOf(limit), offset: firstOf(offset) });
  if (page) response.json(page);
  else sendProblem(response, 400, 'limit or offset is out of range');
}

/** A repeated parameter counts by its first value. */
function firstOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}

function sendFound(response: Response, value: unknown): void {
  if (value === undefined) sendProblem(response, 404, 'there is no such record');
  else response.json(value);
}

function sendProblem(response: Response, status: number, detail: string): void {
  response.status(status).type(PROBLEM_MEDIA_TYPE).json(createProblem(status, detail));
}

// Express knows an error handler by its four parameters. It is reached by what Express itself refuses: a body that is
// not JSON or too large, and a path that is not percent-encoded as it should be.
const handleError: ErrorRequestHandler = (error: { readonly status?: number }, _request, response, _next) => {
  sendProblem(response, error.status ?? 500, 'the request could not be read');
};
