import { Ajv2020, type AnySchema, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { breachKey, type PlacedBreach, type Violation } from '../core/index.ts';
import { breachOf, placesIn, type Schemas } from './breach.ts';
import type { OpenApiDocument } from './document.ts';
import { DOCUMENT_URI, normalizeDocument, normalizeSchemaAt } from './normalize.ts';
import { compilePattern } from './pattern.ts';
import { fragmentOf, placeBelow } from './place.ts';
import type { References } from './references.ts';

/** What a schema says of a value: its violations, or why it cannot say. */
export type Judgement = Violated | { readonly unchecked: string };

/** Nothing violated is no violations. */
export interface Violated {
  readonly violations: readonly Violation[];
  readonly breaches: readonly PlacedBreach[];
}

export interface Validator {
  /** Judges a value by the schema at a place. Never throws. */
  judge(place: string, value: unknown): Judgement;
  /** Whether a value satisfies the schema at a place; false where nobody can say. */
  satisfies(place: string, value: unknown): boolean;
}

/** What became of a schema: a function of Ajv, or why there is none. */
type Compiled = ValidateFunction | { readonly unchecked: string };

/** A body with thousands of bad items has thousands of violations; the first ones tell what is wrong. */
export const MAX_VIOLATIONS = 20;
/** Errors that are looked at for what they break, and kinds of that. */
const MAX_BLAMED = 1_000;
const MAX_BREACHES = 50;

/** One validator over the whole document, which is normalized, and its schemas compiled, when first needed. */
export function createValidator(document: OpenApiDocument, references: References): Validator {
  const whole = new Map<string, Compiled>();
  const branches = new Map<string, Compiled>();
  let compiler: Compiler | undefined;
  const compilerOf = (): Compiler => {
    compiler ??= createCompiler(document, references);
    return compiler;
  };
  const compile = (place: string, schema: () => AnySchema): Compiled => {
    try {
      return compilerOf().ajv.compile(schema());
    } catch (error) {
      return { unchecked: `the schema at ${place} does not compile: ${messageOf(error)}` };
    }
  };
  const compiledIn = (known: Map<string, Compiled>, place: string, schema: () => AnySchema): Compiled => {
    const compiled = known.get(place) ?? compile(place, schema);
    known.set(place, compiled);
    return compiled;
  };
  return {
    judge(place, value) {
      const compiled = compiledIn(whole, place, () => ({ $ref: DOCUMENT_URI + fragmentOf(place) }));
      if (typeof compiled !== 'function') return compiled;
      const errors = errorsOf(compiled, value);
      if (typeof errors !== 'string') return violatedBy(errors, value, compilerOf().schemas);
      return { unchecked: `the schema at ${place} cannot judge this value: ${errors}` };
    },
    satisfies(place, value) {
      const compiled = compiledIn(branches, place, () => normalizeSchemaAt(document, references, place));
      return typeof compiled === 'function' && errorsOf(compiled, value).length === 0;
    },
  };
}

/** None where the value is valid; a text where nobody can say: data or schemas that are nested without end. */
function errorsOf(validate: ValidateFunction, value: unknown): readonly ErrorObject[] | string {
  try {
    return validate(value) ? [] : (validate.errors ?? []);
  } catch (error) {
    return messageOf(error) || 'it failed';
  }
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

function violatedBy(errors: readonly ErrorObject[], value: unknown, schemas: Schemas): Violated {
  const choices = new Set(errors.filter(isOfChoice).map((error) => error.instancePath));
  // Of branches that a value is none of, each is broken in its own way, and none of them by the value.
  const blamed = errors.slice(0, MAX_BLAMED).filter((error) => !isOfBranch(error, choices));
  const breaches = blamed.flatMap((error) => {
    const breach = breachOf(error, value, schemas);
    return breach ? [{ ...breach, at: error.instancePath }] : [];
  });
  return { violations: errors.slice(0, MAX_VIOLATIONS).map(violationOf), breaches: eachKindOnce(breaches) };
}

/** A list of a thousand rows breaks the contract in one way, or in a few. */
export function eachKindOnce(breaches: readonly PlacedBreach[]): readonly PlacedBreach[] {
  const kinds = new Map<string, PlacedBreach>();
  for (const breach of breaches) {
    const key = breachKey(breach);
    if (!kinds.has(key)) kinds.set(key, breach);
  }
  return [...kinds.values()].slice(0, MAX_BREACHES);
}

function isOfChoice({ keyword }: ErrorObject): boolean {
  return keyword === 'oneOf' || keyword === 'anyOf';
}

/** At or below a value that is of no branch. */
function isOfBranch(error: ErrorObject, choices: ReadonlySet<string>): boolean {
  if (choices.size === 0 || isOfChoice(error)) return false;
  for (let at = error.instancePath; ; at = at.slice(0, at.lastIndexOf('/'))) {
    if (choices.has(at)) return true;
    if (at === '') return false;
  }
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
