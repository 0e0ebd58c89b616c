import { runBackend } from './backend-process.ts';
import { createLegacy } from './legacy-app.ts';

await runBackend(createLegacy);
