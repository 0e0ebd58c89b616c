import { z } from 'zod';
import { duration, excess, percent, share, text } from './notations.ts';

const latencyLimit = z
  .strictObject({
    max: duration({ min: '1ms', max: '1h' })
      .optional()
      .describe('Absolute bound of the quantile.')
      .meta({ examples: ['100ms'] }),
    over: excess()
      .optional()
      .describe(
        "Bound relative to legacy's own quantile, frozen once it is known. With `max` as well the lower one holds. Fast operations need the `+20ms`: 20% of 2 ms is noise.",
      )
      .meta({ examples: ['+20% +20ms'] }),
  })
  .refine((limit) => limit.max !== undefined || limit.over !== undefined, 'expected `max`, `over` or both')
  .describe("Bound of this quantile of the candidate's response times, as `max`, as `over` legacy's, or as both.")
  .meta({ examples: [{ max: '100ms' }] });

const latency = z
  .strictObject({
    p50: latencyLimit.optional(),
    p75: latencyLimit.optional(),
    p90: latencyLimit.optional(),
    p95: latencyLimit.optional(),
    p99: latencyLimit.optional(),
    'p99.9': latencyLimit.optional(),
  })
  .default({})
  .describe('Bounds by quantile, per operation; default none. p99 needs about 360 requests to pass, p99.9 about 3600.')
  .meta({ examples: [{ p99: { max: '100ms' } }] });

const errors = z
  .strictObject({
    margin: z
      .number('expected a number from 1 to 100')
      .min(1, 'expected a number from 1 to 100')
      .max(100, 'expected a number from 1 to 100')
      .default(1.2)
      .describe("How many times legacy's share of failed requests the candidate may have, default 1.2.")
      .meta({ examples: [1.2] }),
    floor: share()
      .prefault('0.1%')
      .describe(
        'Share that is allowed in any case, default 0.1%: where legacy never fails, no number of requests could prove zero.',
      )
      .meta({ examples: ['0.1%'] }),
  })
  .prefault({})
  .describe('Requests without a usable response: transport errors, timeouts and 5xx.')
  .meta({ examples: [{ margin: 1.2 }] });

export const gates = z
  .strictObject({
    parity: z
      .strictObject({
        limit: share()
          .prefault('0.1%')
          .describe(
            'Share of mismatching pairs that a pass excludes, default 0.1%. It takes 3568 pairs without a mismatch to pass at 0.1%, 356 at 1%.',
          )
          .meta({ examples: ['0.1%'] }),
      })
      .prefault({})
      .describe('Pairs of responses that differ in a way the contract does not allow.')
      .meta({ examples: [{ limit: '0.1%' }] }),
    errors,
    latency,
    accepted: z
      .strictObject({
        budget: percent()
          .prefault(20)
          .describe(
            "Share of an operation's pairs that may agree only by acceptance, default 20%. Beyond it most of what is judged is no longer parity but what was agreed on.",
          )
          .meta({ examples: ['20%'] }),
        operations: z
          .record(text('expected an operation id'), percent())
          .default({})
          .describe('Another budget for these operations, such as for one that lost a field on purpose.')
          .meta({ examples: [{ getTrade: '100%' }] }),
      })
      .prefault({})
      .describe('Differences that are intended and stand in the file that `accepted` names.')
      .meta({ examples: [{ budget: '20%' }] }),
    exempt: z
      .record(text('expected an operation id'), text('expected the reason why it is not judged'))
      .default({})
      .describe(
        'Operations that no gate judges, each with the reason; the report prints it. Everything else must pass.',
      )
      .meta({ examples: [{ createTrade: 'moves after the freeze' }] }),
  })
  .prefault({})
  .describe('What each operation must show before the candidate may take its traffic.')
  .meta({ examples: [{ parity: { limit: '0.1%' } }] });
