import { Ajv2020, type AnySchema, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Violation } from '../core/index.ts';
import type { OpenApiDocument } from './document.ts';
import { DOCUMENT_URI, normalizeDocument, normalizeSchemaAt } from './normalize.ts';
import { compilePattern } from './pattern.ts';
import { fragmentOf, placeBelow } from './place.ts';
import type { References } from './references.ts';

/** What a schema says of a value: its violations, or why it cannot say. */
export type Judgement = { readonly violations: readonly Violation[] } | { readonly unchecked: string };

export interface Validator {
  /** Judges a value by the schema at a place. Never throws. */
  judge(place: string, value: unknown): Judgement;
  /** Whether a value satisfies the schema at a place; false where nobody can say. */
  satisfies(place: string, value: unknown): boolean;
}

type Judge = (value: unknown) => Judgement;

/** One validator over the whole document, which is normalized, and its schemas compiled, when first needed. */
export function createValidator(document: OpenApiDocument, references: References): Validator {
  const judges = new Map<string, Judge>();
  let ajv: Ajv2020 | undefined;
  const branchJudges = new Map<string, Judge>();
  const compile = (place: string, schema: AnySchema): Judge => {
    try {
      ajv ??= createAjv(document, references);
      return judgeBy(ajv.compile(schema), place);
    } catch (error) {
      const judgement = { unchecked: `the schema at ${place} does not compile: ${messageOf(error)}` };
      return () => judgement;
    }
  };
  const judge = (place: string, value: unknown) => {
    const known = judges.get(place) ?? compile(place, { $ref: DOCUMENT_URI + fragmentOf(place) });
    judges.set(place, known);
    return known(value);
  };
  const satisfies = (place: string, value: unknown) => {
    const known = branchJudges.get(place) ?? compile(place, normalizeSchemaAt(document, references, place));
    branchJudges.set(place, known);
    const judgement = known(value);
    return 'violations' in judgement && judgement.violations.length === 0;
  };
  return { judge, satisfies };
}

function createAjv(document: OpenApiDocument, references: References): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    allErrors: true,
    validateSchema: false,
    // Without it `required: [constructor]` finds the one that every object inherits.
    ownProperties: true,
    // 19.99 is no multiple of 0.01 in binary floating point.
    multipleOfPrecision: 6,
    code: { regExp: Object.assign(compilePattern, { code: 'compilePattern' }) },
  });
  addFormats.default(ajv, { mode: 'fast' });
  ajv.removeKeyword('writeOnly');
  ajv.addKeyword({
    keyword: 'writeOnly',
    schemaType: 'boolean',
    validate: (isWriteOnly: boolean) => !isWriteOnly,
    errors: false,
    error: { message: 'must not be in a response: the contract declares it writeOnly' },
  });
  return ajv.addSchema(normalizeDocument(document, references), DOCUMENT_URI);
}

function judgeBy(validate: ValidateFunction, place: string): Judge {
  return (value) => {
    try {
      return { violations: validate(value) ? [] : (validate.errors ?? []).map(violationOf) };
    } catch (error) {
      // Data or schemas that are nested without end.
      return { unchecked: `the schema at ${place} cannot judge this value: ${messageOf(error)}` };
    }
  };
}

/** Without the value itself, which may be a secret. */
function violationOf(error: ErrorObject): Violation {
  const extra: unknown = error.params['additionalProperty'] ?? error.params['unevaluatedProperty'];
  if (typeof extra !== 'string') return { at: error.instancePath, message: error.message ?? `fails ${error.keyword}` };
  return {
    at: placeBelow(error.instancePath, extra),
    message: 'is not declared, and the schema allows no other properties',
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
