// json-diff renders one small, redacted sub-tree for people. It runs here because it is quadratic and may have to be
// killed (docs/decisions/0004): verdicts never come from it.

import { parentPort } from 'node:worker_threads';
import { diffString } from 'json-diff';
import { messageOf } from './core/index.ts';
import type { RenderQuestion } from './render.ts';

parentPort?.on('message', ({ legacy, candidate }: RenderQuestion) => {
  parentPort?.postMessage(render(legacy, candidate));
});
parentPort?.postMessage({ kind: 'ready' });

function render(legacy: unknown, candidate: unknown): unknown {
  try {
    return { kind: 'answer', answer: diffString(legacy, candidate, { color: false, full: true }) };
  } catch (error) {
    return { kind: 'threw', message: messageOf(error) };
  }
}
