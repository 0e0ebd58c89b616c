import { readFile } from 'node:fs/promises';
import { type Context, type Document, OpenAPIBackend } from 'openapi-backend';
import { parse } from 'yaml';
import { type ControlReply, problem } from './reply.ts';
import type { StatusDocument } from './status.ts';

/** What the control API tells of, asked anew for each request. */
export interface Subject {
  readonly status: () => StatusDocument | Promise<StatusDocument>;
  readonly ready: () => boolean;
}

export interface ControlRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: string;
}

export type Handle = (request: ControlRequest) => Promise<ControlReply>;

/** Routes and validates requests by the contract of the control API. Rejects when an operation has no handler. */
export async function createHandle(contractFile: string, subject: Subject): Promise<Handle> {
  // Read by us: in quick mode openapi-backend would not wait for the file, nor report that it is missing.
  const definition: Document = parse(await readFile(contractFile, 'utf8'));
  const api = new OpenAPIBackend({
    definition,
    quick: true,
    strict: true,
    ignoreTrailingSlashes: false,
    ajvOpts: { logger: false },
    handlers: { ...operationsOf(subject), ...REFUSALS },
  });
  await api.init();
  return ({ method, path, query }) => api.handleRequest({ method: asGet(method), path, query, headers: {} });
}

function operationsOf({ status, ready }: Subject): Record<string, () => ControlReply | Promise<ControlReply>> {
  return {
    getLiveness: () => ({ status: 200, body: { status: 'live' } }),
    getReadiness: () =>
      ready() ? { status: 200, body: { status: 'ready' } } : { status: 503, body: { status: 'not-ready' } },
    getStatus: async () => ({ status: 200, body: await status() }),
  };
}

const REFUSALS = {
  notFound: () => problem(404, 'there is no such path; see /v1/status, /health/live and /health/ready'),
  methodNotAllowed: () => problem(405, 'this path answers GET and HEAD', { allow: 'GET, HEAD' }),
  validationFail: ({ validation }: Context) =>
    problem(400, (validation.errors ?? []).map((error) => describeViolation(error)).join('; ')),
};

interface RequestViolation {
  readonly instancePath: string;
  readonly message?: string;
  readonly params: { readonly additionalProperty?: unknown };
}

function describeViolation({ instancePath, message, params }: RequestViolation): string {
  const { additionalProperty } = params;
  if (additionalProperty !== undefined) return `unknown parameter ${JSON.stringify(additionalProperty)}`;
  return `${instancePath || 'the request'} ${message ?? 'is invalid'}`;
}

/** RFC 9110 section 9.3.2: HEAD is GET without the body, which node:http leaves out by itself. */
function asGet(method: string): string {
  return method === 'HEAD' ? 'GET' : method;
}
