export { loadContract } from './load.ts';
export type * from './types.ts';
export { type ReadDocument, type Vendored, vendorContract } from './vendor.ts';
