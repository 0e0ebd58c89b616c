import { fnv1a64 } from './hash.ts';

export const FINDING_CLASSES = ['cosmetic', 'additive', 'value', 'undocumented', 'inconclusive', 'breaking'] as const;

/** How bad a finding is; the list is ordered from harmless to worst. */
export type FindingClass = (typeof FINDING_CLASSES)[number];

/** One sentence for each rule, in the words of the contract. The ids are stable: reports, links and acceptances use them. */
export const RULES = {
  'response-status-changed': 'the status differs',
  'response-media-type-changed': 'the media type differs',
  'response-header-missing': 'a header is missing',
  'response-header-added': 'a header was added',
  'response-header-changed': 'a header has another value',
  'response-body-changed': 'the body differs, and was compared by its bytes',
  'response-body-malformed': 'one body is not of its media type: it cannot be read as what it says it is',
  'response-body-not-json': 'one body is JSON by its media type and cannot be parsed as JSON',
  'response-body-unreadable': 'the body of one side is too large or cannot be decoded, and that of the other is not',
  'required-property-missing': 'a required property is missing',
  'optional-property-missing': 'an optional property is missing',
  'optional-property-added': 'a declared optional property is present on the candidate only',
  'undocumented-property-missing': 'a property that the contract does not declare is missing',
  'undocumented-property-added': 'a property that the contract does not declare was added',
  'property-type-changed': 'the JSON type differs',
  'property-became-null': 'a value became null',
  'property-became-non-null': 'a null became a value',
  'enum-value-unknown': 'the value is not in the enum of the contract',
  'value-changed': 'the value differs',
  'format-respelled': 'the same value in another spelling of its format',
  'tolerated-number': 'the numbers differ within the declared tolerance',
  'volatile-value': 'the contract declares the value volatile',
  'array-order-changed': 'the same items in another order, and the contract does not declare the order free',
  'array-order-free': 'the same items in another order, which the contract allows',
  'array-item-missing': 'an item is missing',
  'array-item-added': 'an item was added',
  'array-key-not-unique': 'two items have the same declared key, so the array could not be paired',
  'property-duplicated': 'a name stands twice in one object on one side, so that clients may read either value',
  'text-changed': 'a text in the document differs',
  'text-missing': 'a text in the document is missing',
  'text-added': 'a text in the document was added',
  'byte-order-mark-changed': 'one body begins with a byte order mark, and the other does not',
  'text-line-ends-changed': 'the same lines with other line ends, or with and without one at the end',
  'attribute-missing': 'an attribute of an element is missing',
  'attribute-added': 'an attribute of an element was added',
  'attribute-changed': 'an attribute of an element has another value',
  'element-missing': 'an element of the document is missing',
  'element-added': 'an element of the document was added',
  'element-order-changed': 'the same elements and texts stand in another order',
  'markup-respelled': 'the same document in another spelling: white space between elements, quotes, comments',
  'schema-branch-changed': 'the value is of another branch of `oneOf` or `anyOf`, and both keep the contract',
  'server-error': 'one side answered 5xx where the other did not',
  'no-response': 'one side gave no usable response',
} as const;

/** The id of a comparison rule. */
export type RuleId = keyof typeof RULES;

/** What may be forgiven without being looked at: a value, and never a presence, a type or a length. */
export const VALUE_RULES: ReadonlySet<RuleId> = new Set([
  'value-changed',
  'response-header-changed',
  'text-changed',
  'attribute-changed',
]);

/** Raised whenever a rule begins to judge differently: evidence made under other rules does not mix with it. */
export const RULES_VERSION = '4';

/** One difference at one place of the contract. */
export interface Finding {
  readonly rule: RuleId;
  readonly class: FindingClass;
  /** Where the contract declares what differs: a JSON pointer into the contract, or a derived one below a response. */
  readonly place: string;
  /** JSON types on both sides, legacy first, such as `integer→string`. */
  readonly types: string;
  /** JSON pointer into the two bodies, `header:<name>`, or `` for the whole response. */
  readonly at: string;
  /** The same as templates (`*` for an item or a key that is data), one for each place in the contract's words; at most 20. */
  readonly pointers: readonly string[];
  /** Stable id of this kind of finding on this operation: no values, no indices, no prose. */
  readonly fingerprint: string;
  /** Stable id of the cause: the same on every operation whose contract refers to the same place. */
  readonly cluster: string;
  /** In how many places of this one exchange it stands; `at` and the values are those of the first. */
  readonly count: number;
  /** Every change that turns legacy's value into the candidate's, in all of these places; none of a secret. */
  readonly transforms?: readonly string[];
  /** The differing sub-trees, redacted and bounded in size, as JSON values. */
  readonly legacy: unknown;
  readonly candidate: unknown;
  /** The sub-trees are left out, because there are examples enough of its cause. */
  readonly isBare?: true;
}

/** What identifies a kind of finding, before it is hashed. */
export interface FindingKind {
  readonly rule: RuleId;
  readonly operationId: string;
  readonly status: number;
  readonly mediaType: string;
  readonly place: string;
  readonly types: string;
}

export function fingerprintOf(kind: FindingKind): string {
  return fnv1a64([kind.rule, kind.operationId, kind.status, kind.mediaType, kind.place, kind.types].join('\n'));
}

export function clusterOf(kind: Pick<FindingKind, 'rule' | 'place' | 'types'>): string {
  return `C-${fnv1a64([kind.rule, kind.place, kind.types].join('\n')).slice(0, 10)}`;
}

export function worstClass(findings: readonly Pick<Finding, 'class'>[]): FindingClass | undefined {
  const rank = Math.max(-1, ...findings.map((finding) => FINDING_CLASSES.indexOf(finding.class)));
  return FINDING_CLASSES[rank];
}
