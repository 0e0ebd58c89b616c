// `node idle-connections.ts PORT COUNT`: opens so many kept connections, sends one request over each, tells when all are
// answered, and then holds them until it is ended.
import { openConnection } from './connection.ts';
import { targetOf } from './items.ts';

const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const AT_ONCE = 50;
const REQUEST = Buffer.from(`GET ${targetOf('small', 0)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);

let opened = 0;
await Promise.all(Array.from({ length: AT_ONCE }, () => openSome()));
console.log(`open ${opened}`);
setInterval(() => {}, 60_000);

async function openSome(): Promise<void> {
  while (opened < count) {
    opened += 1;
    const connection = await openConnection(port, fail);
    await new Promise<number>((resolve) => connection.send(REQUEST, resolve));
  }
}

function fail(why: string): never {
  console.log(`failed ${why}`);
  process.exit(1);
}
