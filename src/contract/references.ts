import { ParitygateError } from '../core/index.ts';
import type { OpenApiDocument } from './document.ts';
import { isJsonObject, member } from './json.ts';
import { locationOf } from './location.ts';
import { placeBelow, placeOf, valueAt, type Way } from './place.ts';
import type { Survey } from './survey.ts';

/** An object with the place where it stands. */
export interface Located {
  readonly place: string;
  readonly value: unknown;
}

export interface References {
  /** The place in this document that a `$ref` names, be there something or not; undefined when it names none. */
  target(ref: string): string | undefined;
  /** What stands at a place, after any `$ref` there. */
  follow(place: string): Located;
}

export function createReferences(document: OpenApiDocument, names: Survey['names']): References {
  const target = (ref: string) => names.get(ref) ?? targetInside(ref);
  const follow = (place: string) => {
    let located: Located = { place, value: valueAt(document.root, place) };
    for (const seen = new Set([place]); ; seen.add(located.place)) {
      const next = refOf(located.value);
      const nextPlace = next === undefined ? undefined : target(next);
      if (nextPlace === undefined || seen.has(nextPlace)) return located;
      located = { place: nextPlace, value: valueAt(document.root, nextPlace) };
    }
  };
  return { target, follow };
}

/** Throws unless every `$ref` of the document leads to an object in it. */
export function validateReferences(document: OpenApiDocument, survey: Survey, references: References): void {
  for (const [ref, way] of survey.refs) {
    const fault = faultOf(ref, document, references);
    if (fault) throw referenceError(document, way, fault);
  }
}

interface Fault {
  readonly message: string;
  readonly fix: string;
}

function faultOf(ref: string, document: OpenApiDocument, references: References): Fault | undefined {
  const place = references.target(ref);
  if (place === undefined && !ref.startsWith('#')) {
    return {
      message: `\`$ref: ${ref}\` leads out of the file, and only references within it are followed`,
      fix: 'write it as one file with `paritygate init <contract>`, which follows them once and for all',
    };
  }
  const value = place === undefined ? undefined : valueAt(document.root, place);
  if (place === undefined || (!isJsonObject(value) && typeof value !== 'boolean')) {
    return { message: `\`$ref: ${ref}\` leads to nothing`, fix: 'correct the reference, or define what it names' };
  }
  const last = refOf(references.follow(place).value);
  // One that leads out, or to nothing, is told where it stands.
  if (last === undefined || references.target(last) === undefined) return undefined;
  return { message: `\`$ref: ${ref}\` leads back to itself`, fix: 'let the last reference lead to a definition' };
}

function referenceError(document: OpenApiDocument, way: Way | undefined, { message, fix }: Fault): ParitygateError {
  const line = document.locate(placeBelow(placeOf(way), '$ref'));
  return new ParitygateError('PG_CONTRACT_REF', message, { at: locationOf(document.file, line), fix });
}

function targetInside(ref: string): string | undefined {
  if (ref === '' || ref === '#') return '#';
  if (!ref.startsWith('#/')) return undefined;
  try {
    return decodeURIComponent(ref);
  } catch {
    // A bare percent sign: the name as it is written.
    return ref;
  }
}

function refOf(value: unknown): string | undefined {
  const ref = member(value, '$ref');
  return typeof ref === 'string' ? ref : undefined;
}
