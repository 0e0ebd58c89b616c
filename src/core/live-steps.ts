/**
 * Counts what live requests do on a thread: a request that comes is a step, and so is an answer or a piece of one. Work
 * that can wait tells by it which turns of the event loop were theirs.
 */
export class LiveSteps {
  #taken = 0;

  take(): void {
    this.#taken += 1;
  }

  get taken(): number {
    return this.#taken;
  }
}
