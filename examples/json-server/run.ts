// `node examples/json-server/run.ts`: json-server 0.17.4 behind Paritygate, its rewrite as the candidate, the traffic of
// requests.ts through the proxy, then the report and the gate. Ends with 0 when the report was written and the verdict was
// `fail`, which is what this candidate deserves.
import { join, relative } from 'node:path';
import { installBackends, startBackend } from './backends.ts';
import { drainProxy, EXIT, runGate, startProxy, type WrittenReport, writeReport } from './paritygate.ts';
import { stopProgram } from './processes.ts';
import { REQUESTS } from './requests.ts';
import { sendRequests } from './traffic.ts';
import { createWorkspace } from './workspace.ts';

async function run(): Promise<number> {
  await installBackends();
  const workspace = await createWorkspace(import.meta.dirname);
  const backends = [await startBackend('legacy', workspace), await startBackend('candidate', workspace)];
  const proxy = await startProxy(workspace);
  console.log(`Sending ${REQUESTS.length} requests through the proxy to json-server 0.17.4 ...`);
  printStatuses(await sendRequests(`http://127.0.0.1:${workspace.ports.proxy}`, REQUESTS));
  await drainProxy(proxy);
  await Promise.all(backends.map((backend) => stopProgram(backend)));
  const report = await writeReport(workspace);
  const verdict = await runGate(workspace);
  printReport(report);
  return conclude(verdict);
}

function printStatuses(statuses: ReadonlyMap<number, number>): void {
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} with ${status}`);
  console.log(`The clients were answered by legacy: ${counts.join(', ')}.\n`);
}

function printReport({ directory, clusters }: WrittenReport): void {
  const file = (name: string) => relative(process.cwd(), join(directory, name));
  console.log(`\n${clusters.length} causes, as examples/json-server/README.md explains them:`);
  for (const { id, rule, class: kind, place, title, exchanges } of clusters)
    console.log(`  ${id}  ${kind.padEnd(12)} ${rule} at ${place}, ${exchanges} exchanges\n      ${title}`);
  console.log(`\nThe report: ${file('report.html')} (also report.md, report.json and junit.xml)`);
}

function conclude(verdict: number | null): number {
  if (verdict !== EXIT.fail) {
    console.error(
      `\nThe gate ended with ${verdict} instead of ${EXIT.fail} (fail): this is not what the example expects.`,
    );
    return 1;
  }
  console.log('The verdict is fail, as it should be for this candidate, so the example ends with 0.');
  return 0;
}

// `exit` and not `exitCode`: whatever still runs after a failure is ended by it.
run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(4);
  },
);
