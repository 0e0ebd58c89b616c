import { z } from 'zod';
import { backend } from './backend-schema.ts';
import { gates } from './gates-schema.ts';
import {
  address,
  count,
  duration,
  isLoopback,
  markName,
  milliseconds,
  network,
  percent,
  stickinessKey,
  store,
  text,
} from './notations.ts';
import { redaction } from './redaction-schema.ts';
import { retention } from './retention-schema.ts';
import { groupTimeouts, timeouts } from './timeouts-schema.ts';
import { listenerTls } from './tls-schema.ts';

// The whole file, once: what is allowed, what a field falls back to, and its manual. The published JSON Schema, the error
// messages and the types all come from here. `examples` is what an error proposes.

const legacy = backend()
  .describe(
    'The backend that is to be replaced. It serves whatever the candidate may not, and every request when in doubt.',
  )
  .meta({ examples: ['http://127.0.0.1:3000'] });
const candidate = backend()
  .optional()
  .describe('The backend that is to replace it. Without one, legacy serves everything and nothing is compared.')
  .meta({ examples: ['http://127.0.0.1:4000'] });

const backends = z
  .strictObject({ legacy, candidate })
  .describe(
    'The two sides of the migration, each as an origin: scheme, host and port. Requests keep their own path and query. A map with `url`, `tls` and `socket` says more.',
  )
  .meta({ examples: [{ legacy: 'http://127.0.0.1:3000', candidate: 'http://127.0.0.1:4000' }] });

const repeat = z
  .enum(['safe', 'idempotent', 'any'], 'expected safe, idempotent or any')
  .describe(
    'What legacy carries out when the candidate had the request and failed before the first byte of its answer, default safe: GET, HEAD and OPTIONS. `idempotent` adds PUT and DELETE (RFC 9110 section 9.2.2). `any` adds POST and PATCH: only where a write that both backends carry out does no harm. Anything else is answered with 502. Bodies are repeated up to 64 KiB.',
  )
  .meta({ examples: ['safe'] });

const budgetPercent = percent()
  .describe(
    "Share of the candidate's requests that legacy may take over within ten seconds, default 20, but always a hundred. Beyond it the failure is told to the client, so that a failing candidate cannot send all its load to legacy a second time.",
  )
  .meta({ examples: [20] });

const fallback = z
  .strictObject({ repeat: repeat.default('safe'), budgetPercent: budgetPercent.prefault(20) })
  .prefault({})
  .describe('What happens to a request when the candidate that was to serve it fails.')
  .meta({ examples: [{ repeat: 'safe' }] });

const groupFallback = z
  .strictObject({ repeat: repeat.optional(), budgetPercent: budgetPercent.optional() })
  .optional()
  .describe('Only for this group, instead of what `fallback` says for all.')
  .meta({ examples: [{ repeat: 'idempotent' }] });

const group = z
  .strictObject({
    operations: z
      .array(text('expected an operation id'))
      .default([])
      .describe('Operation ids of the contract. Each belongs to at most one group.')
      .meta({ examples: [['listTrades']] }),
    tags: z
      .array(text('expected a tag of the contract'))
      .default([])
      .describe('Tags of the contract; every operation that carries one belongs to the group.')
      .meta({ examples: [['trades']] }),
    flag: text('expected the name of a feature flag')
      .describe('The feature flag whose weight decides who serves the group. Groups that share a flag move together.')
      .meta({ examples: ['migrate.trades'] }),
    legacy: legacy.optional().describe('Only for this group, instead of `backends.legacy`.'),
    candidate: candidate.describe('Only for this group, instead of `backends.candidate`.'),
    fallback: groupFallback,
    timeouts: groupTimeouts,
  })
  .refine((value) => value.operations.length + value.tags.length > 0, 'expected `operations`, `tags` or both')
  .meta({ examples: [{ operations: ['listTrades'], flag: 'migrate.trades' }] });

const groups = z
  .record(z.string().regex(/^[A-Za-z0-9][\w.-]*$/, 'expected a group name of letters, digits, `.`, `_` and `-`'), group)
  .default({})
  .describe('Operations that migrate together, by name. What is in no group is always served by legacy.')
  .meta({ examples: [{ trades: { operations: ['listTrades'], flag: 'migrate.trades' } }] });

const shadow = z
  .strictObject({
    percent: percent()
      .prefault(100)
      .describe('Share of eligible requests that are mirrored, default 100. The rest counts as `sampled-out`.')
      .meta({ examples: [100] }),
    methods: z
      .array(
        z.enum(
          ['GET', 'HEAD', 'OPTIONS'],
          'expected GET, HEAD or OPTIONS: mirroring any other method would write twice',
        ),
      )
      .default(['GET', 'HEAD'])
      .describe(
        'Methods that are mirrored, default GET and HEAD. Only safe ones (RFC 9110 section 9.2.1): the other side would carry out anything else a second time.',
      )
      .meta({ examples: [['GET', 'HEAD']] }),
    concurrency: count(1, 10_000)
      .default(64)
      .describe('Mirrored requests in flight, default 64. It bounds the load that mirroring puts on a backend.')
      .meta({ examples: [64] }),
    queue: count(0, 100_000)
      .default(256)
      .describe(
        'Mirrored requests that may wait for a free place, default 256; beyond it they are dropped and counted. Memory grows by up to `maxBodyBytes` for each.',
      )
      .meta({ examples: [256] }),
    connectionsPerSecond: count(1, 100_000)
      .default(10)
      .describe(
        'Connections that mirroring may open in a second, default 10, after a pause those of eight seconds at once. A candidate that keeps its connections needs few; one that closes each after its answer has only so many requests compared, and the others are counted as `shadow-dropped`: connecting is work that live requests would have to wait for.',
      )
      .meta({ examples: [10] }),
    timeoutMs: milliseconds(1)
      .default(5_000)
      .describe(
        "Time for a mirrored request, first to last byte, default 5000. A slower shadow counts as that side's error.",
      )
      .meta({ examples: [5_000] }),
    maxBodyBytes: count(0, 268_435_456)
      .default(2_097_152)
      .describe(
        'Largest body kept for comparing, default 2 MiB. Larger ones are served all the same and counted as `body-too-large`.',
      )
      .meta({ examples: [2_097_152] }),
    mark: markName()
      .prefault('x-paritygate-shadow')
      .describe(
        'Header that mirrored requests carry, default x-paritygate-shadow, so that a backend can tell them from live ones. It is taken out of every request that comes in.',
      )
      .meta({ examples: ['x-paritygate-shadow'] }),
  })
  .prefault({})
  .describe('Mirroring to the side that did not serve. Whatever is set here, the live request is not delayed by it.')
  .meta({ examples: [{ percent: 100 }] });

const confirm = z
  .strictObject({
    perSecond: z
      .number('expected a number from 0 to 10000')
      .min(0, 'expected a number from 0 to 10000')
      .max(10_000, 'expected a number from 0 to 10000')
      .default(20)
      .describe(
        'Mismatches per second that are read a second time from both sides, default 20; 0 turns it off. What is not read again counts as a mismatch, so a low value makes the gate stricter, never laxer.',
      )
      .meta({ examples: [20] }),
    delayMs: milliseconds(0)
      .default(50)
      .describe(
        'Wait before the second read, default 50. Too short, and a write in flight still looks like a difference.',
      )
      .meta({ examples: [50] }),
  })
  .prefault({})
  .describe('The second read that tells a difference from data that moved between the two first reads.')
  .meta({ examples: [{ perSecond: 20 }] });

const probe = z
  .strictObject({
    percent: percent()
      .prefault(1)
      .describe(
        'Share of mirrored requests for which legacy is asked twice, default 1; 0 turns it off. It is drawn by chance.',
      )
      .meta({ examples: [1] }),
    perSecond: z
      .number('expected a number from 0 to 10000')
      .min(0, 'expected a number from 0 to 10000')
      .max(10_000, 'expected a number from 0 to 10000')
      .default(5)
      .describe('Of these, how many in a second, default 5: legacy carries them besides its live requests.')
      .meta({ examples: [5] }),
  })
  .prefault({})
  .describe(
    'A/A probes: what legacy disagrees with itself about, place by place. A value that is another one each time is no fault of the candidate.',
  )
  .meta({ examples: [{ percent: 1 }] });

const control = z
  .strictObject({
    listen: address()
      .refine(
        isLoopback,
        'expected a loopback address: the control API has no tokens yet, so it must not be reachable from elsewhere',
      )
      .prefault('127.0.0.1:9090')
      .describe(
        'Where the control API listens, default 127.0.0.1:9090. Loopback only: whoever reaches it moves traffic.',
      )
      .meta({ examples: ['127.0.0.1:9090'] }),
  })
  .prefault({})
  .describe('The control API: state, weights and reports. It is served apart from client traffic.')
  .meta({ examples: [{ listen: '127.0.0.1:9090' }] });

const flags = z
  .strictObject({
    file: text('expected the path of a flags file')
      .default('flags.json')
      .describe(
        "Feature flags in Unleash's client-features format, default `flags.json`; changes take effect while running.",
      )
      .meta({ examples: ['flags.json'] }),
  })
  .prefault({})
  .describe('Where the weights come from.')
  .meta({ examples: [{ file: 'flags.json' }] });

/** `paritygate.yaml`. Paths are relative to the directory of the file. */
export const configSchema = z.strictObject({
  contract: text('expected the path of an OpenAPI document')
    .describe('The OpenAPI 3.0 or 3.1 document that both backends are judged by.')
    .meta({ examples: ['openapi.yaml'] }),
  overlays: z
    .array(text('expected the path of an OpenAPI Overlay'))
    .default([])
    .describe(
      'OpenAPI Overlays (1.0 or 1.1) that are applied to the contract in this order, default none: what is said of lists and values with `x-parity` need not stand in the contract itself.',
    )
    .meta({ examples: [['contracts/parity.overlay.yaml']] }),
  accepted: text('expected the path of a file')
    .default('contracts/accepted.yaml')
    .describe(
      'Differences that are intended, each with owner, reason and expiry, default `contracts/accepted.yaml`. `paritygate diff accept` writes it; without it nothing is accepted.',
    )
    .meta({ examples: ['contracts/accepted.yaml'] }),
  listen: address()
    .prefault('127.0.0.1:8080')
    .describe(
      'Where clients connect, default 127.0.0.1:8080; port 0 takes a free one. In a container listen on 0.0.0.0:8080.',
    )
    .meta({ examples: ['127.0.0.1:8080'] }),
  tls: listenerTls,
  control,
  workers: count(1, 64)
    .default(1)
    .describe(
      'Processes that serve requests, default 1; no more than there are cores. With two or more, new connections are taken also while one that crashed is replaced. What `shadow`, `confirm` and `probe` bound is dealt out among them.',
    )
    .meta({ examples: [2] }),
  backends,
  groups,
  stickiness: z
    .array(stickinessKey())
    .min(1, 'expected at least one key')
    .prefault(['ip'])
    .describe(
      'What keeps a client on one side, in order of preference, default [ip]. Behind a load balancer `ip` is its address, so that all clients move at once: use a header or cookie.',
    )
    .meta({ examples: [['header:x-user-id', 'ip']] }),
  trustedProxies: z
    .array(network())
    .default([])
    .describe(
      'Networks of the proxies in front, in CIDR notation, default none. From there `X-Forwarded-*`, `X-Real-IP` and `Forwarded` are kept and extended, and stickiness by `ip` is that of the client behind them; from anywhere else they are replaced. Name only what clients cannot reach you from: whoever is trusted can claim any address.',
    )
    .meta({ examples: [['10.0.0.0/8']] }),
  flags,
  shadow,
  confirm,
  probe,
  redaction,
  fallback,
  timeouts,
  maxInFlight: count(1, 1_000_000)
    .default(2_048)
    .describe(
      'Live requests in flight of one worker, default 2048. What comes beyond it is answered with 503 and `Retry-After` at once, instead of growing a queue that nobody is served from in time.',
    )
    .meta({ examples: [2_048] }),
  graceMs: milliseconds(0)
    .default(10_000)
    .describe(
      'Time that requests in flight get on a stop, default 10000. Keep it below what the platform waits before it kills.',
    )
    .meta({ examples: [10_000] }),
  window: duration({ min: '100ms', max: '1h' })
    .prefault('10s')
    .describe('Time that one window of counters covers, default 10s. A crash loses at most one window.')
    .meta({ examples: ['10s'] }),
  retention,
  store: store()
    .prefault('sqlite:.paritygate/observations.db')
    .describe('Where observations are kept, default sqlite:.paritygate/observations.db.')
    .meta({ examples: ['sqlite:.paritygate/observations.db'] }),
  candidateBuild: text('expected a string (put quotes around a number)')
    .default('unknown')
    .describe(
      `Version of the candidate, such as a commit; \${CANDIDATE_BUILD} reads it from the environment. Evidence made with another build does not count.`,
    )
    .meta({ examples: ['"2026.1"'] }),
  reports: text('expected the path of a directory')
    .default('reports')
    .describe('Directory that reports are written to, default `reports`.')
    .meta({ examples: ['reports'] }),
  gates,
});

/** The file's content with defaults filled in and notations parsed, before paths are resolved. */
export type Settings = z.output<typeof configSchema>;
