/** What the work comes to, or undefined when it takes longer, which does not end it. */
export async function within<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result | undefined> {
  const { promise: expired, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, timeoutMs, undefined);
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
