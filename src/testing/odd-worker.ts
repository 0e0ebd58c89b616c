// A worker that does to its watchdog what a real one does on a bad day.
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (question: string) => {
  if (question === 'hang') for (;;);
  if (question === 'die') process.exit(7);
  if (question === 'grow') grow();
  if (question === 'throw') parentPort?.postMessage({ kind: 'threw', message: 'no' });
  else parentPort?.postMessage({ kind: 'answer', answer: question.toUpperCase() });
});
parentPort?.postMessage({ kind: 'ready' });

function grow(): void {
  const held: unknown[] = [];
  for (;;) held.push(new Array(100_000).fill(held.length));
}
