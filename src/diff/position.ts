import type { SchemaNode } from '../contract/index.ts';
import type { View } from './raw-finding.ts';
import { isSecretName } from './redact.ts';
import { escapeSegment, type Pair } from './walk-state.ts';

interface Step {
  readonly parent: Position;
  /** `name` of a property, or of an item its `index` and, where it was found by one, its `key`. */
  readonly segment: string;
  readonly name: string | undefined;
  /** The objects that hold the property. */
  readonly holders: Pair | undefined;
}

/**
 * A place in both bodies and in the contract. Most values of two bodies are the same and nobody asks where they stand, so a
 * position knows its parent, and spells itself out only when something is to be reported there.
 */
export class Position {
  readonly node: SchemaNode | undefined;
  readonly depth: number;
  readonly #step: Step | undefined;
  readonly #rootPlace: string;

  private constructor(node: SchemaNode | undefined, step: Step | undefined, rootPlace = '') {
    this.node = node;
    this.depth = step ? step.parent.depth + 1 : 0;
    this.#step = step;
    this.#rootPlace = rootPlace;
  }

  /** `place`: of a body for which the contract has no schema. */
  static root(node: SchemaNode | undefined, place: string): Position {
    return new Position(node, undefined, place);
  }

  property(name: string, holders: Pair): Position {
    const node = this.node?.property(name) ?? this.node?.additional;
    return new Position(node, { parent: this, segment: name, name, holders });
  }

  item(index: number, key?: string): Position {
    const segment = key === undefined ? String(index) : `[${key}]`;
    return new Position(this.node?.item(index), { parent: this, segment, name: undefined, holders: undefined });
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
    if (!this.#step) return this.#rootPlace;
    const { parent, name } = this.#step;
    return name === undefined
      ? `${parent.place}/items`
      : `${parent.place}/properties/${escapeSegment(templateName(name))}`;
  }

  /** JSON pointer (RFC 6901) into the bodies. */
  get pointer(): string {
    return this.#step ? `${this.#step.parent.pointer}/${escapeSegment(this.#step.segment)}` : '';
  }

  /** Below something secret, by its name or by the contract. */
  get secret(): boolean {
    if (this.node?.sensitive) return true;
    if (!this.#step) return false;
    const { parent, name } = this.#step;
    return (name !== undefined && isSecretName(name)) || parent.secret;
  }

  /** What is shown of a difference here: of a property all of its object, of anything else the value alone. */
  viewOf(pair: Pair): View {
    const holders = this.#step?.holders;
    return holders
      ? { ...holders, node: this.#step?.parent.node, secret: this.#step?.parent.secret === true }
      : { ...pair, node: this.node, secret: this.secret };
  }
}

/** A property name that is data rather than a name (an id used as a key) would make a cause of every record. */
function templateName(name: string): string {
  return /^\d+$|^[0-9a-f]{8}-[0-9a-f-]{27}$|@|.{65}/i.test(name) ? '*' : name;
}
