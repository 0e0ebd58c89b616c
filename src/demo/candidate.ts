import { runBackend } from './backend-process.ts';
import { createCandidate } from './candidate-app.ts';

await runBackend(createCandidate);
