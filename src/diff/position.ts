import type { SchemaNode } from '../contract/index.ts';
import { isCard, isIban } from './account-numbers.ts';
import type { View } from './raw-finding.ts';
import { isSecretName } from './redact.ts';
import { escapeSegment, type Pair } from './walk-state.ts';

/**
 * A place in both bodies and in the contract. Most values of two bodies are the same and nobody asks where they stand, so a
 * position knows its parent, and spells itself out only when something is to be reported there.
 */
export class Position {
  /** Of the branches that a value may be of, the one that it is of, where that is known. */
  readonly node: SchemaNode | undefined;
  /** With all its branches, and of all branches around it: what is secret in one of them is not shown in another. */
  readonly #wide: SchemaNode | undefined;
  readonly depth: number;
  readonly #parent: Position | undefined;
  readonly #step: Step;
  /** The objects that hold the property; undefined for an item. */
  readonly #holders: Pair | undefined;

  private constructor({ node, wide }: Nodes, parent: Position | undefined, step: Step, holders?: Pair) {
    this.node = node;
    this.#wide = wide;
    this.depth = parent ? parent.depth + 1 : 0;
    this.#parent = parent;
    this.#step = step;
    this.#holders = holders;
  }

  /** `place`: of a body for which the contract has no schema. */
  static root(node: SchemaNode | undefined, place: string): Position {
    return new Position({ node, wide: node }, undefined, place);
  }

  property(name: string, holders: Pair): Position {
    return new Position(
      this.#below((node) => node.property(name) ?? node.additional),
      this,
      name,
      holders,
    );
  }

  item(index: number, key?: string): Position {
    return new Position(
      this.#below((node) => node.item(index)),
      this,
      key === undefined ? index : [key],
    );
  }

  /** The same place, of a value that is known to be of this branch. */
  narrowed(node: SchemaNode): Position {
    return new Position({ node, wide: this.#wide }, this.#parent, this.#step, this.#holders);
  }

  #below(get: (node: SchemaNode) => SchemaNode | undefined): Nodes {
    const node = this.node && get(this.node);
    return { node, wide: this.#wide === this.node ? node : this.#wide && get(this.#wide) };
  }

  /** A position inside, by names of properties and indices of items. */
  below(path: readonly (string | number)[]): Position {
    const nothing = { legacy: undefined, candidate: undefined };
    return path.reduce<Position>(
      (at, segment) => (typeof segment === 'number' ? at.item(segment) : at.property(segment, nothing)),
      this,
    );
  }

  /** Where its schema is declared, references followed. */
  get place(): string {
    return this.node?.place ?? this.ownPlace;
  }

  /**
   * Where the object or list around it declares it. Whether a property is there, and how many items there are, is a matter
   * of those and not of the schema that they refer to: two properties of one type that are missing are two causes.
   */
  get ownPlace(): string {
    const step = this.#step;
    if (!this.#parent) return String(step);
    const { place } = this.#parent;
    return typeof step === 'string' ? `${place}/properties/${escapeSegment(templateName(step))}` : `${place}/items`;
  }

  /** JSON pointer (RFC 6901) into the bodies. */
  get pointer(): string {
    if (!this.#parent) return '';
    const step = typeof this.#step === 'object' ? `[${this.#step}]` : this.#step;
    return `${this.#parent.pointer}/${typeof step === 'number' ? step : escapeSegment(step)}`;
  }

  /** The pointer without what is data: `*` for every item of a list and every key of a map. */
  get template(): string {
    return this.#parent ? this.#parent.#templateOf(this.#step) : '';
  }

  #templateOf(step: Step): string {
    if (this.depth > MAX_TEMPLATE_DEPTH) return this.template;
    if (this.depth === MAX_TEMPLATE_DEPTH) return `${this.template}/…`;
    if (typeof step !== 'string') return `${this.template}/*`;
    const isKey = this.#wide?.property(step) === undefined && this.#wide?.additional !== undefined;
    return `${this.template}/${isKey ? '*' : escapeSegment(templateName(step))}`;
  }

  /** Below something secret, by its name or by the contract. */
  get secret(): boolean {
    if (this.#wide?.sensitive || this.node?.sensitive) return true;
    if (!this.#parent) return false;
    return (typeof this.#step === 'string' && isSecretName(this.#step)) || this.#parent.secret;
  }

  /** What is shown of a difference here: of a property all of its object, of anything else the value alone. */
  viewOf(pair: Pair): View {
    if (!this.#holders)
      return { legacy: pair.legacy, candidate: pair.candidate, node: this.#wide, secret: this.secret };
    const { legacy, candidate } = this.#holders;
    // A property always has a parent.
    const parent = this.#parent ?? this;
    return { legacy, candidate, node: parent.#wide, secret: parent.secret };
  }
}

/** What is nested in itself has no end of templates. */
const MAX_TEMPLATE_DEPTH = 32;

/** Of a property its name, of an item its index or, where it was found by one, its key in brackets; of the root a place. */
type Step = string | number | readonly [key: string];

interface Nodes {
  readonly node: SchemaNode | undefined;
  readonly wide: SchemaNode | undefined;
}

/**
 * A property name that is data rather than a name (an id used as a key) would make a cause of every record, and what is a
 * secret must not stand in the name of one.
 */
export function templateName(name: string): string {
  return /^\d+$|^[0-9a-f]{8}-[0-9a-f-]{27}$|@|.{65}/i.test(name) || isIban(name) || isCard(name) ? '*' : name;
}
