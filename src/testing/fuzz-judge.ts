// What a proxy may make of a request, judged from what became of it without the proxy. Pure.
import type { SeenRequest } from './fuzz-backend.ts';
import { type FuzzCase, originForm } from './fuzz-cases.ts';
import type { Run } from './fuzz-rig.ts';
import { type Field, valuesIn, type WireResponse } from './fuzz-wire.ts';

/** What is wrong; empty when nothing is. */
export function judge(made: FuzzCase, direct: Run, proxied: Run): readonly string[] {
  return [...judgeAnswers(made, direct, proxied), ...judgeSeen(direct, proxied), ...judgeAccounts(proxied)];
}

function judgeAnswers(made: FuzzCase, direct: Run, proxied: Run): readonly string[] {
  const found: string[] = [];
  for (const [index, own] of proxied.responses.entries()) {
    const wanted = direct.responses[index];
    if (own.seq !== undefined) {
      // Without the proxy the connection was over; with it, that was between proxy and backend.
      if (!wanted && direct.responses.at(-1)?.isLast) break;
      found.push(...judgeServed({ direct, proxied, wanted, own }).map((text) => `response ${index}: ${text}`));
      continue;
    }
    if (isOwnAnswer(own, wanted, direct)) continue;
    if (!own.isLast || index < proxied.responses.length - 1) found.push(`something follows the refusal ${own.status}`);
    if (made.isSound) found.push(`a sound request is refused: ${own.status} ${own.body}`);
    return found;
  }
  return [...found, ...judgeMissing(direct, proxied)];
}

function isOwnAnswer(own: WireResponse, wanted: WireResponse | undefined, direct: Run): boolean {
  if (own.isLast) return false;
  const request = wanted?.seq === undefined ? undefined : direct.seen[wanted.seq];
  return own.status === 204
    ? request?.method === 'OPTIONS'
    : wanted?.seq === undefined && wanted?.status === own.status;
}

/** The answer to something that is no HTTP may be left out, and so may one to a request that came with it. */
function judgeMissing(direct: Run, proxied: Run): readonly string[] {
  const [last, lastOwn] = [direct.responses.at(-1), proxied.responses.at(-1)];
  if (proxied.rest !== '') return [`half a response: ${JSON.stringify(proxied.rest.slice(0, 200))}`];
  if (proxied.responses.length >= direct.responses.length || lastOwn?.isLast) return [];
  if (last?.seq === undefined) return [];
  return [`${direct.responses.length} responses without the proxy, ${proxied.responses.length} with it`];
}

interface Served {
  readonly direct: Run;
  readonly proxied: Run;
  readonly wanted: WireResponse | undefined;
  readonly own: WireResponse;
}

function judgeServed({ direct, proxied, wanted, own }: Served): readonly string[] {
  const [before, after] = [direct.seen[wanted?.seq ?? -1], proxied.seen[own.seq ?? -1]];
  if (!wanted || !before || !after) return [`served, where a backend says ${wanted?.status ?? 'nothing'}`];
  return [
    ...ambiguitiesOf(before).map((text) => `served, though it has ${text}`),
    ...differences('request', requestAsSent(before), requestAsForwarded(after)),
    ...judgeResponse(wanted, own),
  ];
}

function differences(
  of: string,
  wanted: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
): readonly string[] {
  return Object.keys(wanted).flatMap((key) => {
    const [one, other] = [JSON.stringify(wanted[key]), JSON.stringify(own[key])];
    return one === other ? [] : [`${of} ${key}: ${one} became ${other}`];
  });
}

/** Naming one of these would take from the next server what it must know. */
const KEPT = /^(?:content-.*|transfer-encoding|host|authorization|cookie|x-forwarded-.*|x-real-ip|forwarded|via)$/;
const ALIAS = /^(?=.*_)(?:content[-_]length|transfer[-_]encoding|x[-_]forwarded[-_].*|x[-_]real[-_]ip)$/i;

/** What another server may read in another way than this backend happens to: a proxy has to refuse it. */
function ambiguitiesOf({ headers }: SeenRequest): readonly string[] {
  const fields = fieldsOf(headers);
  const [lengths, codings] = [valuesIn(fields, 'content-length'), valuesIn(fields, 'transfer-encoding')];
  const named = tokensOf(fields).filter((token) => KEPT.test(token));
  return [
    ...(lengths.length + codings.length > 1 ? [`framing twice: ${[...lengths, ...codings]}`] : []),
    ...lengths.filter((value) => !/^(?:0|[1-9]\d*)$/.test(value)).map((value) => `the length ${value}`),
    ...codings.filter((value) => value.toLowerCase() !== 'chunked').map((value) => `the coding ${value}`),
    ...(valuesIn(fields, 'host').length === 1 ? [] : ['not one host']),
    ...named.map((name) => `${name} named in Connection`),
    ...fields.filter(([name]) => ALIAS.test(name)).map(([name]) => `the alias ${name}`),
  ];
}

function tokensOf(fields: readonly Field[]): readonly string[] {
  const named = valuesIn(fields, 'connection').flatMap((value) => value.toLowerCase().split(','));
  return named.map((token) => token.trim());
}

const HOP =
  /^(?:connection|keep-alive|te|trailer|upgrade|expect|http2-settings|transfer-encoding|proxy|proxy-(?!status$).*)$/i;
const CLAIMS = /^(?:forwarded|x-forwarded|x-forwarded-.*|x-real-ip|x-paritygate-shadow)$/i;

function fieldsOf(flat: readonly string[]): readonly Field[] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as const] : []));
}

function endToEnd(fields: readonly Field[]): readonly Field[] {
  const tokens = new Set(tokensOf(fields));
  return fields.filter(([name]) => !HOP.test(name) && !tokens.has(name.toLowerCase()));
}

/** What a backend is to get of a request that was sent so, written a second time from the RFCs. */
function requestAsSent({ method, target, headers, body }: SeenRequest): Readonly<Record<string, unknown>> {
  const fields = endToEnd(fieldsOf(headers));
  const passing = fields.filter(([name]) => !CLAIMS.test(name) && name.toLowerCase() !== 'content-length');
  const [host = ''] = valuesIn(fields, 'host');
  const added = [
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-host', host],
    ['x-forwarded-proto', 'http'],
    ['via', 'this'],
  ];
  const counted = passing.map(([name, value]) => [name, isHops(method, name) ? oneLess(value) : value]);
  return { method, target: originForm(target), body, headers: [...counted, ...added] };
}

function isHops(method: string, name: string): boolean {
  return method === 'OPTIONS' && name.toLowerCase() === 'max-forwards';
}

function oneLess(value: string): string {
  return /^\d+$/.test(value) ? String(Number(value) - 1) : value;
}

function requestAsForwarded({ method, target, headers, body }: SeenRequest): Readonly<Record<string, unknown>> {
  const fields = fieldsOf(headers).filter(([name]) => !/^(?:content-length|transfer-encoding)$/i.test(name));
  const shown = fields.map(([name, value]) => [name, isOurs(name, value) ? 'this' : value]);
  return { method, target, body, headers: shown };
}

function isOurs(name: string, value: string): boolean {
  return name === 'via' && /^1\.[01] paritygate-[\da-f]{8}$/.test(value);
}

function judgeResponse(wanted: WireResponse, own: WireResponse): readonly string[] {
  // Only chunks have a place for trailers, and a client of HTTP/1.0 gets none.
  const isChunked = valuesIn(own.headers, 'transfer-encoding').length > 0;
  const trailers = isChunked ? endToEnd(wanted.trailers) : own.trailers;
  const shape = ({ status, reason, headers, body }: WireResponse): Readonly<Record<string, unknown>> => ({
    status,
    reason,
    headers: endToEnd(headers).filter(([name]) => name !== 'x-fuzz-seq'),
    body,
  });
  return differences('response', { ...shape(wanted), trailers }, { ...shape(own), trailers: own.trailers });
}

function judgeSeen(direct: Run, proxied: Run): readonly string[] {
  const answered = proxied.responses.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));
  const whole = proxied.seen.filter(({ isWhole }) => isWhole);
  const [cut, cutBefore] = [proxied.seen.length - whole.length, direct.seen.some(({ isWhole }) => !isWhole)];
  const isShortened = direct.responses.at(-1)?.isLast === true && direct.responses.at(-1)?.seq !== undefined;
  return [
    ...(new Set(answered).size < answered.length ? ['one request is answered twice'] : []),
    ...(whole.length > answered.length
      ? [`${whole.length} requests reached a backend, ${answered.length} were answered`]
      : []),
    ...(cut > 1 || (cut === 1 && !cutBefore && !isShortened) ? [`${cut} requests reached a backend in part`] : []),
    ...(proxied.seen.length > direct.seen.length && !isShortened
      ? [`${proxied.seen.length} requests reached a backend, where ${direct.seen.length} were sent`]
      : []),
    ...(proxied.seen.length === 0 && proxied.reached > 0
      ? [`${proxied.reached} bytes of a refused request reached a backend`]
      : []),
    ...proxied.malformed.map((code) => `a backend got what is no HTTP: ${code}`),
  ];
}

function judgeAccounts({ end, inFlight, arrivals, exchanges }: Run): readonly string[] {
  return [
    ...(end === 'hung' ? ['the connection does not come to an end'] : []),
    ...(inFlight === 0 ? [] : [`${inFlight} requests are left in flight`]),
    ...(exchanges.length === arrivals ? [] : [`${arrivals} arrivals, ${exchanges.length} exchanges`]),
    ...exchanges.flatMap((kind) => (kind === 'failed' ? ['an exchange failed'] : [])),
  ];
}
