// Before anything is timed: through each contender the same status, type and body as without it.
import type { Standing } from './ground.ts';
import { itemBody, SIZES, type SizeName, targetOf } from './items.ts';

/** One that is served alike by both candidates, and one that is not. */
const NUMBERS = [0, 7];
const METHODS = ['GET', 'POST'] as const;

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: Buffer;
}

/** What is wrong, a sentence for each fault; nothing when all is as it must be. */
export async function checkAll(direct: number, standings: readonly Standing[]): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const size of Object.keys(SIZES) as SizeName[]) // the keys of SIZES are exactly these names
    for (const method of METHODS)
      for (const number of NUMBERS) {
        const request = { method, target: targetOf(size, number), body: itemBody(size, 0) };
        const expected = await ask(direct, request);
        if (expected.body.toString() !== itemBody(size, number)) faults.push(`direct: ${method} ${request.target}`);
        for (const standing of standings)
          if (!isSame(expected, await ask(standing.port, request)))
            faults.push(`${standing.name}: ${method} ${request.target} is not answered as it is without the proxy`);
      }
  return faults;
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly target: string;
  readonly body: string;
}

async function ask(port: number, { method, target, body }: Request): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${target}`, {
    method,
    ...(method === 'POST' && { body, headers: { 'content-type': 'application/json' } }),
  });
  const { status, headers } = response;
  return { status, type: headers.get('content-type'), body: Buffer.from(await response.arrayBuffer()) };
}

function isSame(left: Answer, right: Answer): boolean {
  return left.status === right.status && left.type === right.type && left.body.equals(right.body);
}
