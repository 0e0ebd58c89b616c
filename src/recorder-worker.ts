// Entry of the thread that writes observations, so that a slow, locked or full disk never holds up live traffic.
import { parentPort, workerData } from 'node:worker_threads';
import { serveWrites } from './observations/index.ts';

if (parentPort) serveWrites(parentPort, workerData);
