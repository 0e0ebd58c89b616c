import { messageOf } from './core/index.ts';

/** Work that should be done at a start, and may be done later where the start must not wait for it. */
export interface Eventually {
  /** Resolves once it is done, or when it is left for later. Rejects when it failed and must not be. */
  start(patient: boolean): Promise<void>;
  /** Why it is not done yet. */
  trouble(): string | undefined;
  stop(): void;
}

export interface EventuallyOptions {
  readonly work: () => Promise<void>;
  readonly everyMs: number;
  /** Told of the first failure. */
  readonly onTrouble: (reason: string) => void;
  readonly onDone: () => void;
}

export function createEventually({ work, everyMs, onTrouble, onDone }: EventuallyOptions): Eventually {
  let trouble: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function tryAgain(): Promise<void> {
    try {
      await work();
      trouble = undefined;
      onDone();
    } catch (error) {
      trouble = messageOf(error);
      if (!isStopped) timer = setTimeout(() => void tryAgain(), everyMs).unref();
    }
  }

  return {
    start: async (patient) => {
      try {
        await work();
      } catch (error) {
        if (!patient) throw error;
        trouble = messageOf(error);
        onTrouble(trouble);
        timer = setTimeout(() => void tryAgain(), everyMs).unref();
      }
    },
    trouble: () => trouble,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
