/** One change of a weight: a mark on the time line of the evidence. */
export interface Mark {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly group: string;
  /** Percent; null where the flag had no single weight. */
  readonly from: number | null;
  readonly to: number;
  readonly who: string;
  readonly reason?: string | undefined;
}
