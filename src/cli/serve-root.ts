/** One sentence when the proxy runs with more rights than it needs; `uid` is undefined where there are no such users. */
export function rootWarning(uid: number | undefined): string | undefined {
  if (uid !== 0) return undefined;
  return 'running as root, which a proxy has no need of: start it as another user (in a container, `USER node`; for a port below 1024, the capability CAP_NET_BIND_SERVICE)';
}
