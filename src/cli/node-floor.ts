// Imports nothing: it runs before anything that an old Node cannot load.

/** The oldest patch release of each line that cannot be smuggled through, as `engines` in package.json. */
const FLOORS: readonly (readonly [major: number, minor: number, patch: number])[] = [
  [22, 23, 2],
  [24, 18, 1],
  [26, 5, 1],
];

/** Why this Node may not run the proxy; undefined when it may. */
export function refuseNode(version: string): string | undefined {
  const [major = 0, minor = 0, patch = 0] = version.replace(/^v/, '').split('.').map(Number);
  const floor = FLOORS.find(([line]) => line === major);
  const isNewer = major > 26;
  if (isNewer || (floor && (minor > floor[1] || (minor === floor[1] && patch >= floor[2])))) return undefined;
  return (
    `PG_NODE_TOO_OLD  Node ${version} is not supported: below 22.23.2, 24.18.1 and 26.5.1 Node hides part of a large header ` +
    'block while it still honours the framing in it, so that a client can smuggle requests past any proxy (CVE-2026-58044).\n' +
    '  fix: install Node 24.18.1 or later of that line'
  );
}
