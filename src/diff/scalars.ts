import type { SchemaNode } from '../contract/index.ts';
import type { FindingClass, RuleId } from '../core/index.ts';
import { Bytes } from './bytes.ts';
import { sameDecimal } from './exact-json.ts';
import { isSameUnder } from './formats.ts';
import { isNumeric, numberText, typeOf } from './values.ts';
import type { Pair } from './walk-state.ts';

export interface ScalarDifference {
  readonly rule: RuleId;
  readonly class: FindingClass;
}

/** Compares two scalars of the same JSON type; undefined when they are the same value. */
export function compareScalars(pair: Pair, node: SchemaNode | undefined): ScalarDifference | undefined {
  if (isSame(pair)) return undefined;
  if (node?.volatile) return VOLATILE;
  if (isRespelled(pair, node)) return RESPELLED;
  if (isTolerated(pair, node)) return TOLERATED;
  if (isNewMember(pair, node)) return node?.extensible ? NEW_MEMBER : UNKNOWN_MEMBER;
  return CHANGED;
}

const VOLATILE = { rule: 'volatile-value', class: 'cosmetic' } as const;
const RESPELLED = { rule: 'format-respelled', class: 'cosmetic' } as const;
const TOLERATED = { rule: 'tolerated-number', class: 'cosmetic' } as const;
const NEW_MEMBER = { rule: 'enum-value-unknown', class: 'additive' } as const;
const UNKNOWN_MEMBER = { rule: 'enum-value-unknown', class: 'breaking' } as const;
const CHANGED = { rule: 'value-changed', class: 'value' } as const;

function isSame({ legacy, candidate }: Pair): boolean {
  if (legacy === candidate) return true;
  if (legacy instanceof Bytes && candidate instanceof Bytes) return legacy.isSame(candidate);
  return (
    typeof legacy !== 'string' && isNumeric(typeOf(legacy)) && sameDecimal(numberText(legacy), numberText(candidate))
  );
}

function isRespelled({ legacy, candidate }: Pair, node: SchemaNode | undefined): boolean {
  if (typeof legacy !== 'string' || typeof candidate !== 'string') return false;
  return isSameUnder(node?.format, legacy, candidate);
}

function isTolerated({ legacy, candidate }: Pair, node: SchemaNode | undefined): boolean {
  if (!node?.tolerance || !isNumeric(typeOf(legacy))) return false;
  const [left, right] = [Number(numberText(legacy)), Number(numberText(candidate))];
  const slack = Math.max(node.tolerance.abs, node.tolerance.rel * Math.abs(left));
  // Decimal fractions are inexact in binary: 0.3 - 0.2 exceeds 0.1 by one rounding step, which no one meant to exclude.
  return Math.abs(left - right) <= slack * (1 + 1e-9);
}

function isNewMember({ legacy, candidate }: Pair, node: SchemaNode | undefined): boolean {
  return isMember(legacy, node) && !isMember(candidate, node);
}

function isMember(value: unknown, node: SchemaNode | undefined): boolean {
  if (!node?.members) return false;
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null;
  return scalar && node.members.has(value);
}
