// `node http-proxy-middleware-express.ts PORT ORIGIN`: http-proxy-middleware as its documentation shows it, in an Express app,
// and told to add the forwarding headers that Paritygate adds. It keeps its connections by itself.
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const [port, origin] = process.argv.slice(2);
const app = express();
app.use('/', createProxyMiddleware({ target: origin ?? '', changeOrigin: true, xfwd: true }));
const server = app.listen(Number(port), '127.0.0.1');
server.keepAliveTimeout = 3_600_000;
