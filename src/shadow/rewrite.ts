// A request as the other side knows it: with its own ids, tokens and cursors in the places of those of the serving side.
import { type AliasParameter, type BackendRequest, lowerName, type RawHeaders } from '../core/index.ts';

/** The other side's value for one of the serving side's; undefined where nobody knows it. */
export type Lookup = (alias: string, value: string) => string | undefined;

/** The same request, not a byte of it changed, where nothing in it was issued. `unknown`: something was, and has no other. */
export function rewriteRequest(
  request: BackendRequest,
  parameters: readonly AliasParameter[],
  lookup: Lookup,
): BackendRequest | 'unknown' {
  const rewriting = { parameters, lookup, isUnknown: false };
  const target = rewriteTarget(request.target, rewriting);
  const headers = rewriteHeaders(request.headers, rewriting);
  if (rewriting.isUnknown) return 'unknown';
  return target === request.target && headers === request.headers ? request : { ...request, target, headers };
}

interface Rewriting {
  readonly parameters: readonly AliasParameter[];
  readonly lookup: Lookup;
  isUnknown: boolean;
}

function rewriteTarget(target: string, rewriting: Rewriting): string {
  const { parameters } = rewriting;
  if (!parameters.some((parameter) => parameter.in === 'path' || parameter.in === 'query')) return target;
  const at = target.indexOf('?');
  const [path, query] = at < 0 ? [target, undefined] : [target.slice(0, at), target.slice(at + 1)];
  const segments = path.split('/');
  for (const parameter of parameters) {
    const index = segments.length - (parameter.segment ?? 0);
    const segment = parameter.in === 'path' ? segments[index] : undefined;
    if (segment !== undefined) segments[index] = rewriteEncoded(segment, parameter, rewriting);
  }
  return query === undefined ? segments.join('/') : `${segments.join('/')}?${rewriteQuery(query, rewriting)}`;
}

function rewriteQuery(query: string, rewriting: Rewriting): string {
  const fields = query.split('&').map((field) => {
    const at = field.indexOf('=');
    if (at < 0) return field;
    const name = decode(field.slice(0, at));
    const parameter = rewriting.parameters.find((each) => each.in === 'query' && each.name === name);
    return parameter ? `${field.slice(0, at + 1)}${rewriteEncoded(field.slice(at + 1), parameter, rewriting)}` : field;
  });
  return fields.join('&');
}

function rewriteEncoded(written: string, parameter: AliasParameter, rewriting: Rewriting): string {
  // A plus is a space in a query only (WHATWG URL, section 5.1).
  const value = decode(parameter.in === 'query' ? written.replaceAll('+', ' ') : written);
  const other = rewriteValue(value, parameter.alias, rewriting);
  return other === value ? written : encodeURIComponent(other.toWellFormed());
}

function rewriteValue(value: string, alias: string, rewriting: Rewriting): string {
  // A parameter without a value is the first page.
  const other = value === '' ? value : rewriting.lookup(alias, value);
  if (other === undefined) rewriting.isUnknown = true;
  return other ?? value;
}

/** What is not UTF-8 behind its percent signs is nothing that anybody issued in JSON. */
function decode(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

function rewriteHeaders(headers: RawHeaders, rewriting: Rewriting): RawHeaders {
  let changed: string[] | undefined;
  for (let at = 0; at < headers.length; at += 2) {
    const value = headers[at + 1] ?? '';
    const other = rewriteHeader(lowerName(headers[at] ?? ''), value, rewriting);
    if (other === value) continue;
    changed ??= [...headers];
    changed[at + 1] = other;
  }
  return changed ?? headers;
}

function rewriteHeader(name: string, value: string, rewriting: Rewriting): string {
  if (name === 'cookie') return rewriteCookies(value, rewriting);
  const parameter = rewriting.parameters.find((each) => each.in === 'header' && each.name === name);
  return parameter ? rewriteValue(value, parameter.alias, rewriting) : value;
}

/** RFC 6265, section 4.2.1. A cookie that nobody has seen being set is the client's own, and stays. */
function rewriteCookies(value: string, rewriting: Rewriting): string {
  return value
    .split(';')
    .map((written) => {
      const [, before = '', name = '', own = ''] = /^(\s*([^=]+?)\s*=)(.*)$/s.exec(written) ?? [];
      const parameter = rewriting.parameters.find((each) => each.in === 'cookie' && each.name === name);
      if (parameter) return `${before}${rewriteValue(own, parameter.alias, rewriting)}`;
      const other = name === '' ? undefined : rewriting.lookup(`cookie:${name}`, own);
      return other === undefined ? written : `${before}${other}`;
    })
    .join(';');
}
