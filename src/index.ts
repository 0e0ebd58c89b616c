/** The library's face: run the proxy from a program of one's own. */
export { type App, createApp, type Seams } from './app.ts';
export { type Config, loadConfig, parseConfig } from './config/index.ts';
export { ParitygateError } from './core/index.ts';
export { type Middleware, type MiddlewareOptions, paritygate } from './middleware.ts';
