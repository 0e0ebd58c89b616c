import type { MessagePort } from 'node:worker_threads';
import { createHousekeeping } from './housekeeping.ts';
import { openStore, type Store } from './store.ts';
import {
  type Numbered,
  toErrorData,
  type WriteAnswer,
  type WriteRequest,
  type WriterSetup,
} from './writer-protocol.ts';

/** The writing thread: answers each request once it is on disk, or with the reason why it is not. */
export function serveWrites(port: MessagePort, setup: WriterSetup): void {
  let store: Store | undefined;
  const housekeeping = createHousekeeping(setup.retention);

  function carryOut(request: WriteRequest): void {
    if (request.kind === 'close') return close();
    store ??= openStore(setup.store);
    if (request.kind === 'begin') return store.beginBinding(setup.binding);
    if (request.batch.record) store.recordWindow(request.binding, request.batch.record);
    for (const mark of request.batch.marks) store.recordMark(mark);
  }

  function close(): void {
    const closing = store;
    store = undefined;
    closing?.close();
  }

  function answer(request: WriteRequest): WriteAnswer {
    try {
      carryOut(request);
      return { kind: 'done', notice: store && housekeeping(store) };
    } catch (error) {
      // Opened anew for the next request: the file may have been replaced, repaired or unlocked by then.
      close();
      return { kind: 'failed', error: toErrorData(error) };
    }
  }

  port.on('message', (request: Numbered<WriteRequest>) => {
    port.postMessage({ ...answer(request), number: request.number } satisfies Numbered<WriteAnswer>);
    if (request.kind === 'close') port.close();
  });
}
