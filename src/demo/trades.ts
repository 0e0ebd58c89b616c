import { createRandom, type Random } from './random.ts';
import { timeAt } from './time.ts';

export interface Instrument {
  readonly symbol: string;
  readonly isin: string;
  readonly name: string;
}

export interface Trade {
  readonly id: number;
  readonly reference: string;
  readonly instrument: Instrument;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly price: string;
  readonly notional: string;
  readonly currency: Currency;
  readonly status: 'pending' | 'booked' | 'settled' | 'cancelled';
  readonly tradedAt: string;
  readonly confirmation?: string;
  readonly tags: readonly string[];
}

export interface Fill {
  readonly id: number;
  readonly venue: string;
  readonly quantity: number;
  readonly price: string;
  readonly filledAt: string;
}

export interface Settlement {
  readonly tradeId: number;
  readonly status: 'instructed' | 'matched' | 'settled' | 'failed';
  readonly settlesAt: string;
  readonly net: string;
  readonly currency: Currency;
  readonly account: string;
}

export type Currency = (typeof CURRENCIES)[number];

/** A trade and what hangs on it. `number` counts from 1: drifts choose their records by it. */
export interface TradeRecord {
  readonly number: number;
  readonly trade: Trade;
  readonly fills: readonly Fill[];
  readonly settlement: Settlement;
}

export const CURRENCIES = ['EUR', 'GBP', 'USD'] as const;

export const INSTRUMENTS = [
  { symbol: 'ALDR', isin: 'DE000A1DR009', name: 'Alder Rail' },
  { symbol: 'BRCH', isin: 'GB00B1RCH017', name: 'Birch & Sons' },
  { symbol: 'CEDR', isin: 'US1CEDR00025', name: 'Cedar Foods' },
  { symbol: 'DGWD', isin: 'FR000D0GWD33', name: 'Dogwood Energy' },
  { symbol: 'ELMS', isin: 'NL000E1MS041', name: 'Elms Shipping' },
] as const satisfies readonly Instrument[];

const TAGS = ['algo', 'block', 'client', 'desk-7', 'esg', 'otc', 'voice'] as const;

/** The id does not depend on the seed, so that traffic knows it without the data. */
export function tradeIdOf(number: number): number {
  return 100_000 + number;
}

export function createTradeRecord(seed: number, number: number): TradeRecord {
  const random = createRandom(`${seed}/trade/${number}`);
  const trade = createTrade(random, number);
  return { number, trade, fills: createFills(random, trade), settlement: createSettlement(random, trade) };
}

/** `123456` cents are `1234.56`. */
export function formatCents(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function parseCents(amount: string): number {
  return Number(amount.replace('.', ''));
}

function createTrade(random: Random, number: number): Trade {
  const id = tradeIdOf(number);
  const quantity = random.integer(1, 5_000);
  const priceCents = random.integer(125, 90_000);
  const trade: Trade = {
    id,
    reference: `TR-${String(number).padStart(6, '0')}`,
    instrument: random.pick(INSTRUMENTS),
    side: random.pick(['buy', 'sell']),
    quantity,
    price: formatCents(priceCents),
    notional: formatCents(priceCents * quantity),
    currency: random.pick(CURRENCIES),
    status: random.pick(['booked', 'settled', 'settled', 'cancelled']),
    tradedAt: timeAt(number * 61 + random.next()),
    tags: pickTags(random),
  };
  return random.chance(0.7) ? { ...trade, confirmation: `https://confirmations.example/trades/${id}.pdf` } : trade;
}

/** Two to four different ones: an array in another order needs at least two items. */
function pickTags(random: Random): string[] {
  const first = random.integer(0, TAGS.length - 1);
  const count = random.integer(2, 4);
  return Array.from({ length: count }, (_, step) => TAGS[(first + step * 3) % TAGS.length] ?? TAGS[0]);
}

function createFills(random: Random, trade: Trade): Fill[] {
  const count = Math.min(trade.quantity, random.integer(1, 4));
  const share = Math.floor(trade.quantity / count);
  return Array.from({ length: count }, (_, index) => ({
    id: trade.id * 10 + index + 1,
    venue: random.pick(['XETR', 'XLON', 'XPAR']),
    quantity: index === 0 ? trade.quantity - share * (count - 1) : share,
    price: trade.price,
    filledAt: timeAt((trade.id - 100_000) * 61 + index + random.next()),
  }));
}

function createSettlement(random: Random, trade: Trade): Settlement {
  const feeCents = random.integer(100, 2_500);
  const sign = trade.side === 'buy' ? -1 : 1;
  return {
    tradeId: trade.id,
    status: random.pick(['instructed', 'matched', 'settled', 'failed']),
    settlesAt: timeAt((trade.id - 100_000) * 61 + 2 * 86_400),
    net: formatCents(sign * parseCents(trade.notional) - feeCents),
    currency: trade.currency,
    account: `ACC-${random.integer(1_000, 9_999)}`,
  };
}
