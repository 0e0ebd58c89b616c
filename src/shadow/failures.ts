// What a failed mirrored request says about the backend that it went to.

/** Failures of the lane itself: nobody was there to be asked, or it gave up for reasons of its own. */
const OUR_OWN: ReadonlySet<string> = new Set([
  'NO_BACKEND',
  'UNSENDABLE',
  'HELD_BACK',
  'PG_CLIENT_STOPPED',
  'PG_HANDLER_FAULT',
  'PG_NO_CONNECTION_LEFT',
]);

export function isOurOwn(code: string): boolean {
  return OUR_OWN.has(code);
}
