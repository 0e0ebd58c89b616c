import { sleep } from 'k6';
import type { Options } from 'k6/options';
import { thresholds, useGateway } from './gateway.ts';

export const options: Options = { vus: 1, duration: '30s', thresholds };

// k6 calls the default export, once an iteration.
export default function smoke(): void {
  useGateway();
  sleep(1);
}
