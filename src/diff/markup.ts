// Documents of elements, as XML and HTML both are: what is compared of them, and what is kept of them.
import { Bytes } from './bytes.ts';
import { isSecretName } from './redact.ts';
import { shorten } from './shorten.ts';
import { BudgetExceeded } from './walk-state.ts';

export interface MarkupElement {
  /** With its namespace, where it has one: `{http://example.com/order}item`. */
  readonly name: string;
  /** By name, namespace and all; in no order, as in both languages. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly MarkupNode[];
}

/** A text, or one of which nothing may be kept, such as that of a script. */
export type MarkupNode = MarkupElement | string | Bytes;

/** Bounds of one document; past one the pair is `uncompared: budget`. */
export const MARKUP_LIMITS = { nodes: 200_000, depth: 500 } as const;

export function isElement(node: MarkupNode | undefined): node is MarkupElement {
  return typeof node === 'object' && !(node instanceof Bytes);
}

/** Without its namespace. */
export function localName(name: string): string {
  return name.slice(name.lastIndexOf('}') + 1);
}

/** A text that is the same for two nodes that are; long ones are hashed, so it serves to pair nodes and for nothing else. */
export function nodeText(node: MarkupNode): string {
  if (typeof node === 'string') return shorten(`"${node}`);
  return node instanceof Bytes ? shorten(`#${node.asText}`) : elementText(node);
}

// Every element asks for the text of those in it, and so does every one around it: without a memory that is quadratic.
const known = new WeakMap<MarkupElement, string>();

function elementText(element: MarkupElement): string {
  const before = known.get(element);
  if (before !== undefined) return before;
  const attributes = [...element.attributes].map(([name, value]) => `${name}=${JSON.stringify(value)}`).sort();
  const text = shorten(`<${element.name} ${attributes.join(' ')}>${element.children.map(nodeText).join(',')}`);
  known.set(element, text);
  return text;
}

/** Attributes whose value says what the element is about: `<input name="password" value="…">`. */
const NAMING = ['name', 'id', 'property', 'itemprop', 'http-equiv', 'autocomplete', 'for', 'key'];

/** Whether a name is that of a secret, by itself or by the contract. */
export type Secrets = (name: string) => boolean;

/** Whether an element says of itself that what it holds is a secret, and of which attribute that it is one. */
export function isSecretElement({ name, attributes }: MarkupElement, secrets: Secrets): boolean {
  if (secrets(localName(name)) || attributes.get('type')?.toLowerCase() === 'password') return true;
  return NAMING.some((naming) => isSecretName(attributes.get(naming) ?? ''));
}

/** An element as a value to be shown: by its name, so that what is secret by a name is found by it. */
export function shownNode(node: MarkupNode, secrets: Secrets, depth = 0): unknown {
  if (!isElement(node)) return node;
  if (depth > MARKUP_LIMITS.depth) throw new BudgetExceeded('depth');
  const attributes = [...node.attributes].map(([name, value]): [string, unknown] =>
    secrets(localName(name)) ? [`@${localName(name)}`, { secret: value }] : [`@${localName(name)}`, value],
  );
  const children = node.children.map((child) => shownNode(child, secrets, depth + 1));
  const holds = children.length === 1 ? children[0] : children;
  if (!isSecretElement(node, secrets))
    return { [localName(node.name)]: { ...Object.fromEntries(attributes), ...(children.length > 0 && { holds }) } };
  const named = attributes.filter(([name]) => NAMING.includes(name.slice(1)));
  const rest = attributes.filter(([name]) => !NAMING.includes(name.slice(1)));
  return { [localName(node.name)]: { ...Object.fromEntries(named), secret: [Object.fromEntries(rest), holds] } };
}
