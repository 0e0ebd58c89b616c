// XML 1.0 with namespaces, by a parser that reads no DTD: what another document defines is never fetched, and an entity that
// stands for others is an error and not a billion of them.
import { SaxesParser } from 'saxes';
import { Bytes } from './bytes.ts';
import { localName, MARKUP_LIMITS, type MarkupElement, type MarkupNode } from './markup.ts';
import { BudgetExceeded } from './walk-state.ts';

interface OpenElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: MarkupNode[];
  readonly keepsSpace: boolean;
}

/** The document; undefined when it is not well-formed. Comments, prefixes, quotes and CDATA are only spelling. */
export function readXml(text: string): MarkupElement | undefined {
  const reader = new XmlReader();
  return reader.read(text);
}

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';

class XmlReader {
  readonly #root: MarkupNode[] = [];
  readonly #doctype = new Map<string, string>();
  readonly #open: OpenElement[] = [
    { name: '#document', attributes: this.#doctype, children: this.#root, keepsSpace: false },
  ];
  #text = '';
  #nodes = 0;

  read(text: string): MarkupElement | undefined {
    const parser = new SaxesParser({ xmlns: true });
    // The first: the parser would go on, and make an error of each that follows.
    parser.on('error', (error) => {
      throw new NotWellFormed(error.message);
    });
    parser.on('doctype', (doctype) => this.#doctype.set('doctype', doctype.trim()));
    parser.on('opentag', (tag) =>
      this.#onOpen(
        tag.uri,
        tag.local,
        attributesOf(tag.attributes, (prefix) => parser.resolve(prefix)),
      ),
    );
    parser.on('closetag', () => this.#onClose());
    parser.on('text', (more) => this.#onText(more));
    parser.on('cdata', (more) => this.#onText(more));
    parser.on('processinginstruction', ({ target, body }) => this.#onInstruction(target, body));
    try {
      parser.write(text).close();
    } catch (error) {
      if (error instanceof NotWellFormed) return undefined;
      throw error;
    }
    return tidy({ name: '#document', attributes: this.#doctype, children: this.#root, keepsSpace: false });
  }

  #onOpen(uri: string, local: string, attributes: readonly (readonly [string, string])[]): void {
    this.#endText();
    const space = attributes.find(([name]) => name === expanded(XML_NAMESPACE, 'space'))?.[1];
    const keepsSpace = space === undefined ? this.#parent.keepsSpace : space === 'preserve';
    this.#count();
    this.#open.push({ name: expanded(uri, local), attributes: new Map(attributes), children: [], keepsSpace });
    if (this.#open.length > MARKUP_LIMITS.depth) throw new BudgetExceeded('depth');
  }

  #onClose(): void {
    this.#endText();
    const element = this.#open.pop();
    if (element) this.#parent.children.push(tidy(element));
  }

  /** Text comes in pieces, CDATA among them. */
  #onText(more: string): void {
    this.#text += more;
  }

  #endText(): void {
    if (this.#text === '') return;
    this.#count();
    this.#parent.children.push(this.#text);
    this.#text = '';
  }

  /** Some say how the document is to be shown. */
  #onInstruction(target: string, body: string): void {
    this.#endText();
    this.#parent.children.push({ name: `?${target}`, attributes: new Map(), children: [body] });
  }

  get #parent(): OpenElement {
    const parent = this.#open.at(-1);
    if (!parent) throw new Error('the parser closed more elements than it opened');
    return parent;
  }

  #count(): void {
    this.#nodes += 1;
    if (this.#nodes > MARKUP_LIMITS.nodes) throw new BudgetExceeded('nodes');
  }
}

function expanded(uri: string, local: string): string {
  return uri === '' ? local : `{${uri}}${local}`;
}

const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';

/** By name; of the type that an element says it is of the prefix stands for a namespace as well (XML Schema 1, section 2.6.1). */
function attributesOf(
  written: Readonly<Record<string, { readonly uri: string; readonly local: string; readonly value: string }>>,
  resolve: (prefix: string) => string | undefined,
): readonly (readonly [string, string])[] {
  return Object.values(written)
    .filter(({ uri }) => uri !== XMLNS_NAMESPACE)
    .map(({ uri, local, value }) => [
      expanded(uri, local),
      uri === SCHEMA_INSTANCE && local === 'type' ? qualified(value.trim(), resolve) : value,
    ]);
}

function qualified(name: string, resolve: (prefix: string) => string | undefined): string {
  const [prefix, local] = name.includes(':') ? name.split(':', 2) : ['', name];
  return expanded(resolve(prefix ?? '') ?? prefix ?? '', local ?? '');
}

/** What they hold is code, in XHTML and SVG as in HTML. */
const CODE: ReadonlySet<string> = new Set(['script', 'style']);

/** Of XML (section 2.3): a no-break space is a character like any other. */
const LAYOUT = /^[ \t]*[\r\n][ \t\r\n]*$/;

/** Line breaks between elements are how a document is laid out, unless it says otherwise (XML 1.0, section 2.10). */
function tidy({ name, attributes, children, keepsSpace }: OpenElement): MarkupElement {
  if (CODE.has(localName(name)))
    return {
      name,
      attributes,
      children: children.map((each) => (typeof each === 'string' ? Bytes.ofText(each) : each)),
    };
  const isLaidOut = !keepsSpace && children.some((child) => typeof child !== 'string');
  const kept = isLaidOut ? children.filter((child) => typeof child !== 'string' || !LAYOUT.test(child)) : children;
  return { name, attributes, children: kept };
}

class NotWellFormed extends Error {
  override readonly name = 'NotWellFormed';
}
