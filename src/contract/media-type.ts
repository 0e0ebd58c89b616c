interface MediaType {
  readonly essence: string;
  readonly parameters: ReadonlySet<string>;
}

/**
 * The key of `content` that a media type falls under: the same essence, then its range, then the range of all. Of keys that differ
 * only in parameters, the one whose parameters are all given comes first. Names compare without case (RFC 9110, 8.3.1).
 */
export function matchMediaType(keys: readonly string[], contentType: string | undefined): string | undefined {
  if (contentType === undefined) return keys.find((key) => parseMediaType(key).essence === '*/*');
  const actual = parseMediaType(contentType);
  let best: string | undefined;
  let bestRank = 0;
  for (const key of keys) {
    const rank = rankOf(parseMediaType(key), actual);
    if (rank > bestRank) [best, bestRank] = [key, rank];
  }
  return best;
}

/** RFC 8259, and the `+json` suffix of RFC 6839. */
export function isJsonMediaType(contentType: string): boolean {
  return /^(?:application\/json|text\/json|[^/]+\/.+\+json)$/.test(parseMediaType(contentType).essence);
}

export function essenceOf(contentType: string): string {
  return parseMediaType(contentType).essence;
}

function rankOf(key: MediaType, actual: MediaType): number {
  if (key.essence === actual.essence)
    return [...key.parameters].every((parameter) => actual.parameters.has(parameter)) ? 4 + key.parameters.size : 3;
  if (key.essence === `${actual.essence.split('/', 1)[0]}/*`) return 2;
  return key.essence === '*/*' ? 1 : 0;
}

function parseMediaType(text: string): MediaType {
  const [essence = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  return { essence, parameters: new Set(parameters.filter((parameter) => parameter !== '')) };
}
