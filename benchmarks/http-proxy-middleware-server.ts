// `node http-proxy-middleware-server.ts PORT ORIGIN`: http-proxy-middleware at its leanest: on a plain server, adding no
// header, and with connections that are kept, without which it would be several times slower.
import { Agent, createServer } from 'node:http';
import { createProxyMiddleware } from 'http-proxy-middleware';

const [port, origin] = process.argv.slice(2);
const proxy = createProxyMiddleware({ target: new URL(origin ?? ''), agent: new Agent({ keepAlive: true }) });
const server = createServer((request, response) => void proxy(request, response, () => response.destroy()));
server.keepAliveTimeout = 3_600_000;
server.listen(Number(port), '127.0.0.1');
