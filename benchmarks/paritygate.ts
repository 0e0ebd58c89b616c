// The files that `paritygate serve` is run with.
import { createContract } from './contract.ts';

export interface Ports {
  readonly port: number;
  readonly controlPort: number;
  readonly legacy: number;
  /** Absent: forwarding only. */
  readonly candidate?: number;
}

export interface ParitygateFiles {
  readonly ports: Ports;
  readonly operations: number;
  readonly workers: number;
}

const FLAG = 'migrate.items';

export function paritygateFiles({ ports, operations, workers }: ParitygateFiles): Readonly<Record<string, string>> {
  return {
    'paritygate.yaml': configOf(ports, workers),
    'openapi.json': createContract(operations),
    'flags.json': JSON.stringify(FLAGS),
  };
}

function configOf({ port, controlPort, legacy, candidate }: Ports, workers: number): string {
  const backends = [
    `legacy: http://127.0.0.1:${legacy}`,
    ...(candidate === undefined ? [] : [`candidate: http://127.0.0.1:${candidate}`]),
  ];
  return `contract: openapi.json
listen: 127.0.0.1:${port}
control: { listen: 127.0.0.1:${controlPort} }
backends: { ${backends.join(', ')} }
groups:
  items: { tags: [items], flag: ${FLAG} }
flags: { file: flags.json }
stickiness: [header:x-user-id, ip]
shadow: { percent: ${candidate === undefined ? 0 : 100} }
store: sqlite:observations.db
graceMs: 2000
workers: ${workers}
`;
}

/** A weight of 0 percent that has to be evaluated for each request. */
const FLAGS = {
  version: 2,
  features: [
    {
      name: FLAG,
      type: 'release',
      enabled: true,
      strategies: [{ name: 'flexibleRollout', parameters: { rollout: '0', stickiness: 'default', groupId: FLAG } }],
    },
  ],
};
