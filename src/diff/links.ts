// The `Link` header (RFC 8288, section 3): which links there are, whatever their order and the spelling of their parameters.

const LINK = /<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"<>]+))?)*)\s*(?:,|$)/g;
const PARAMETER = /;\s*([^\s=;,]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"<>]+)))?/g;

/** One spelling of a list of links; undefined where it is none. */
export function normalizeLinks(value: string): string | undefined {
  const rest = value.replaceAll(LINK, '').replaceAll(/[\s,]/g, '');
  if (rest !== '' || !value.includes('<')) return undefined;
  const links = [...value.matchAll(LINK)].map(([, target = '', parameters = '']) => `<${target}>${spell(parameters)}`);
  return links.sort().join(',');
}

function spell(parameters: string): string {
  return [...parameters.matchAll(PARAMETER)]
    .map(([, name = '', quoted, token = '']) => spellOne(name.toLowerCase(), quoted ?? token))
    .sort()
    .join('');
}

/** Relation types are a list without case or order (sections 2.1.1 and 3.3). */
function spellOne(name: string, value: string): string {
  const isRelation = name === 'rel' || name === 'rev';
  return `;${name}="${isRelation ? value.toLowerCase().trim().split(/\s+/).sort().join(' ') : value}"`;
}
