import { Agent, request } from 'undici';

const CLIENTS = 4;
/** Users that the requests are spread over, so that a weight above 0 would divide them. */
const USERS = 20;

/** Sends each target once, a few at a time, and counts the answers by status. */
export async function sendRequests(origin: string, targets: readonly string[]): Promise<ReadonlyMap<number, number>> {
  const dispatcher = new Agent({ connections: CLIENTS });
  const statuses = new Map<number, number>();
  const queue = targets.entries();
  const sendAll = async () => {
    for (const [index, target] of queue) {
      const headers = { 'x-user-id': `user-${index % USERS}` };
      const { statusCode, body } = await request(new URL(target, origin), { dispatcher, headers });
      await body.dump();
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, sendAll)).finally(() => dispatcher.close());
  return statuses;
}
