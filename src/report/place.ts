/** A place of the contract in words: `Trade.id`, `GET /trades 200 header ETag`. Unknown forms stay as they are. */
export function describePlace(place: string): string {
  if (place.startsWith('#header:')) return `header ${place.slice('#header:'.length)}`;
  const [first, second, ...rest] = place
    .replace(/^#?\/?/, '')
    .split('/')
    .map(unescapeSegment);
  if (first === 'paths' && second !== undefined) return describePathPlace(second, rest);
  const [name, ...below] = rest;
  if (first !== 'components' || name === undefined) return place;
  return second === 'schemas' ? name + describeSchemaPath(below) : `${name}${describeResponsePath(below)}`;
}

function describePathPlace(path: string, [method = '', responses, status, ...rest]: readonly string[]): string {
  const operation = `${method.toUpperCase()} ${path}`.trim();
  if (responses !== 'responses' || status === undefined) return operation;
  return `${operation} ${status}${describeResponsePath(rest)}`;
}

function describeResponsePath([kind, name, ...rest]: readonly string[]): string {
  if (kind === undefined) return '';
  if (kind === 'headers' && name !== undefined) return ` header ${name}`;
  if (kind === 'content') return ` body${describeSchemaPath(rest)}`;
  const below = name === undefined ? [] : [name, ...rest];
  return kind === 'body' ? ` body${describeSchemaPath(below)}` : ` ${[kind, ...below].join('/')}`;
}

/** JSON Schema keywords that are followed by a name or an index, and how the step reads. */
const STEPS: Readonly<Record<string, (name: string) => string>> = {
  properties: (name) => `.${name}`,
  patternProperties: (name) => `.${name}`,
  prefixItems: (index) => `[${index}]`,
  allOf: () => '',
  anyOf: () => '',
  oneOf: () => '',
};

function describeSchemaPath(segments: readonly string[]): string {
  let text = '';
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index] ?? '';
    const step = Object.hasOwn(STEPS, segment) ? STEPS[segment] : undefined;
    if (step) text += step(segments[++index] ?? '');
    else if (segment === 'items') text += '[]';
    else if (segment === 'additionalProperties') text += '.*';
    else if (segment !== 'schema') text += `.${segment}`;
  }
  return text;
}

/** RFC 6901 section 4: `~1` first, or `~01` would become a slash. */
function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
