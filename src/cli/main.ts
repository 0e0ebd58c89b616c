#!/usr/bin/env node
import { refuseNode } from './node-floor.ts';

const refusal = refuseNode(process.version);
if (refusal) {
  console.error(refusal);
  process.exitCode = 4;
} else {
  const { runCli } = await import('./program.ts');
  process.exitCode = await runCli(process.argv.slice(2));
}
