import { test } from 'node:test';
import { HTTP11_PROBE } from '../testing/http11-probe.ts';
import { runRawCases } from '../testing/raw-cases.ts';

for (const side of ['legacy', 'candidate'] as const) {
  test(`the payloads of Http11Probe, with ${side} serving`, (t) => runRawCases(t, side, HTTP11_PROBE));
}
