import { Ajv2020, type AnySchema, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Violation } from '../core/index.ts';
import { breachOf, placesIn, type Schemas } from './breach.ts';
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
  let compiler: Compiler | undefined;
  const branchJudges = new Map<string, Judge>();
  const compile = (place: string, schema: AnySchema): Judge => {
    try {
      compiler ??= createCompiler(document, references);
      const { ajv, schemas } = compiler;
      return judgeBy(ajv.compile(schema), place, (error, value) => breachOf(error, value, schemas));
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

interface Compiler {
  readonly ajv: Ajv2020;
  readonly schemas: Schemas;
}

function createCompiler(document: OpenApiDocument, references: References): Compiler {
  const normalized = normalizeDocument(document, references);
  const ajv = createAjv();
  ajv.addSchema(normalized, DOCUMENT_URI);
  return { ajv, schemas: { placeOf: placesIn(normalized), root: document.root } };
}

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    allErrors: true,
    // Which schema an error is about: Ajv tells its path from wherever it began to compile.
    verbose: true,
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
  return ajv;
}

type ToBreach = (error: ErrorObject, value: unknown) => Violation['breach'];

function judgeBy(validate: ValidateFunction, place: string, toBreach: ToBreach): Judge {
  return (value) => {
    try {
      if (validate(value)) return { violations: [] };
      const errors = validate.errors ?? [];
      const choices = errors.filter(isOfChoice).map((error) => error.instancePath);
      return {
        violations: errors.map((error) => ({
          ...violationOf(error),
          // Of branches that nothing is of, each is broken in its own way, and none of them by the value.
          breach: isBelowAny(choices, error) ? undefined : toBreach(error, value),
        })),
      };
    } catch (error) {
      // Data or schemas that are nested without end.
      return { unchecked: `the schema at ${place} cannot judge this value: ${messageOf(error)}` };
    }
  };
}

function isOfChoice({ keyword }: ErrorObject): boolean {
  return keyword === 'oneOf' || keyword === 'anyOf';
}

function isBelowAny(choices: readonly string[], error: ErrorObject): boolean {
  if (isOfChoice(error)) return false;
  return choices.some((at) => error.instancePath === at || error.instancePath.startsWith(`${at}/`));
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
