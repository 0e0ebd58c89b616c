// HTML as browsers read it (WHATWG HTML, section 13.2): nothing in it is malformed, and much of it is spelling.
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parse, type TreeAdapter } from 'parse5';
import { Bytes } from './bytes.ts';
import { isElement, MARKUP_LIMITS, type MarkupElement, type MarkupNode } from './markup.ts';
import { BudgetExceeded } from './walk-state.ts';

/** The document as browsers make it. Throws BudgetExceeded. */
export function readHtml(text: string): MarkupElement {
  const document = parse(text, { treeAdapter: boundedAdapter(), scriptingEnabled: false });
  const children = childrenOf(document.childNodes, { keepsSpace: false, isInline: false });
  // Without its doctype a page is laid out by other rules.
  return { name: '#document', attributes: new Map([['mode', document.mode]]), children };
}

// Some of what the standard says of wrong nesting costs the square of it, and each wrong tag may make many elements.
function boundedAdapter(): TreeAdapter<DefaultTreeAdapterTypes.DefaultTreeAdapterMap> {
  let nodes = 0;
  let depth = 0;
  return {
    ...defaultTreeAdapter,
    createElement(...written) {
      nodes += 1;
      if (nodes > MARKUP_LIMITS.nodes) throw new BudgetExceeded('nodes');
      return defaultTreeAdapter.createElement(...written);
    },
    onItemPush() {
      depth += 1;
      if (depth > MARKUP_LIMITS.depth) throw new BudgetExceeded('depth');
    },
    onItemPop() {
      depth -= 1;
    },
  };
}

const KEEPS_SPACE: ReadonlySet<string> = new Set(['pre', 'textarea', 'listing', 'plaintext']);
/** What they hold is code, of which nobody can tell what in it is a secret. */
const CODE: ReadonlySet<string> = new Set(['script', 'style']);

/** What stands in a line of text: white space beside it is seen. */
const INLINE =
  /^(?:a|abbr|acronym|audio|b|bdi|bdo|big|button|canvas|cite|code|data|del|dfn|em|font|i|iframe|img|input|ins|kbd|label|mark|math|meter|object|output|picture|progress|q|s|samp|select|small|span|strike|strong|sub|sup|svg|textarea|time|tt|u|var|video)$/;

interface Around {
  readonly keepsSpace: boolean;
  readonly isInline: boolean;
}

function childrenOf(nodes: readonly DefaultTreeAdapterTypes.ChildNode[], around: Around): readonly MarkupNode[] {
  const counting: MarkupNode[] = [];
  for (const node of nodes) {
    const last = counting.at(-1);
    // A comment parts what browsers show as one text.
    if (isText(node) && typeof last === 'string') counting[counting.length - 1] = last + node.value;
    else if (isText(node)) counting.push(node.value);
    else if ('tagName' in node) counting.push(elementOf(node, around));
  }
  return around.keepsSpace ? counting : withoutLayout(counting, around.isInline);
}

function elementOf(element: DefaultTreeAdapterTypes.Element, { keepsSpace }: Around): MarkupElement {
  const name = element.tagName;
  const attributes = new Map(
    element.attrs.map((attribute) => [
      attribute.prefix ? `${attribute.prefix}:${attribute.name}` : attribute.name,
      attributeValue(name, attribute.name, attribute.value),
    ]),
  );
  if (CODE.has(name)) return { name, attributes, children: element.childNodes.filter(isText).map(codeOf) };
  const nodes =
    'content' in element ? (element as DefaultTreeAdapterTypes.Template).content.childNodes : element.childNodes;
  const around = { keepsSpace: keepsSpace || KEEPS_SPACE.has(name), isInline: isInline(name) };
  return { name, attributes, children: childrenOf(nodes, around) };
}

/** Of an element of somebody's own nobody knows how it is shown. */
function isInline(name: string): boolean {
  return INLINE.test(name) || name.includes('-');
}

function isText(node: DefaultTreeAdapterTypes.ChildNode): node is DefaultTreeAdapterTypes.TextNode {
  return node.nodeName === '#text';
}

function codeOf({ value }: DefaultTreeAdapterTypes.TextNode): Bytes {
  return Bytes.ofText(value);
}

/** Boolean attributes (WHATWG HTML, section 2.3.2): that they are there is all they say. */
const BOOLEAN =
  /^(?:allowfullscreen|async|autofocus|autoplay|checked|controls|default|defer|disabled|formnovalidate|inert|ismap|itemscope|loop|multiple|muted|nomodule|novalidate|open|playsinline|readonly|required|reversed|selected)$/;

/** The one spelling of an attribute. A nonce has to be another one in every response (CSP 3, section 7.1). */
function attributeValue(element: string, name: string, value: string): string {
  if (name === 'nonce' || (BOOLEAN.test(name) && !element.includes('-'))) return '';
  return name === 'class'
    ? [...new Set(value.split(SPACES))]
        .filter((each) => each !== '')
        .sort()
        .join(' ')
    : value;
}

/** ASCII white space alone is collapsed by browsers; a no-break space is a character like any other. */
const SPACES = /[\t\n\f\r ]+/g;
const LINE_BREAK = /[\n\r]/;

/**
 * Without the line breaks and indents by which people lay out what they write. Beside what stands in a line of text one of them
 * is a space between words, and a single space is one everywhere.
 */
function withoutLayout(nodes: readonly MarkupNode[], isInLine: boolean): readonly MarkupNode[] {
  return nodes.flatMap((node, index): readonly MarkupNode[] => {
    if (typeof node !== 'string') return [node];
    const before = isSeenInLine(nodes, index, -1, isInLine);
    const after = isSeenInLine(nodes, index, 1, isInLine);
    const text = node.replace(SPACES, (run, at: number) => {
      const [isStart, isEnd] = [at === 0, at + run.length === node.length];
      const isSeen = (!isStart || before) && (!isEnd || after);
      return isSeen || !LINE_BREAK.test(run) ? ' ' : '';
    });
    return text === '' ? [] : [text];
  });
}

/** They are not seen, so that what stands behind them is what stands beside a text. */
const UNSEEN: ReadonlySet<string> = new Set(['script', 'style', 'link', 'meta', 'template', 'base', 'wbr']);

function isUnseen(node: MarkupNode | undefined): boolean {
  if (isElement(node)) return UNSEEN.has(node.name);
  return typeof node === 'string' && /^[\t\n\f\r ]*$/.test(node);
}

/** What is seen on one side of a text; at an edge what is around it tells. */
function isSeenInLine(nodes: readonly MarkupNode[], from: number, step: 1 | -1, isInLine: boolean): boolean {
  let at = from + step;
  while (isUnseen(nodes[at])) at += step;
  const node = nodes[at];
  if (node === undefined) return isInLine;
  return isElement(node) ? isInline(node.name) : true;
}
