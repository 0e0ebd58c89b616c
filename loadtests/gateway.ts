import { check, group } from 'k6';
import exec from 'k6/execution';
import http, { type RefinedResponse, type ResponseType } from 'k6/http';

// What one client of the gateway does. Every scenario walks the same way, so that their numbers can be compared; they
// differ in how many walk at a time.

const BASE_URL = (__ENV['BASE_URL'] ?? 'http://127.0.0.1:8080').replace(/\/$/, '');

/** The promises that every scenario is held to. */
export const thresholds: Record<string, string[]> = {
  http_req_duration: ['p(99)<100'],
  http_req_failed: ['rate<0.001'],
  checks: ['rate>0.999'],
};

/** Lists, reads one of what was listed, and looks at the health: one iteration of one client. */
export function useGateway(): void {
  group('trades', readTrades);
  group('tasks', () => {
    get('/tasks', 'listTasks');
  });
  group('health', () => {
    get('/health', 'getHealth');
  });
}

function readTrades(): void {
  const tradeId = firstId(get('/trades', 'listTrades'));
  // An empty list is no failure of the service, but nothing can be read then.
  if (tradeId !== undefined) get(`/trades/${encodeURIComponent(tradeId)}`, 'getTrade');
}

/** `name` groups the timings, so that each trade does not become a metric of its own. */
function get(path: string, name: string): RefinedResponse<ResponseType | undefined> {
  const headers = { accept: 'application/json', 'x-user-id': `user-${exec.vu.idInTest}` };
  const response = http.get(`${BASE_URL}${path}`, { headers, tags: { name } });
  check(response, {
    [`${name} answers 200`]: ({ status }) => status === 200,
    [`${name} sends JSON`]: (reply) => /^application\/(.+\+)?json\b/.test(reply.headers['Content-Type'] ?? ''),
  });
  return response;
}

/** The id of the first item of a page, `{ items: [{ id }] }`, or of a plain list; ids are numbers or strings. */
function firstId(response: RefinedResponse<ResponseType | undefined>): string | undefined {
  if (response.status !== 200) return undefined;
  const id = response.json('items.0.id') ?? response.json('0.id');
  return id === undefined || id === null ? undefined : String(id);
}
