// `node examples/json-server/generate-db.ts` writes db.json.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase } from './database.ts';

writeFileSync(join(import.meta.dirname, 'db.json'), `${JSON.stringify(createDatabase(), null, 2)}\n`);
