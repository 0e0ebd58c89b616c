// XML 1.0 with namespaces, by a parser that reads no DTD: what another document defines is never fetched, and an entity that
// stands for others is an error and not a billion of them.
import { SaxesParser } from 'saxes';
import { MARKUP_LIMITS, type MarkupElement, type MarkupNode } from './markup.ts';
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
  readonly #open: OpenElement[] = [{ name: '#document', attributes: new Map(), children: [], keepsSpace: false }];
  #text = '';
  #nodes = 0;

  read(text: string): MarkupElement | undefined {
    const parser = new SaxesParser({ xmlns: true });
    let isWrong = false;
    parser.on('error', () => {
      isWrong = true;
    });
    parser.on('opentag', (tag) => this.#onOpen(tag.uri, tag.local, Object.values(tag.attributes)));
    parser.on('closetag', () => this.#onClose());
    parser.on('text', (more) => this.#onText(more));
    parser.on('cdata', (more) => this.#onText(more));
    parser.on('processinginstruction', ({ target, body }) => this.#onInstruction(target, body));
    parser.write(text).close();
    const [document] = this.#open;
    return isWrong || !document ? undefined : tidy(document);
  }

  #onOpen(uri: string, local: string, written: readonly { uri: string; local: string; value: string }[]): void {
    this.#endText();
    const attributes = written
      .filter((attribute) => attribute.uri !== XMLNS_NAMESPACE)
      .map((attribute): [string, string] => [expanded(attribute.uri, attribute.local), attribute.value]);
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

/** White space between elements is how a document is laid out, unless it says otherwise (XML 1.0, section 2.10). */
function tidy({ name, attributes, children, keepsSpace }: OpenElement): MarkupElement {
  const isLaidOut = !keepsSpace && children.some((child) => typeof child !== 'string');
  const kept = isLaidOut ? children.filter((child) => typeof child !== 'string' || child.trim() !== '') : children;
  return { name, attributes, children: kept };
}
