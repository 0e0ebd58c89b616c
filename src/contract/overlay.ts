// OpenAPI Overlays, 1.0 and 1.1: what is said of a contract without editing it, such as which lists have no order.
import { jsonpath } from 'json-p3';
import { ParitygateError } from '../core/index.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { Locate } from './locate.ts';
import { locationOf } from './location.ts';

/** An overlay as it was read. */
export interface OverlayDocument {
  readonly file: string;
  readonly value: unknown;
  readonly locate: Locate;
}

export interface Overlaid {
  readonly root: JsonObject;
  /** Each one line. */
  readonly warnings: readonly string[];
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A copy of the document with all actions carried out, in order. Throws a ParitygateError on one that cannot be. */
export function applyOverlays(root: JsonObject, overlays: readonly OverlayDocument[]): Overlaid {
  // A copy by its text: what YAML says once and refers to twice would be changed in both places.
  const holder = { root: JSON.parse(JSON.stringify(root)) as Json };
  const warnings = overlays.flatMap((overlay) =>
    actionsOf(overlay).flatMap((action) => {
      const changed = apply(holder, action);
      return changed > 0
        ? []
        : [`${describe(action)}: \`target: ${action.target}\` selects nothing, so nothing is changed`];
    }),
  );
  if (!isJsonObject(holder.root)) throw new Error('an overlay cannot replace the document');
  return { root: holder.root, warnings };
}

/** An action, with where it stands. */
interface Action {
  readonly overlay: OverlayDocument;
  readonly index: number;
  readonly target: string;
  readonly change:
    | { readonly kind: 'remove' }
    | { readonly kind: 'update'; readonly with: Json }
    | { readonly kind: 'copy'; readonly from: string };
}

const OVERLAY_FIELDS = ['overlay', 'info', 'extends', 'actions'];
const ACTION_FIELDS = ['target', 'description', 'update', 'copy', 'remove'];

function actionsOf(overlay: OverlayDocument): readonly Action[] {
  const { value } = overlay;
  if (!isJsonObject(value) || typeof value['overlay'] !== 'string' || !/^1\.[01]\.\d+/.test(value['overlay']))
    throw invalid(
      overlay,
      '#/overlay',
      'expected an OpenAPI Overlay with `overlay: 1.0.0` or `overlay: 1.1.0`',
      'name an overlay file here, and correct its version',
    );
  const unknown = Object.keys(value).find((name) => !name.startsWith('x-') && !OVERLAY_FIELDS.includes(name));
  if (unknown !== undefined)
    throw invalid(
      overlay,
      `#/${unknown}`,
      `an overlay has no field \`${unknown}\``,
      `its fields are ${OVERLAY_FIELDS.join(', ')}`,
    );
  const actions = value['actions'];
  if (!Array.isArray(actions) || actions.length === 0)
    throw invalid(
      overlay,
      '#/actions',
      'expected a list of at least one action',
      'write what is to be changed under `actions`',
    );
  return actions.map((action, index) => actionOf(overlay, action, index));
}

function actionOf(overlay: OverlayDocument, action: unknown, index: number): Action {
  const at = `#/actions/${index}`;
  if (!isJsonObject(action) || typeof action['target'] !== 'string')
    throw invalid(overlay, at, 'expected an action with a `target`', "write such as `target: $.paths['/trades'].get`");
  const unknown = Object.keys(action).find((name) => !name.startsWith('x-') && !ACTION_FIELDS.includes(name));
  if (unknown !== undefined)
    throw invalid(
      overlay,
      `${at}/${unknown}`,
      `an action has no field \`${unknown}\``,
      `its fields are ${ACTION_FIELDS.join(', ')}`,
    );
  return { overlay, index, target: action['target'], change: changeOf(overlay, action, at) };
}

function changeOf(overlay: OverlayDocument, action: JsonObject, at: string): Action['change'] {
  if (action['remove'] === true) return { kind: 'remove' };
  if (Object.hasOwn(action, 'update')) return { kind: 'update', with: action['update'] as Json }; // as parsed from YAML or JSON
  const copy = action['copy'];
  if (typeof copy === 'string') return { kind: 'copy', from: copy };
  throw invalid(overlay, at, 'this action changes nothing', 'add `update`, `copy` or `remove: true`');
}

interface Holder {
  root: Json;
}

/** Returns how many places it changed. */
function apply(holder: Holder, action: Action): number {
  const nodes = select(holder, action, action.target);
  if (action.change.kind === 'remove') return removeAll(holder, nodes);
  const change = action.change.kind === 'copy' ? copied(holder, action, action.change.from) : action.change.with;
  for (const location of nodes) update(holder, location, { action, change });
  return nodes.length;
}

type Path = readonly (string | number)[];

function select({ root }: Holder, action: Action, path: string): readonly Path[] {
  try {
    const found = jsonpath.query(path, root).locations();
    // `$['a', 'a']` selects one place twice.
    return [...new Map(found.map((location) => [JSON.stringify(location), location])).values()];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw faulty(
      action,
      `this is no JSONPath (RFC 9535): ${why}`,
      "names with a slash stand in brackets: `$.paths['/trades']`",
    );
  }
}

function copied(holder: Holder, action: Action, from: string): Json {
  const [only, ...more] = select(holder, action, from);
  if (only === undefined || more.length > 0)
    throw faulty(
      action,
      `\`copy: ${from}\` selects ${only === undefined ? 'nothing' : 'more than one place'}`,
      'let it select exactly one',
    );
  return structuredClone(valueAt(holder.root, only));
}

function valueAt(root: Json, path: Path): Json {
  return path.reduce<Json>((value, step) => (value as Record<string | number, Json>)[step] ?? null, root); // the path was found in it
}

/** Of one list the last first, so that the numbers of those before still hold; what is inside before what it is in. */
function removeAll(holder: Holder, nodes: readonly Path[]): number {
  for (const path of nodes.toSorted(lastFirst)) {
    const step = path.at(-1);
    const parent = valueAt(holder.root, path.slice(0, -1));
    if (step === undefined || typeof parent !== 'object' || parent === null) continue;
    if (Array.isArray(parent)) parent.splice(Number(step), 1);
    else delete parent[step];
  }
  return nodes.length;
}

function lastFirst(one: Path, other: Path): number {
  if (one.length !== other.length) return other.length - one.length;
  return Number(other.at(-1)) - Number(one.at(-1)) || 0;
}

interface Change {
  readonly action: Action;
  readonly change: Json;
}

function update(holder: Holder, path: Path, { action, change }: Change): void {
  const merged = merge(valueAt(holder.root, path), structuredClone(change), { action, path, isTarget: true });
  const step = path.at(-1);
  if (step === undefined) holder.root = merged;
  else setMember(valueAt(holder.root, path.slice(0, -1)), step, merged);
}

interface Merging {
  readonly action: Action;
  readonly path: Path;
  /** The selected node itself: to a list what is no list is appended. */
  readonly isTarget: boolean;
}

/** Overlay 1.1, section 4.4.3. */
function merge(target: Json, change: Json, merging: Merging): Json {
  if (Array.isArray(target) && (Array.isArray(change) || merging.isTarget)) return target.concat(change);
  if (isTree(target) && isTree(change)) return mergeObjects(target, change, merging);
  if (isPrimitive(target) && isPrimitive(change)) return change;
  const where = merging.path.join('/') || 'the document';
  throw faulty(
    merging.action,
    `${kindOf(change)} cannot be merged into ${kindOf(target)} at ${where}`,
    'remove it first with an action of its own, or correct the update',
  );
}

function mergeObjects(target: Tree, change: Tree, { action, path }: Merging): Json {
  for (const [name, value] of Object.entries(change)) {
    const known = Object.hasOwn(target, name) ? target[name] : undefined;
    setMember(
      target,
      name,
      known === undefined ? value : merge(known, value, { action, path: [...path, name], isTarget: false }),
    );
  }
  return target;
}

type Tree = { [name: string]: Json };

function isTree(value: Json): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPrimitive(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'a list';
  return isTree(value) ? 'an object' : 'a single value';
}

/** Also where it is called `__proto__`. */
function setMember(parent: Json, name: string | number, value: Json): void {
  if (typeof parent !== 'object' || parent === null) return;
  Object.defineProperty(parent, name, { value, enumerable: true, writable: true, configurable: true });
}

function describe({ overlay, index }: Action): string {
  const line = overlay.locate(`#/actions/${index}`);
  return line === undefined ? overlay.file : `${overlay.file}:${line}`;
}

function faulty({ overlay, index }: Action, message: string, fix: string): ParitygateError {
  return invalid(overlay, `#/actions/${index}`, message, fix);
}

function invalid({ file, locate }: OverlayDocument, place: string, message: string, fix: string): ParitygateError {
  return new ParitygateError('PG_CONTRACT_OVERLAY', message, { at: locationOf(file, locate(place) ?? 1), fix });
}
