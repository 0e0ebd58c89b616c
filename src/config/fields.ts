import { z } from 'zod';
import type { ConfigPath } from './places.ts';

/** The part of a schema that a path leads to; undefined where the schema knows no such key. */
export function fieldAt(root: z.core.$ZodType, path: ConfigPath): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>((field, key) => (field ? childOf(field, key) : undefined), root);
}

function childOf(field: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  const inner = unwrap(field);
  if (inner instanceof z.ZodObject) return Object.hasOwn(inner.shape, key) ? inner.shape[String(key)] : undefined;
  if (inner instanceof z.ZodRecord) return inner.valueType;
  return inner instanceof z.ZodArray ? inner.element : undefined;
}

function unwrap(field: z.core.$ZodType): z.core.$ZodType {
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault || field instanceof z.ZodPrefault)
    return unwrap(field.def.innerType);
  // Of a value that may be written in several ways only the map has fields.
  if (field instanceof z.ZodUnion) return field.options.map(unwrap).find((way) => way instanceof z.ZodObject) ?? field;
  return field;
}

export function knownKeys(field: z.core.$ZodType | undefined): readonly string[] {
  const inner = field && unwrap(field);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}
