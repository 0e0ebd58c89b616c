import { z } from 'zod';

const strict = z
  .boolean('expected true or false')
  .default(false)
  .describe(
    'Keep no value at all, default false: of what differs only names, types and lengths are stored, of a request its path template and the names of its parameters. Reports then say where two answers differ and not how.',
  )
  .meta({ examples: [true] });

export const redaction = z
  .strictObject({ strict })
  .prefault({})
  .describe(
    'What is kept of the values that differ. Secrets are never kept: what the contract calls `format: password`, `writeOnly` or `x-sensitive`, what has the name of one, and e-mails, tokens, cards and accounts wherever they stand.',
  )
  .meta({ examples: [{ strict: true }] });
