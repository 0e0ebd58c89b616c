import { pino } from 'pino';
import { EXIT, type ExitCode } from '../core/index.ts';
import { createSupervisor, type Reached, type Supervisor } from '../supervisor.ts';
import { rootWarning } from './serve-root.ts';

interface ServeOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Runs the proxy until SIGTERM or SIGINT, or until the parent that forked it is gone; SIGHUP reloads the config. */
export async function runServe(options: Partial<ServeOptions>): Promise<ExitCode> {
  const log = pino(
    { name: 'paritygate', level: process.env['LOG_LEVEL'] ?? 'info' },
    pino.destination({ dest: 2, sync: true }),
  );
  const supervisor = createSupervisor(options.config ?? 'paritygate.yaml', {
    onWarning: (message) => log.warn(message),
    onInfo: (message) => log.info(message),
    onOutput: (line, pid) => log.warn({ worker: pid }, line),
  });
  const asked = untilAsked();
  process.on('SIGHUP', () => void supervisor.reload());
  const started = supervisor.start().then((bound) => {
    printAddresses(bound, options.json === true);
    const unsafe = rootWarning(process.getuid?.());
    // Who forked this process chose its user, and has a terminal of its own to speak on.
    if (unsafe && !process.connected) log.warn(unsafe);
  });
  const reason = await Promise.race([started.then(() => asked), asked]);
  log.info(`${reason}: draining`);
  endAtOnceOn('SIGINT', supervisor);
  await supervisor.stop();
  // The channel to a parent would keep this process alive.
  if (process.connected) process.disconnect();
  return EXIT.pass;
}

function printAddresses({ listen, control, isSecure }: Reached, json: boolean): void {
  const where = { url: urlOf(isSecure ? 'https' : 'http', listen), control: urlOf('http', control) };
  if (json) console.log(JSON.stringify(where));
  else console.log(`listening on ${where.url}, control on ${where.control}`);
}

function urlOf(scheme: 'http' | 'https', { host, port }: Reached['listen']): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function untilAsked(): Promise<string> {
  return new Promise((resolve) => {
    // For good: a signal that is repeated must not end the process before its workers.
    process.on('SIGTERM', () => resolve('SIGTERM'));
    process.on('SIGINT', () => resolve('SIGINT'));
    process.once('disconnect', () => resolve('parent gone'));
  });
}

/** For whoever does not want to wait for the drain. */
function endAtOnceOn(signal: NodeJS.Signals, supervisor: Supervisor): void {
  process.once(signal, () => {
    supervisor.kill();
    process.exit(EXIT.interrupted);
  });
}
