// Every difference between two documents of elements. The contract knows JSON, so that no schema says what may differ here:
// a place is told by the names of the elements around it.
import type { SchemaNode } from '../contract/index.ts';
import type { RuleId } from '../core/index.ts';
import { type AlignGap, alignOrdered, type Bounds, type Step } from './align.ts';
import { Bytes } from './bytes.ts';
import {
  isElement,
  isSecretElement,
  localName,
  MARKUP_LIMITS,
  type MarkupElement,
  type MarkupNode,
  nodeText,
  type Secrets,
  shownNode,
} from './markup.ts';
import { templateName } from './position.ts';
import type { RawFinding } from './raw-finding.ts';
import { isSecretName } from './redact.ts';
import { sensitiveNames } from './sensitive-names.ts';
import { BudgetExceeded, escapeSegment, type Pair, WALK_LIMITS } from './walk-state.ts';

interface Elements {
  readonly legacy: MarkupElement;
  readonly candidate: MarkupElement;
}

/** Where two nodes stand. */
interface Spot {
  readonly place: string;
  readonly pointer: string;
  /** The pointer without numbers: elements of one name in one parent are as the items of a list. */
  readonly template: string;
  readonly depth: number;
  /** Below an element that says that it holds a secret. */
  readonly secret: boolean;
}

/** Every difference between two documents; `place` is that of the body in the contract. Throws BudgetExceeded. */
export function walkMarkup(place: string, documents: Elements, node: SchemaNode | undefined): readonly RawFinding[] {
  const walk = { findings: [], secrets: secretsOf(node) };
  walkElements(walk, { place, pointer: '', template: '', depth: 0, secret: node?.sensitive === true }, documents);
  return walk.findings;
}

interface MarkupWalk {
  readonly findings: RawFinding[];
  readonly secrets: Secrets;
}

/** The contract is about JSON; of names that it calls sensitive it says all there is to say. */
function secretsOf(node: SchemaNode | undefined): Secrets {
  const names = node && sensitiveNames(node);
  return (name) => isSecretName(name) || names?.has(name) === true;
}

function walkElements(walk: MarkupWalk, at: Spot, elements: Elements): void {
  if (at.depth > MARKUP_LIMITS.depth) throw new BudgetExceeded('depth');
  walkAttributes(walk, at, elements);
  walkChildren(walk, at, [elements.legacy.children, elements.candidate.children]);
}

function walkAttributes(walk: MarkupWalk, at: Spot, { legacy, candidate }: Elements): void {
  for (const name of new Set([...legacy.attributes.keys(), ...candidate.attributes.keys()])) {
    const pair = { legacy: legacy.attributes.get(name), candidate: candidate.attributes.get(name) };
    if (pair.legacy === pair.candidate) continue;
    const spot = below(at, { name: `@${localName(name)}`, secret: walk.secrets(localName(name)) });
    report(walk, spot, { rule: `attribute-${changeOf(pair)}`, types: typesOf(pair, 'attribute'), pair });
  }
}

function changeOf({ legacy, candidate }: Pair): 'added' | 'missing' | 'changed' {
  if (legacy === undefined) return 'added';
  return candidate === undefined ? 'missing' : 'changed';
}

function typesOf({ legacy, candidate }: Pair, type: string): string {
  return `${legacy === undefined ? 'absent' : type}→${candidate === undefined ? 'absent' : type}`;
}

type Children = readonly [legacy: readonly MarkupNode[], candidate: readonly MarkupNode[]];

function walkChildren(walk: MarkupWalk, at: Spot, [left, right]: Children): void {
  const [texts, others] = [left.map(nodeText), right.map(nodeText)];
  if (isReordered(texts, others)) return reportOrder(walk, at, [left, right]);
  const [steps, otherSteps] = [stepsTo(left), stepsTo(right)];
  for (const step of alignOrdered(texts, others, alignByName(left, right))) {
    const legacy = step.kind === 'added' ? undefined : left[step.legacy];
    const candidate = step.kind === 'missing' ? undefined : right[step.candidate];
    const to = step.kind === 'added' ? otherSteps[step.candidate] : steps[step.legacy];
    walkNodes(walk, at, { legacy, candidate, to: to ?? '' });
  }
}

function isReordered(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length || left.every((text, index) => text === right[index])) return false;
  const sorted = right.toSorted();
  return left.toSorted().every((text, index) => text === sorted[index]);
}

/** Between what is the same on both sides, elements of one name are taken for each other. */
function alignByName(left: readonly MarkupNode[], right: readonly MarkupNode[]): AlignGap {
  const names = (nodes: readonly MarkupNode[], { from, to }: Bounds['left']): readonly string[] =>
    nodes.slice(from, to).map(kindOfNode);
  return (gap) => alignOrdered(names(left, gap.left), names(right, gap.right)).map((step) => shiftStep(step, gap));
}

function shiftStep(step: Step, { left, right }: Bounds): Step {
  if (step.kind === 'missing') return { kind: 'missing', legacy: step.legacy + left.from };
  if (step.kind === 'added') return { kind: 'added', candidate: step.candidate + right.from };
  return { kind: 'pair', legacy: step.legacy + left.from, candidate: step.candidate + right.from };
}

/** The name of an element, or that it is a text. */
function kindOfNode(node: MarkupNode): string {
  return isElement(node) ? node.name : '#text';
}

/** The last step to each of the children, as in XPath: its name, and which one of that name it is. */
function stepsTo(nodes: readonly MarkupNode[]): readonly string[] {
  const counts = new Map<string, number>();
  return nodes.map((node) => {
    const name = localName(kindOfNode(node));
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}[${count}]`;
  });
}

interface NodePair extends Pair {
  readonly legacy: MarkupNode | undefined;
  readonly candidate: MarkupNode | undefined;
  readonly to: string;
}

function walkNodes(walk: MarkupWalk, at: Spot, { legacy, candidate, to }: NodePair): void {
  if (legacy !== undefined && candidate !== undefined && kindOfNode(legacy) !== kindOfNode(candidate)) {
    walkNodes(walk, at, { legacy, candidate: undefined, to });
    return walkNodes(walk, at, { legacy: undefined, candidate, to });
  }
  const one = legacy ?? candidate;
  if (one === undefined) return;
  const spot = below(at, {
    name: localName(kindOfNode(one)),
    to,
    secret: isSecretNode(walk, legacy) || isSecretNode(walk, candidate),
  });
  if (isElement(legacy) && isElement(candidate)) return walkElements(walk, spot, { legacy, candidate });
  if (!isElement(one)) return walkText(walk, spot, { legacy, candidate });
  const show = (node: MarkupNode | undefined): unknown => node && shownNode(node, walk.secrets);
  const pair = { legacy: show(legacy), candidate: show(candidate) };
  const rule = legacy === undefined ? 'element-added' : 'element-missing';
  report(walk, spot, { rule, types: typesOf(pair, 'element'), pair });
}

function isSecretNode({ secrets }: MarkupWalk, node: MarkupNode | undefined): boolean {
  return isElement(node) && isSecretElement(node, secrets);
}

function walkText(walk: MarkupWalk, at: Spot, pair: Pair): void {
  const { legacy, candidate } = pair;
  if (legacy === candidate) return;
  if (legacy instanceof Bytes && candidate instanceof Bytes && legacy.isSame(candidate)) return;
  report(walk, at, { rule: `text-${changeOf(pair)}`, types: typesOf(pair, 'text'), pair });
}

function reportOrder(walk: MarkupWalk, at: Spot, [legacy, candidate]: Children): void {
  const show = (nodes: readonly MarkupNode[]): unknown => nodes.map((node) => shownNode(node, walk.secrets));
  const pair = { legacy: show(legacy), candidate: show(candidate) };
  report(walk, at, { rule: 'element-order-changed', types: 'element→element', pair });
}

interface LastStep {
  readonly name: string;
  /** With its number; the name, without one. */
  readonly to?: string;
  readonly secret: boolean;
}

function below(at: Spot, { name, to = name, secret }: LastStep): Spot {
  const step = escapeSegment(templateName(name));
  return {
    place: `${at.place}/${step}`,
    template: `${at.template}/${step}`,
    pointer: `${at.pointer}/${escapeSegment(to)}`,
    depth: at.depth + 1,
    secret: at.secret || secret,
  };
}

function report(
  { findings }: MarkupWalk,
  { place, pointer, template, secret }: Spot,
  { rule, types, pair }: { readonly rule: RuleId; readonly types: string; readonly pair: Pair },
): void {
  if (findings.length >= WALK_LIMITS.maxFindings) throw new BudgetExceeded('findings');
  const isScalar = typeof pair.legacy === 'string' && typeof pair.candidate === 'string';
  findings.push({
    rule,
    class: 'value',
    place,
    types,
    at: pointer,
    template,
    view: { ...pair, node: undefined, secret },
    pair: isScalar && !secret ? pair : undefined,
  });
}
