// Parameters by which clients send back what a side has issued: `x-parity: { alias: … }` on the schema of a parameter.
import type { AliasParameter } from '../core/index.ts';
import { isJsonObject, listOf, member } from './json.ts';
import { aliasOf } from './parity-extension.ts';
import { placeBelow } from './place.ts';
import type { References } from './references.ts';
import type { Operation } from './types.ts';

/** Those of the path hold for all of its operations; one that an operation has by the same name takes its place. */
export function aliasParametersOf(references: References, operation: Operation): readonly AliasParameter[] {
  const path = operation.place.slice(0, operation.place.lastIndexOf('/'));
  const found = [path, operation.place].flatMap((place) => parametersAt(references, placeBelow(place, 'parameters')));
  const last = new Map(found.map((parameter) => [`${parameter.in} ${parameter.name}`, parameter]));
  return [...last.values()].flatMap((parameter) => aliased(parameter, operation));
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly alias: string | undefined;
}

function parametersAt(references: References, place: string): readonly Parameter[] {
  const list = references.follow(place);
  return listOf(list.value).flatMap((_, index) => {
    const { value, place: at } = references.follow(placeBelow(list.place, String(index)));
    const [where, name] = [member(value, 'in'), member(value, 'name')];
    if (typeof where !== 'string' || typeof name !== 'string') return [];
    const { value: schema } = references.follow(placeBelow(at, 'schema'));
    return [{ in: where, name, alias: isJsonObject(schema) ? aliasOf(schema) : undefined }];
  });
}

function aliased({ in: where, name, alias }: Parameter, { path }: Operation): readonly AliasParameter[] {
  if (alias === undefined) return [];
  if (where === 'query' || where === 'cookie') return [{ in: where, name, alias }];
  if (where === 'header') return [{ in: where, name: name.toLowerCase(), alias }];
  const segments = path.split('/').toReversed();
  const segment = segments.indexOf(`{${name}}`) + 1;
  return where === 'path' && segment > 0 ? [{ in: where, name, alias, segment }] : [];
}
