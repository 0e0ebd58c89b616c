const START_MS = Date.UTC(2026, 0, 5, 8);

/** The moment that many seconds after the demo's first trading day began, in UTC. */
export function timeAt(seconds: number): string {
  return new Date(START_MS + Math.floor(seconds * 1_000)).toISOString();
}
