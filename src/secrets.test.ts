import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { createWorkspace, filesOf, runCommand, startServe, statusOf, until } from './testing/cli.ts';
import { startBackend } from './testing/servers.ts';

// A secret in every place where one can stand, each with a number of its own so that the place of one that got through is
// told. Both backends say different things everywhere, so that everything is reported, with examples.

/** Told by the name of its field, header, parameter or element: nobody could tell it by its shape. */
const named = (place: number): string => `planted-${place}-x7Gq`;
const EMAIL = 'ada.lovelace.planted@example.org';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkIjoxfQ.cGxhbnRlZC1zaWduYXR1cmU';
const CARD = '4111111111111111';
const IBAN = 'DE89370400440532013000';
const SHAPED = [EMAIL, JWT, CARD, IBAN, encodeURIComponent(EMAIL), Buffer.from(`bob:${named(0)}`).toString('base64')];

const CONTRACT = `openapi: 3.1.0
info: { title: Secrets, version: '1' }
paths:
  /json/{token}:
    get:
      operationId: getJson
      responses:
        '200':
          description: ok
          headers: { X-Api-Key: { schema: { type: string } }, X-Note: { schema: { type: string } } }
          content:
            application/json:
              schema:
                type: object
                properties:
                  declared: { type: string, format: password }
                  written: { type: string, writeOnly: true }
                  marked: { type: string, x-sensitive: true }
                  list: { type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [mail], items: { type: object } }
${['xml', 'html', 'form', 'text', 'multipart', 'lines', 'bytes', 'redirect', 'broken']
  .map(
    (name) => `  /${name}:
    get:
      operationId: ${name}
      responses: { '200': { description: ok }, '302': { description: elsewhere } }
`,
  )
  .join('')}`;

type Answer = (response: ServerResponse, other: string) => void;

const say =
  (type: string, body: (other: string) => string): Answer =>
  (response, other) => {
    response.writeHead(200, { 'Content-Type': type }).end(body(other));
  };

const MULTIPART = 'multipart/form-data; boundary=b';

/** `other` is empty on legacy and an ending of the secret on the candidate, so that each value differs. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  json: (response, other) => {
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'X-Api-Key': `${named(1)}${other}`,
      'X-Note': `Bearer ${named(2)}${other}`,
      'Set-Cookie': `sid=${named(3)}; ${other ? 'Secure' : 'HttpOnly'}`,
      'WWW-Authenticate': `Digest nonce="${named(4)}${other}"`,
      Location: `https://bob:${named(5)}@a.example/x?access_token=${named(6)}${other}#id_token=${named(7)}`,
    });
    const body = {
      password: `${named(8)}${other}`,
      user: { apiKey: `${named(9)}${other}` },
      secrets: [`${named(10)}${other}`],
      token: { value: `${named(11)}${other}` },
      declared: `${named(12)}${other}`,
      written: `${named(13)}${other}`,
      marked: `${named(14)}${other}`,
      pin: other ? 918273 : 645546,
      note: `mail ${EMAIL}, card ${CARD}, account ${IBAN}, token ${JWT} ${other}`,
      settings: `DB_PASSWORD=${named(15)} api_key: ${named(16)}${other}`,
      nested: JSON.stringify({ client_secret: `${named(17)}${other}` }),
      link: `/x?next=${encodeURIComponent(`/y?token=${named(18)}${other}`)}`,
      [`${EMAIL}${other}`]: 1,
      [`${IBAN}`]: other || 'none',
      card: other ? Number(CARD) : 1,
      list: [{ mail: EMAIL, v: other }],
      ...(other ? { added: { password: named(19), mail: EMAIL } } : { gone: { password: named(20), mail: EMAIL } }),
      // Of one that changed its name the name is told, and not what it holds.
      [other ? 'sessionToken' : 'session_token']: named(21),
      password_type: other ? [1] : 'x',
    };
    response.end(JSON.stringify(body));
  },
  xml: say(
    'application/xml',
    (other) =>
      `<a><password>${named(23)}${other}</password><b token="${named(24)}${other}"/><c>${EMAIL}${other}</c></a>`,
  ),
  html: say(
    'text/html',
    (other) =>
      `<meta name="csrf-token" content="${named(25)}${other}"><form><input type="password" value="${named(26)}${other}"><input name="csrf_token" value="${named(27)}${other}"></form><script>go("${named(28)}${other}")</script><p>${CARD} ${other}<!-- ${named(29)} -->`,
  ),
  form: say(
    'application/x-www-form-urlencoded',
    (other) => `access_token=${named(30)}${other}&note=${encodeURIComponent(EMAIL)}${other}`,
  ),
  text: say(
    'text/plain',
    (other) =>
      `a\npassword: ${named(31)}${other} and more\nAuthorization: Bearer ${named(32)}${other}\nAuthorization: Basic ${SHAPED[5]}\n${IBAN}${other}\n`,
  ),
  multipart: say(
    MULTIPART,
    (other) => `--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n${named(33)}${other}\r\n--b--\r\n`,
  ),
  lines: say('application/x-ndjson', (other) => `{"secret":"${named(34)}${other}"}\n{"mail":"${EMAIL}${other}"}\n`),
  bytes: say('application/octet-stream', (other) => `${named(35)}${other}`),
  redirect: (response, other) => {
    response.writeHead(302, { Location: `/login?code=${named(36)}${other}&state=${named(37)}${other}` }).end();
  },
  // Errors carry what they were about.
  broken: (response, other) => {
    if (!other) response.writeHead(200, { 'Content-Type': 'application/json' }).end(`{"password":"${named(38)}"}`);
    else response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`no user with password ${named(39)}`);
  },
};

function answerAs(other: string): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const name = /^\/(\w+)/.exec(request.url ?? '')?.[1] ?? '';
    const answer = ANSWERS[name];
    if (answer) answer(response, other);
    else response.writeHead(404).end();
  };
}

/** Sends requests that are secret from end to end, and returns all that is left of them. */
async function leftOver(t: TestContext, more: string): Promise<ReadonlyMap<string, string>> {
  const [legacy, candidate] = [await startBackend(t, answerAs('')), await startBackend(t, answerAs('-other'))];
  const files = filesOf({ legacy: legacy.origin.origin, candidate: candidate.origin.origin, more });
  const workspace = createWorkspace(t, {
    ...files,
    'openapi.yaml': CONTRACT,
    'paritygate.yaml': (files['paritygate.yaml'] ?? '').replace('[getThing]', '[getJson]'),
  });
  const serve = await startServe(t, workspace);
  const paths = Object.keys(ANSWERS).map((name) => (name === 'json' ? `json/${named(40)}` : name));
  for (const path of paths.flatMap((each) => [each, each, each])) {
    const query = `api_key=${named(41)}&mail=${encodeURIComponent(EMAIL)}&next=${encodeURIComponent(`/?token=${named(42)}`)}`;
    const headers = {
      Authorization: `Bearer ${named(43)}`,
      Cookie: `sid=${named(44)}`,
      'X-Api-Key': named(45),
      Referer: `/?token=${named(46)}`,
      'X-User-Id': named(47),
      'X-Tenant-Token': named(51),
      'X-App-Version': JWT,
    };
    await (await fetch(`${serve.url}/${path}?${query}`, { headers, redirect: 'manual' })).arrayBuffer();
  }
  await fetch(`${serve.url}/unknown/${named(48)}?token=${named(49)}`, { headers: { Authorization: named(50) } });
  const run = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await runCommand(workspace, args);
    return stdout + stderr;
  };
  await until(async () => {
    const { shadow } = await statusOf(serve);
    return shadow.inFlight + shadow.queued === 0 || undefined;
  });
  const live = new Map([
    ['status', await run('status', '--json')],
    ['the status of the control API', JSON.stringify(await statusOf(serve))],
  ]);
  const { stdout, stderr } = await serve.stop();
  const printed = new Map([
    ['the log of serve', stdout + stderr],
    ['report', await run('report', '--output', 'out')],
    ['gate', await run('gate', '--json')],
    ['diff ls', await run('diff', 'ls', '--json')],
  ]);
  // All of them stand in the report as well.
  for (const { id } of JSON.parse(printed.get('diff ls') ?? '{}').differences.slice(0, 3))
    printed.set(`diff show ${id}`, await run('diff', 'show', id));
  return new Map([...live, ...printed, ...filesIn(workspace.directory)]);
}

/** Every file that was written, by name, each byte one character. */
function filesIn(directory: string): ReadonlyMap<string, string> {
  const found = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(found.map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name), 'latin1')]));
}

function secretsIn(text: string): readonly string[] {
  return [...SHAPED.filter((secret) => text.includes(secret)), ...(text.match(/planted-\d+/g) ?? [])];
}

describe('of a secret nothing is left', () => {
  for (const [title, more] of [
    ['', ''],
    [', and where only shapes are kept no value at all', 'redaction: { strict: true }\n'],
  ] as const) {
    test(`in store, reports, log, status and what commands print${title}`, async (t) => {
      const left = await leftOver(t, more);
      assert.ok(left.has('observations.db') && left.has('report.html') && left.has('report.json'));
      const report = left.get('report.json') ?? '';
      const causes = new Set(
        JSON.parse(report).clusters.flatMap((each: { operations: object[] }) => JSON.stringify(each.operations)),
      );
      assert.ok(causes.size >= Object.keys(ANSWERS).length, `something is reported of every operation: ${causes.size}`);
      assert.equal(report.includes('redacted'), more === '');
      for (const [where, text] of left) assert.deepEqual(secretsIn(text), [], `in ${where}`);
    });
  }
});
