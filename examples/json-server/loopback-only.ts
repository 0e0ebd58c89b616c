import { Server } from 'node:net';

// Preloaded into the candidate: json-server 1.0.0-beta.15 takes `--host` and prints it, but listens on every interface
// (its bin.js calls `listen(port, callback)`). Fake data or not, an example has no business on the network.

const listen = Server.prototype.listen;

function listenOnLoopback(this: Server, ...args: unknown[]): Server {
  const [port, ...rest] = args;
  if (typeof port !== 'number') return Reflect.apply(listen, this, args);
  const callback = rest.find((argument) => typeof argument === 'function');
  return Reflect.apply(listen, this, callback ? [port, '127.0.0.1', callback] : [port, '127.0.0.1']);
}

Server.prototype.listen = listenOnLoopback;
