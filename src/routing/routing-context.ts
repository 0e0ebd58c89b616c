import type { Context } from 'unleash-client';

/** The context field that says where in its bucket a key lies; fractional weights are constraints on it. */
export const POSITION = 'routingPosition';
/** Positions run from 0 to below this. */
export const POSITIONS = 2 ** 32;

const POSITION_DIGITS = 8;

/**
 * What a strategy and its constraints can see of a request: the hashed key, under each name by which a flag may ask for
 * it (`default` and `userId` stickiness read the first), and its position. Nothing else of the request.
 */
export function contextOf(key: string): Context {
  const position = Number.parseInt(key.slice(-POSITION_DIGITS), 16);
  return { userId: key, sessionId: key, routingKey: key, [POSITION]: position };
}

/** Stickiness by one of these keeps a client on its side. */
export const STICKY: ReadonlySet<unknown> = new Set([undefined, '', 'default', 'userId', 'sessionId', 'routingKey']);

/** What a constraint can decide on; all else is absent from the context, or only a hash in it. */
export const CONSTRAINABLE: ReadonlySet<string> = new Set(['appName', 'environment', 'currentTime', POSITION]);
