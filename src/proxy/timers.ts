/** Timers as a port, so that tests fabricate the time that connections grow old in. */
export interface Timers {
  /** Runs something once after a while; the returned function cancels it. A pending timer keeps no process alive. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
