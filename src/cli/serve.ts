import { pino } from 'pino';
import { createApp } from '../app.ts';
import { loadConfig } from '../config/index.ts';
import { EXIT, type ExitCode } from '../core/index.ts';

interface ServeOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Runs the proxy until SIGTERM or SIGINT, or until the parent that forked it is gone. */
export async function runServe(options: Partial<ServeOptions>): Promise<ExitCode> {
  const config = loadConfig(options.config ?? 'paritygate.yaml');
  const log = pino(
    { name: 'paritygate', level: process.env['LOG_LEVEL'] ?? 'info' },
    pino.destination({ dest: 2, sync: true }),
  );
  const app = createApp(config, { onWarning: (message) => log.warn(message) });
  for (const warning of app.contract.warnings) log.warn(warning);
  const { port, controlPort } = await app.start();
  const where = {
    url: `http://${hostOf(config.listen.host)}:${port}`,
    control: `http://${hostOf(config.control.listen.host)}:${controlPort}`,
  };
  if (options.json) console.log(JSON.stringify(where));
  else console.log(`listening on ${where.url}, control on ${where.control}`);
  const signal = await untilAsked();
  log.info(`${signal}: draining`);
  await app.stop();
  // The channel to a parent would keep this process alive.
  if (process.connected) process.disconnect();
  return EXIT.pass;
}

function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function untilAsked(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGINT', () => resolve('SIGINT'));
    process.once('disconnect', () => resolve('parent gone'));
  });
}
