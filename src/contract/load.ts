import { headerValue, ParitygateError } from '../core/index.ts';
import { aliasParametersOf } from './alias-parameters.ts';
import { checkReply } from './check.ts';
import { listPoints, pointsShown } from './coverage.ts';
import { type OpenApiDocument, readDocument } from './document.ts';
import { member } from './json.ts';
import { createMatcher } from './matcher.ts';
import { listOperations } from './operations.ts';
import { proposePatch, proposeVolatile } from './patch.ts';
import { createReferences, validateReferences } from './references.ts';
import { createResponses } from './responses.ts';
import { createSchemaNodes } from './schema-node.ts';
import { validateStructure } from './structure.ts';
import { surveyDocument } from './survey.ts';
import type { Contract, ContractFiles, Sources } from './types.ts';
import { createValidator } from './validator.ts';
import { warnOfParity } from './warnings.ts';

/**
 * Reads an OpenAPI description and its overlays. Schemas are compiled later, each when it is first needed. What `sources` has
 * is not read again: a thread that starts later gets the contract that the process started with.
 */
export function loadContract(given: string | ContractFiles, sources?: Sources): Contract {
  const files = typeof given === 'string' ? { contract: given, overlays: [] } : given;
  const { contract: file } = files;
  try {
    return createContract(readDocument(files, sources));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ParitygateError('PG_CONTRACT_INVALID', 'the document is nested too deeply, or contains itself', {
      at: { file },
      fix: 'name the inner parts under `components` and refer to them by `$ref`',
      cause: error,
    });
  }
}

function createContract(document: OpenApiDocument): Contract {
  validateStructure(document);
  const survey = surveyDocument(document);
  const references = createReferences(document, survey.names);
  validateReferences(document, survey, references);
  const { operations, warnings } = listOperations(document, references);
  const matcher = createMatcher(document, operations);
  const validator = createValidator(document, references);
  const responses = createResponses(references, createSchemaNodes(document, references, validator.satisfies));
  return {
    file: document.file,
    title: String(member(document.root['info'], 'title')),
    digest: document.digest,
    overlays: document.overlays,
    sources: document.sources,
    operations,
    warnings: [...document.warnings, ...warnings, ...matcher.warnings, ...warnOfParity(document, survey)],
    match: matcher.match,
    response: responses.find,
    check: (operation, reply, body) => checkReply({ operation, reply, body }, responses, validator),
    proposePatch: (breach) => proposePatch(document, breach),
    proposeVolatile: (place) => proposeVolatile(document, place),
    aliasParameters: (operation) => aliasParametersOf(references, operation),
    points: (operation) => listPoints(responses.list(operation)),
    pointsOf(operation, { status, headers }, body) {
      const place = responses.placeOf(operation, status);
      if (place === undefined) return [];
      const found = responses.find(operation, status, headerValue(headers, 'content-type'));
      return pointsShown(place, found.kind === 'declared' ? found.body : undefined, body);
    },
    lineOf: document.locate,
  };
}
