// `node reply-from-server.ts PORT ORIGIN`: fastify with @fastify/reply-from over undici, bodies passed on unparsed.
import replyFrom from '@fastify/reply-from';
import fastify from 'fastify';

const [port, origin] = process.argv.slice(2);
const app = fastify({ keepAliveTimeout: 3_600_000 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
app.register(replyFrom, { base: origin ?? '', undici: { connections: 512, pipelining: 1 } });
app.all('/*', (request, reply) => reply.from(request.url));
await app.listen({ port: Number(port), host: '127.0.0.1' });
