import { extname } from 'node:path';
import type { Cluster } from './core/index.ts';
import { createAnalyst } from './shadow/index.ts';

export interface RenderQuestion {
  readonly legacy: unknown;
  readonly candidate: unknown;
}

const BUDGET_MS = 250;
const MAX_MEMORY_MB = 128;

/** The difference of every exemplar as text, by cluster; null where it took too long or could not be shown. */
export async function renderExemplars(
  clusters: readonly Cluster[],
): Promise<ReadonlyMap<string, readonly (string | null)[]>> {
  const workerUrl = new URL(`./render-worker${extname(import.meta.url)}`, import.meta.url);
  const renderer = createAnalyst<RenderQuestion, string>({
    workerUrl,
    workerData: () => undefined,
    budgetMs: BUDGET_MS,
    maxPending: 1,
    maxMemoryMb: MAX_MEMORY_MB,
    onWarning: () => {},
  });
  await renderer.start();
  try {
    const rendered = new Map<string, (string | null)[]>();
    for (const { id, exemplars } of clusters) {
      const texts: (string | null)[] = [];
      for (const { legacy, candidate } of exemplars) {
        const asked = await renderer.ask({ legacy, candidate });
        texts.push(asked.kind === 'answer' ? asked.answer : null);
      }
      rendered.set(id, texts);
    }
    return rendered;
  } finally {
    await renderer.stop();
  }
}
