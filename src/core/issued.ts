/** What each side issued in the same place of a pair: an id, a token or a cursor that a client sends back. */
export interface Issued {
  /** What it is called in the contract (`x-parity: { alias: … }`), or `cookie:<name>`. */
  readonly name: string;
  readonly legacy: string;
  readonly candidate: string;
}

/** A parameter by which a client sends back what was issued. */
export interface AliasParameter {
  readonly in: 'query' | 'path' | 'header' | 'cookie';
  /** Of a header in lower case. */
  readonly name: string;
  /** What is sent by it, as in `Issued`. */
  readonly alias: string;
  /** Of a path its segment, counted from the end: 1 is the last. */
  readonly segment?: number | undefined;
}
