import { z } from 'zod';
import { ParitygateError } from '../core/index.ts';
import { type Place, placeOfPath, placeOfSyntaxError } from './json-place.ts';

const constraintSchema = z.looseObject({
  contextName: z.string(),
  operator: z.string(),
  inverted: z.boolean().default(false),
  values: z.array(z.string()).default([]),
});

const strategySchema = z
  .looseObject({
    name: z.string().min(1),
    parameters: z.looseObject({}).default({}),
    constraints: z.array(constraintSchema).default([]),
    segments: z.array(z.number().int()).optional(),
  })
  .superRefine((strategy, context) => {
    const { rollout } = strategy.parameters;
    if (strategy.name !== 'flexibleRollout' || isPercent(rollout)) return;
    const message = `rollout must be a number from 0 to 100, not ${JSON.stringify(rollout) ?? 'absent'}`;
    context.addIssue({ code: 'custom', path: ['parameters', 'rollout'], message });
  });

const featureSchema = z.looseObject({
  name: z.string().min(1),
  enabled: z.boolean(),
  strategies: z.array(strategySchema).default([]),
  dependencies: z.array(z.looseObject({ feature: z.string() })).optional(),
});

const documentSchema = z
  .looseObject({
    version: z.number().int(),
    features: z.array(featureSchema),
    segments: z.array(z.looseObject({ id: z.number().int(), constraints: z.array(constraintSchema) })).default([]),
  })
  .superRefine(({ features }, context) => {
    features.forEach((feature, index) => {
      if (features.findIndex(({ name }) => name === feature.name) === index) return;
      const message = 'another flag of this file has the same name';
      context.addIssue({ code: 'custom', path: ['features', index, 'name'], message });
    });
  });

/** The flags file: Unleash's client-features format, as `GET /api/client/features` answers it. */
export type FlagsDocument = z.infer<typeof documentSchema>;
export type FlagFeature = FlagsDocument['features'][number];
export type FlagStrategy = FlagFeature['strategies'][number];

/** Text to flags, or an error that names the file, the line and the flag. Unknown keys are kept. */
export function parseFlags(text: string, file: string): FlagsDocument {
  const json = text.replace(/^\ufeff/, '');
  const value = parseJson(json, file);
  const result = documentSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue, ...rest] = result.error.issues;
  if (!issue) throw result.error;
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
  throw invalid(`${subjectOf(value, issue.path)}: ${issue.message}${more}`, {
    at: { file, ...placeOfPath(json, issue.path) },
    cause: result.error,
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`not JSON: ${firstWords(cause)}`, { at: { file, ...placeOfSyntaxError(text, cause) }, cause });
  }
}

/** V8's message without the position, which we give ourselves, and without its excerpt, which may run over lines. */
function firstWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/( in JSON at position|, (\.\.\.)?")[\s\S]*$/, '');
}

function invalid(message: string, details: { at: { file: string } & Partial<Place>; cause: unknown }): ParitygateError {
  const fix = 'correct it: Unleash client features, {"version":2,"features":[{"name","enabled","strategies"}]}';
  return new ParitygateError('PG_FLAGS_INVALID', message, { ...details, fix });
}

/** `flag "migrate.trades", strategies.0.parameters.rollout`: people know their flags by name, not by index. */
function subjectOf(value: unknown, path: readonly PropertyKey[]): string {
  const name = path[0] === 'features' ? nameOf(value, path[1]) : undefined;
  const rest = (name === undefined ? path : path.slice(2)).map(String).join('.');
  return [name === undefined ? undefined : `flag ${JSON.stringify(name)}`, rest || undefined]
    .filter((part) => part !== undefined)
    .join(', ')
    .replace(/^$/, 'the document');
}

function nameOf(value: unknown, index: PropertyKey | undefined): string | undefined {
  if (typeof value !== 'object' || value === null || !('features' in value) || !Array.isArray(value.features)) return;
  const feature: unknown = typeof index === 'number' ? value.features[index] : undefined;
  if (typeof feature !== 'object' || feature === null || !('name' in feature)) return undefined;
  return typeof feature.name === 'string' ? feature.name : undefined;
}

/** Unleash writes the rollout as a string; a number is as good. */
function isPercent(value: unknown): value is string | number {
  if (typeof value === 'string' && !/^\d+(\.\d+)?$/.test(value)) return false;
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  return Number(value) >= 0 && Number(value) <= 100;
}
