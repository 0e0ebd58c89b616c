import type { Options } from 'k6/options';
import { thresholds, useGateway } from './gateway.ts';

const REQUESTS_PER_ITERATION = 4;
const requestsPerSecond = Number(__ENV['RATE'] ?? 50);
const iterationsPerSecond = Math.max(1, Math.round(requestsPerSecond / REQUESTS_PER_ITERATION));

export const options: Options = {
  scenarios: {
    // Arrivals at a fixed rate, not a fixed number of users: users who wait for a slow service would send less, and so
    // hide that it is slow (coordinated omission).
    average: {
      executor: 'ramping-arrival-rate',
      startRate: 1,
      timeUnit: '1s',
      preAllocatedVUs: 20,
      maxVUs: 200,
      stages: [
        { target: iterationsPerSecond, duration: '30s' },
        { target: iterationsPerSecond, duration: '4m' },
        { target: 0, duration: '30s' },
      ],
    },
  },
  thresholds: { ...thresholds, dropped_iterations: ['count==0'] },
};

// k6 calls the default export, once an iteration.
export default function average(): void {
  useGateway();
}
