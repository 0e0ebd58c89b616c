import { z } from 'zod';
import { count, duration } from './notations.ts';

const age = duration({ min: '1h', max: '3650d' })
  .prefault('30d')
  .describe(
    'How long examples of differences are kept, and all evidence about builds, contracts and rules other than the running ones, default 30d.',
  )
  .meta({ examples: ['30d'] });

const maxBytes = count(1_048_576, 2 ** 50)
  .default(1_073_741_824)
  .describe(
    'Size of the store, default 1073741824 (1 GiB). Beyond it evidence about earlier builds is given up before its time. What the verdict on the running build rests on is always kept: if that alone is more, a warning says so.',
  )
  .meta({ examples: [1_073_741_824] });

export const retention = z
  .strictObject({ age, maxBytes })
  .prefault({})
  .describe('What the store gives up, and when.')
  .meta({ examples: [{ age: '30d' }] });
