export {
  acceptedSchema,
  loadAcceptances,
  type NewAcceptance,
  parseAcceptances,
  withAcceptances,
} from './accepted.ts';
export type { Address, Backends, Config, GroupConfig, ShadowConfig, StickinessKey } from './config.ts';
export { resolveGroups, type TaggedOperation } from './groups.ts';
export { assertListens, loadConfig, parseConfig, readConfigText } from './load.ts';
export { type ConfigPath, locate, type Places } from './places.ts';
export { configSchema } from './schema.ts';
