import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contract, loadContract, type Operation } from '../contract/index.ts';

/** Loads a contract from its text, through a real file. */
export function contractFrom(yaml: string): Contract {
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-contract-'));
  try {
    const file = join(directory, 'openapi.yaml');
    writeFileSync(file, yaml);
    const contract = loadContract(file);
    contract.operations.map((operation) => contract.response(operation, 200, 'application/json'));
    return contract;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A contract with one operation, `getThing`, whose 200 body has the given schema (YAML flow style). */
export function thingContract(
  schema: string,
  more = '',
): { readonly contract: Contract; readonly operation: Operation } {
  const contract = contractFrom(`openapi: 3.1.0
info: { title: Things, version: '1' }
paths:
  /thing:
    get:
      operationId: getThing
      responses:
        '200':
          description: a thing
          headers:
            X-Region: { required: true, schema: { type: string } }
            X-Note: { schema: { type: string } }
          content:
            application/json:
              schema: { $ref: '#/components/schemas/Thing' }
components:
  schemas:
    Thing: ${schema}
${more}`);
  const [operation] = contract.operations;
  if (!operation) throw new Error('the contract has no operation');
  return { contract, operation };
}
