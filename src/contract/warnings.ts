import { formatLocation } from '../core/index.ts';
import type { OpenApiDocument } from './document.ts';
import { locationOf } from './location.ts';
import { problemsOfParity } from './parity-extension.ts';
import { placeBelow, placeOf } from './place.ts';
import type { Extended, Survey } from './survey.ts';

/** One line about a place: `gateway.yaml:12  GET /trades has no operationId`. */
export function warningAt(document: OpenApiDocument, place: string, message: string): string {
  return `${formatLocation(locationOf(document.file, document.locate(place)))}  ${message}`;
}

/** The uses of `x-parity` that have no effect. */
export function warnOfParity(document: OpenApiDocument, survey: Survey): string[] {
  return survey.extended.flatMap((extended) => {
    const place = placeBelow(placeOf(extended.way), 'x-parity');
    return problemsOf(extended).map(({ key, problem }) =>
      warningAt(document, key === undefined ? place : placeBelow(place, key), `x-parity is ignored: ${problem}`),
    );
  });
}

function problemsOf({ object, kind }: Extended): ReturnType<typeof problemsOfParity> {
  if (kind === 'schema') return problemsOfParity(object['x-parity']);
  return [{ key: undefined, problem: `it has an effect in a schema only, not in this ${kind}` }];
}
