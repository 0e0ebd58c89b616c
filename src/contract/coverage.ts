// What the contract tells apart, and which of it one reply shows: a reviewer has to know what the evidence says nothing about.
import { isJsonObject } from './json.ts';
import { placeBelow } from './place.ts';
import type { ListedResponse } from './responses.ts';
import type { Point, SchemaNode } from './types.ts';

/** Points of one operation; further ones are left out. */
const MAX_POINTS = 5_000;
/** Items of one list, and levels of one body, that are looked at. */
const MAX_ITEMS = 100;
const MAX_DEPTH = 64;

export function listPoints(responses: readonly ListedResponse[]): readonly Point[] {
  const points = new Map<string, Point>();
  const seen = new Set<SchemaNode>();
  for (const response of responses) {
    add(points, statusPoint(response.place));
    for (const body of response.bodies) listBelow(points, seen, body);
  }
  return [...points.values()].slice(0, MAX_POINTS);
}

/** The ids of what a body of the response at a place shows. */
export function pointsShown(place: string, node: SchemaNode | undefined, body: unknown): readonly string[] {
  const ids = new Set([statusPoint(place).id]);
  if (node && body !== undefined) showBelow(ids, node, body, 0);
  return [...ids];
}

type Points = Map<string, Point>;

function add(points: Points, point: Point): void {
  points.set(point.id, point);
}

function point(kind: Point['kind'], place: string, value?: string): Point {
  return {
    id: [kind, place, ...(value === undefined ? [] : [value])].join(' '),
    kind,
    place,
    ...(value !== undefined && { value }),
  };
}

function statusPoint(place: string): Point {
  return point('status', place);
}

/** Where the object declares a property, whatever schema that refers to. */
function propertyPlace(owner: SchemaNode, name: string): string {
  return placeBelow(owner.place, 'properties', name);
}

function listBelow(points: Points, seen: Set<SchemaNode>, node: SchemaNode): void {
  if (seen.has(node) || points.size > MAX_POINTS) return;
  seen.add(node);
  if (isNullable(node)) add(points, point('null', node.place));
  for (const part of node.parts) listBelow(points, seen, part);
  if (node.parts.length > 0) return;
  if (node.branches.length > 0) return listBranches(points, seen, node);
  for (const value of membersOf(node)) add(points, point('member', node.place, value));
  for (const name of node.names) listProperty(points, seen, { node, name });
  for (const child of [node.item(0), node.additional]) if (child) listBelow(points, seen, child);
}

function listBranches(points: Points, seen: Set<SchemaNode>, node: SchemaNode): void {
  const branches = realBranches(node);
  for (const branch of branches) {
    if (branches.length > 1) add(points, point('branch', branch.place));
    listBelow(points, seen, branch);
  }
}

function listProperty(
  points: Points,
  seen: Set<SchemaNode>,
  { node, name }: { readonly node: SchemaNode; readonly name: string },
): void {
  const child = node.property(name);
  if (!node.required.has(name))
    for (const kind of ['present', 'absent'] as const) add(points, point(kind, propertyPlace(node, name)));
  if (child) listBelow(points, seen, child);
}

/** That a branch is only null says no more than that the value may be. */
function realBranches(node: SchemaNode): readonly SchemaNode[] {
  return node.branches.filter(({ types }) => !(types?.size === 1 && types.has('null')));
}

function isNullable({ types }: SchemaNode): boolean {
  return types !== undefined && types.size > 1 && types.has('null');
}

/** One member says nothing that the value does not have to say. */
function membersOf({ members }: SchemaNode): readonly string[] {
  const values = [...(members ?? [])].filter((value) => value !== null);
  return values.length > 1 ? values.map((value) => JSON.stringify(value)) : [];
}

function showBelow(ids: Set<string>, node: SchemaNode, value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (value === null) return void (isNullable(node) && ids.add(point('null', node.place).id));
  for (const part of node.parts) showBelow(ids, part, value, depth);
  if (node.parts.length > 0) return;
  if (node.branches.length > 0) return showBranch(ids, node, value, depth);
  if (isScalar(value)) showMember(ids, node, value);
  else if (Array.isArray(value)) showItems(ids, node, value, depth);
  else if (isJsonObject(value)) showProperties(ids, node, value, depth);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function showMember(ids: Set<string>, node: SchemaNode, value: string | number | boolean): void {
  if (node.members?.has(value)) ids.add(point('member', node.place, JSON.stringify(value)).id);
}

function showBranch(ids: Set<string>, node: SchemaNode, value: unknown, depth: number): void {
  const narrowed = node.narrow(value);
  const branch = narrowed === node ? undefined : node.branches.find((each) => each.narrow(value) === narrowed);
  if (!branch) return;
  if (realBranches(node).length > 1) ids.add(point('branch', branch.place).id);
  showBelow(ids, branch, value, depth + 1);
}

function showItems(ids: Set<string>, node: SchemaNode, items: readonly unknown[], depth: number): void {
  for (const [index, item] of items.slice(0, MAX_ITEMS).entries()) {
    const child = node.item(index);
    if (child) showBelow(ids, child, item, depth + 1);
  }
}

function showProperties(
  ids: Set<string>,
  node: SchemaNode,
  value: Readonly<Record<string, unknown>>,
  depth: number,
): void {
  for (const name of node.names)
    if (!node.required.has(name))
      ids.add(point(Object.hasOwn(value, name) ? 'present' : 'absent', propertyPlace(node, name)).id);
  for (const [name, each] of Object.entries(value)) {
    const child = node.property(name) ?? node.additional;
    if (child) showBelow(ids, child, each, depth + 1);
  }
}
