export { type Decision, decide, type RoutedGroup } from './decide.ts';
export { createFlagSource, type FlagChange, type FlagSource, type FlagSourceStatus } from './flag-source.ts';
export { type FlagsDocument, parseFlags } from './flags-file.ts';
export { type StickyRequest, type StickyRule, stickyKey } from './sticky-key.ts';
