// HTML as browsers read it (WHATWG HTML, section 13.2): nothing in it is malformed, and much of it is spelling.
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parse, type TreeAdapter } from 'parse5';
import { Bytes } from './bytes.ts';
import { MARKUP_LIMITS, type MarkupElement, type MarkupNode } from './markup.ts';
import { BudgetExceeded } from './walk-state.ts';

/** The document as browsers make it. Throws BudgetExceeded. */
export function readHtml(text: string): MarkupElement {
  const document = parse(text, { treeAdapter: boundedAdapter(), scriptingEnabled: false });
  const children = childrenOf(document.childNodes, false);
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

function childrenOf(nodes: readonly DefaultTreeAdapterTypes.ChildNode[], keepsSpace: boolean): readonly MarkupNode[] {
  const nodesThatCount = nodes.flatMap((node): readonly MarkupNode[] => {
    if (isText(node)) return [node.value];
    return 'tagName' in node ? [elementOf(node, keepsSpace)] : [];
  });
  return keepsSpace ? nodesThatCount : withoutLayout(nodesThatCount);
}

function elementOf(element: DefaultTreeAdapterTypes.Element, within: boolean): MarkupElement {
  const name = element.tagName;
  const attributes = new Map(
    element.attrs.map((attribute) => [
      attribute.prefix ? `${attribute.prefix}:${attribute.name}` : attribute.name,
      attributeValue(attribute.name, attribute.value),
    ]),
  );
  if (CODE.has(name)) return { name, attributes, children: element.childNodes.filter(isText).map(codeOf) };
  const nodes =
    'content' in element ? (element as DefaultTreeAdapterTypes.Template).content.childNodes : element.childNodes;
  return { name, attributes, children: childrenOf(nodes, within || KEEPS_SPACE.has(name)) };
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
function attributeValue(name: string, value: string): string {
  if (name === 'nonce' || BOOLEAN.test(name)) return '';
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

/** Without the line breaks and indents by which people lay out what they write. A single space between words stays one. */
function withoutLayout(nodes: readonly MarkupNode[]): readonly MarkupNode[] {
  return nodes.flatMap((node, index): readonly MarkupNode[] => {
    if (typeof node !== 'string') return [node];
    const [isFirst, isLast] = [index === 0, index === nodes.length - 1];
    const text = node.replace(SPACES, (run, at: number) => {
      const isAtEdge = (isFirst && at === 0) || (isLast && at + run.length === node.length);
      const isWhole = run.length === node.length;
      return (isAtEdge || isWhole) && LINE_BREAK.test(run) ? '' : ' ';
    });
    return text === '' ? [] : [text];
  });
}
