import type { Intake } from './intake.ts';
import type { createStoreHealth } from './store-health.ts';
import type { Writer } from './writer.ts';
import { type Batch, fromErrorData } from './writer-protocol.ts';

/** Carries batches from the intake to the writing thread, one at a time, and lets go of none before it is written. */
export interface Delivery {
  /** Resolves once all that was taken in until now is written, or could not be; never rejects. */
  flush(): Promise<void>;
  isFlushing(): boolean;
  /**
   * Offered and not acknowledged. It may be on disk without our knowing, so it keeps its id and nothing is merged into
   * it. While it waits the open window just goes on growing: memory is bounded by these two.
   */
  unwritten(): Batch | undefined;
}

export interface DeliveryParts {
  readonly intake: Intake;
  readonly writer: Writer;
  readonly health: ReturnType<typeof createStoreHealth>;
  readonly onNotice: (notice: string) => void;
  readonly onFault: (fault: unknown) => void;
}

export function createDelivery({ intake, writer, health, onNotice, onFault }: DeliveryParts): Delivery {
  let unwritten: Batch | undefined;
  let flushes: Promise<void> = Promise.resolve();
  let isFlushing = false;

  async function offer(): Promise<boolean> {
    if (unwritten === undefined) return true;
    const answer = await writer.write(unwritten);
    if (answer.kind === 'failed') {
      health.noteFailed(fromErrorData(answer.error));
      return false;
    }
    unwritten = undefined;
    health.noteWritten();
    if (answer.notice !== undefined) onNotice(answer.notice);
    return true;
  }

  async function offerAll(): Promise<void> {
    isFlushing = true;
    try {
      if (!(await offer())) return;
      unwritten = intake.take();
      await offer();
    } finally {
      isFlushing = false;
    }
  }

  return {
    flush() {
      flushes = flushes.then(offerAll).catch(onFault);
      return flushes;
    },
    isFlushing: () => isFlushing,
    unwritten: () => unwritten,
  };
}
