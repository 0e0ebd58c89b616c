// A contract that is written in several files, as one: whatever a `$ref` leads to in another document becomes a component
// of its own under its own name, so that causes are named by what people call them. Decision 0029.
import { ParitygateError } from '../core/index.ts';
import { type ObjectKind, visitFrom } from './grammar.ts';
import { isJsonObject, type JsonObject, member, members } from './json.ts';
import { valueAt } from './place.ts';

/** Reads and parses one document; rejects with a ParitygateError. */
export type ReadDocument = (url: string) => Promise<unknown>;

/** How a document is called in errors. */
type Show = (url: string) => string;

export interface Vendored {
  readonly root: JsonObject;
  /** The documents that something was taken from, without the contract itself. */
  readonly sources: readonly string[];
}

/** Where a component of each kind stands. A path item is put in the place of its reference: OpenAPI 3.0 has no other. */
const SECTIONS: Partial<Record<ObjectKind, string>> = {
  schema: 'schemas',
  response: 'responses',
  parameter: 'parameters',
  'request body': 'requestBodies',
  header: 'headers',
  example: 'examples',
  link: 'links',
  callback: 'callbacks',
  'security scheme': 'securitySchemes',
};

export async function vendorContract(url: string, read: ReadDocument, show: Show = String): Promise<Vendored> {
  const root = await read(url);
  if (!isJsonObject(root)) return { root: {}, sources: [] };
  const vendoring = new Vendoring({ url, read, show }, structuredClone(root));
  await vendoring.include();
  return { root: vendoring.root, sources: vendoring.sources() };
}

interface Waiting {
  readonly value: unknown;
  readonly kind: ObjectKind;
  /** The document that its references are relative to. */
  readonly base: string;
}

interface From {
  readonly url: string;
  readonly read: ReadDocument;
  readonly show: Show;
}

type Mutable = Record<string, unknown>;

class Vendoring {
  readonly root: JsonObject;
  readonly #from: From;
  readonly #documents = new Map<string, unknown>();
  /** The new reference of each absolute one. */
  readonly #included = new Map<string, string>();
  readonly #waiting: Waiting[];
  readonly #done = new WeakSet<Mutable>();

  constructor(from: From, root: JsonObject) {
    this.#from = from;
    this.root = root;
    this.#waiting = [{ value: root, kind: 'document', base: from.url }];
  }

  sources(): readonly string[] {
    return [...this.#documents.keys()];
  }

  async include(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { base } = next;
      // The objects are copies of ours, and are changed once all of them have been found.
      const found = new Map<Mutable, ObjectKind>();
      visitFrom(next.value, next.kind, (object, kind) => void found.set(object as Mutable, kind));
      for (const [object, kind] of found) {
        // What an anchor of YAML names stands in two places and is one object.
        if (this.#done.has(object)) continue;
        this.#done.add(object);
        await this.#follow(object, kind, base);
        if (kind === 'schema') await this.#followMapping(object, base);
      }
    }
  }

  async #follow(object: Mutable, kind: ObjectKind, base: string): Promise<void> {
    const ref = object['$ref'];
    if (typeof ref !== 'string' || !this.#leadsOut(ref, base)) return;
    const absolute = absoluteOf(ref, base);
    if (kind !== 'path item') {
      object['$ref'] = await this.#componentOf(absolute, kind);
      return;
    }
    delete object['$ref'];
    const value = await this.#valueOf(absolute);
    const copy = isJsonObject(value) ? structuredClone(value) : {};
    // What stands beside the reference was written here, and has been visited already.
    const added = Object.fromEntries(Object.entries(copy).filter(([name]) => !Object.hasOwn(object, name)));
    Object.assign(object, added);
    this.#waiting.push({ value: added, kind, base: documentOf(absolute) });
  }

  /** `discriminator.mapping` names schemas by references too, or by the names of components of its own document. */
  async #followMapping(schema: Mutable, base: string): Promise<void> {
    const mapping = member(schema['discriminator'], 'mapping');
    if (!isJsonObject(mapping)) return;
    for (const [tag, target] of members(mapping)) {
      if (typeof target !== 'string') continue;
      const isName = /^[\w.-]+$/.test(target) && !/\.(?:ya?ml|json)$/i.test(target);
      const ref = isName ? `#/components/schemas/${target}` : target;
      if (this.#leadsOut(ref, base))
        (mapping as Mutable)[tag] = await this.#componentOf(absoluteOf(ref, base), 'schema');
    }
  }

  #leadsOut(ref: string, base: string): boolean {
    return !(base === this.#from.url && ref.startsWith('#'));
  }

  async #componentOf(absolute: string, kind: ObjectKind): Promise<string> {
    // Back into the contract itself.
    if (documentOf(absolute) === this.#from.url) return `#${decodeURI(fragmentOf(absolute))}`;
    const known = this.#included.get(`${kind} ${absolute}`);
    if (known !== undefined) return known;
    const section = SECTIONS[kind] ?? 'schemas';
    const value = structuredClone(await this.#valueOf(absolute));
    const components = ownObject(this.root as Mutable, 'components');
    const list = ownObject(components, section);
    const name = freeName(nameOf(absolute), list);
    list[name] = value;
    const ref = `#/components/${section}/${name}`;
    this.#included.set(`${kind} ${absolute}`, ref);
    this.#waiting.push({ value, kind, base: documentOf(absolute) });
    return ref;
  }

  async #valueOf(absolute: string): Promise<unknown> {
    const url = documentOf(absolute);
    if (!this.#documents.has(url)) this.#documents.set(url, await this.#from.read(url));
    const fragment = decodeURIComponent(fragmentOf(absolute));
    const value =
      fragment === '' || fragment.startsWith('/') ? valueAt(this.#documents.get(url), `#${fragment}`) : undefined;
    if (isJsonObject(value) || typeof value === 'boolean') return value;
    throw new ParitygateError('PG_CONTRACT_REF', `\`$ref: ${this.#from.show(url)}#${fragment}\` leads to nothing`, {
      at: { file: this.#from.show(url) },
      fix: 'correct the reference, or define what it names',
    });
  }
}

function absoluteOf(ref: string, base: string): string {
  const absolute = URL.parse(ref, base);
  if (absolute) return absolute.href;
  throw new ParitygateError('PG_CONTRACT_REF', `\`$ref: ${ref}\` is no reference`, {
    at: { file: base },
    fix: 'name a file or an URL, and after a # what is meant in it',
  });
}

function documentOf(absolute: string): string {
  return absolute.split('#', 1)[0] ?? '';
}

function fragmentOf(absolute: string): string {
  const at = absolute.indexOf('#');
  return at < 0 ? '' : absolute.slice(at + 1);
}

/** `Money` of `common.yaml#/components/schemas/Money`, and `thing` of `thing.yaml`. */
function nameOf(absolute: string): string {
  const [path = '', fragment = ''] = absolute.split('#', 2);
  const last = (fragment === '' ? path.replace(/\.\w+$/, '') : fragment).split('/').at(-1) ?? '';
  // OpenAPI 3.1, section 4.8.7.1.
  return decodeURIComponent(last).replaceAll(/[^A-Za-z0-9._-]+/g, '_') || 'Part';
}

function freeName(name: string, taken: Mutable): string {
  let free = name;
  for (let number = 2; Object.hasOwn(taken, free); number += 1) free = `${name}_${number}`;
  return free;
}

function ownObject(parent: Mutable, name: string): Mutable {
  const known = Object.hasOwn(parent, name) ? parent[name] : undefined;
  if (isJsonObject(known)) return known as Mutable;
  const created: Mutable = {};
  parent[name] = created;
  return created;
}
