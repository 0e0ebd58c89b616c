// Schemas that Ajv 8.20 compiles and judges wrongly: what `unevaluatedItems` and `unevaluatedProperties` are left with
// depends on keywords beside them that it does not count. The JSON Schema Test Suite has a case for each.
import { isJsonObject, type JsonObject, listOf, member } from './json.ts';

/** What a `$ref` leads to, where a schema is one. */
export type FollowRef = (schema: unknown) => unknown;

/** Whether a schema needs to know what has been evaluated, and Ajv would not. */
export function isUnjudgeable(schema: JsonObject, follow: FollowRef): boolean {
  const [items, properties] = [schema['unevaluatedItems'], schema['unevaluatedProperties']];
  if (items === undefined && properties === undefined) return false;
  const parts = [...partsOf(schema, follow)];
  return (items !== undefined && parts.some(losesItems)) || (properties !== undefined && parts.some(hasHalfCondition));
}

/** The schema and all that judge the same value. */
function partsOf(schema: JsonObject, follow: FollowRef): ReadonlySet<JsonObject> {
  const parts = new Set<JsonObject>();
  const waiting: unknown[] = [schema];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (!isJsonObject(next) || parts.has(next)) continue;
    parts.add(next);
    waiting.push(follow(next), ...['if', 'then', 'else'].map((keyword) => next[keyword]));
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) waiting.push(...listOf(next[keyword]));
  }
  return parts;
}

function losesItems(schema: JsonObject): boolean {
  const branches = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])];
  const hasItems = branches.some((branch) => member(branch, 'items') !== undefined);
  return schema['contains'] !== undefined || hasItems || hasHalfCondition(schema);
}

function hasHalfCondition(schema: JsonObject): boolean {
  return schema['if'] !== undefined && schema['then'] === undefined;
}
