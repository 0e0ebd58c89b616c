import { Validator } from '@seriousme/openapi-schema-validator';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { ParitygateError } from '../core/index.ts';
import type { OpenApiDocument } from './document.ts';
import { placeBelow } from './place.ts';

/** The part of the validator that its types leave out. */
interface Structures {
  getAjvValidator(version: string): ValidateFunction;
}

// `validate` would be asynchronous and check references on a clone of the document, without lines; references.ts does
// that. The compiled structure alone takes 0.1 s for a description of 13 MB.
const structures = new Validator({ logger: false }) as Validator & Structures;

/** Throws unless the document has the structure that its version of OpenAPI prescribes. */
export function validateStructure(document: OpenApiDocument): void {
  const validate = structures.getAjvValidator(document.version);
  if (validate(document.root)) return;
  const { place, message } = describe(deepest(validate.errors ?? []));
  throw new ParitygateError('PG_CONTRACT_INVALID', `${place} ${message}`, {
    at: { file: document.file, line: document.locate(place) ?? 1 },
    fix: `correct it as OpenAPI ${document.version} prescribes`,
  });
}

/** Alternatives fail with one error each; the one furthest down, or else the first, tells what was meant. */
function deepest(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const [first, ...others] = errors;
  return others.reduce((best, error) => (best && depthOf(error) <= depthOf(best) ? best : error), first);
}

function depthOf(error: ErrorObject): number {
  return error.instancePath.split('/').length;
}

function describe(error: ErrorObject | undefined): { place: string; message: string } {
  const place = `#${error?.instancePath ?? ''}`;
  const extra = error?.params['additionalProperty'] ?? error?.params['unevaluatedProperty'];
  if (typeof extra === 'string') return { place: placeBelow(place, extra), message: 'is not expected here' };
  const allowed = error?.params['allowedValues'];
  const values = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return { place, message: `${error?.message ?? 'is not valid'}${values}` };
}
