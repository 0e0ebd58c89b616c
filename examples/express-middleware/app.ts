// `npm run example:express`: an Express app with Paritygate mounted in it, a rewrite of the app with one flaw as the
// candidate, some traffic, and what the gate says of it. Ends with 0 when the verdict is the one that the flaw deserves.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import express, { type Express } from 'express';
import { paritygate } from '../../src/index.ts'; // in an app of yours: from 'paritygate'

const CONFIG = join(import.meta.dirname, 'paritygate.yaml');
const BOOKS = [
  { id: 1, title: 'Emma', price: 12.5 },
  { id: 2, title: 'Middlemarch', price: 14 },
];

/** The app as it was: nothing in its routes knows of Paritygate. */
function addRoutes(app: Express, priceOf = (price: number): unknown => price): Express {
  const shown = BOOKS.map((book) => ({ ...book, price: priceOf(book.price) }));
  app.get('/books', (_, response) => void response.json(BOOKS));
  app.get('/books/:id', (request, response) => void response.json(shown[Number(request.params.id) - 1]));
  app.post('/books', express.json(), (request, response) => void response.status(201).json(request.body));
  return app;
}

async function listen(app: Express, port: number): Promise<Server> {
  const server = app.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function sendTraffic(origin: string): Promise<void> {
  const book = JSON.stringify({ id: 3, title: 'Dubliners', price: 9 });
  for (let user = 0; user < 300; user += 1) {
    const headers = { 'x-user-id': `user-${user}`, 'content-type': 'application/json' };
    const paths = ['/books', `/books/${(user % 2) + 1}`];
    await Promise.all(paths.map((path) => fetch(origin + path, { headers }).then((answer) => answer.text())));
    if (user % 10 === 0) await fetch(`${origin}/books`, { method: 'POST', headers, body: book });
  }
}

async function judge(): Promise<number> {
  const cli = join(import.meta.dirname, '../../src/cli/main.ts');
  const gate = spawn(process.execPath, [cli, 'gate', '--config', CONFIG], { stdio: 'inherit' });
  const [code] = (await once(gate, 'exit')) as [number | null]; // as Node documents the event
  return code ?? 4;
}

await rm(join(import.meta.dirname, '.paritygate'), { recursive: true, force: true });
// The rewrite says a price as a string.
const candidate = await listen(addRoutes(express(), String), 14100);

const app = express();
const parity = await paritygate({ config: CONFIG });
app.use(parity);
addRoutes(app);
const server = await listen(app, 13100);

console.log('Sending 630 requests to the app; every fifth user is served by its rewrite ...\n');
await sendTraffic('http://127.0.0.1:13100');

await parity.stop();
for (const each of [server, candidate]) each.close().closeAllConnections();
const FAIL = 1;
process.exitCode = (await judge()) === FAIL ? 0 : 1;
