import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRandom } from '../testing/http1-replies.ts';
import { GatheredBody } from './gathered-body.ts';

function gather(capBytes: number, pieces: readonly Buffer[]): GatheredBody {
  const body = new GatheredBody(capBytes);
  for (const piece of pieces) body.add(piece);
  return body;
}

test('the whole is what the pieces were, however it is cut', () => {
  const random = createRandom(7);
  const text = Buffer.from(Array.from({ length: 50_000 }, () => Math.floor(random() * 256)));
  for (let round = 0; round < 200; round++) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < text.length; at += pieces.at(-1)?.length ?? 0)
      pieces.push(Buffer.from(text.subarray(at, at + 1 + Math.floor(random() ** 6 * 20_000))));
    assert.ok(gather(text.length, pieces).whole()?.equals(text));
  }
});

test('nothing, and one piece, are what they are', () => {
  const piece = Buffer.from('{}');
  assert.equal(new GatheredBody(10).whole()?.length, 0);
  assert.equal(gather(10, [piece]).whole(), piece);
});

test('more than the cap is not kept, and still counted', () => {
  const body = gather(4, [Buffer.from('ab'), Buffer.from('cd')]);
  assert.equal(body.whole()?.toString(), 'abcd');
  body.add(Buffer.from('e'));
  assert.deepEqual([body.whole(), body.length], [undefined, 5]);
});

test('room is made for what is expected, never for more than the cap, and what is longer is kept all the same', () => {
  const body = new GatheredBody(1_000);
  body.expect(10);
  for (const piece of ['01234', '56789']) body.add(Buffer.from(piece));
  assert.equal(body.whole()?.buffer.byteLength, 10);
  for (let more = 0; more < 90; more++) body.add(Buffer.from('x'));
  assert.equal(body.whole()?.length, 100);
  const liar = new GatheredBody(100);
  liar.expect(1_000_000_000);
  for (const piece of ['a', 'b']) liar.add(Buffer.from(piece));
  assert.deepEqual([liar.whole()?.toString(), liar.whole()?.buffer.byteLength], ['ab', 100]);
});

test('single bytes cost little more than a byte each', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void; // what the flag defines
  const usedBytes = (): number => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = usedBytes();
  const bodies = Array.from({ length: 10 }, () => new GatheredBody(100_000));
  for (let byte = 0; byte < 100_000; byte++) for (const body of bodies) body.add(Buffer.from('x'));
  const grownBytes = usedBytes() - before;
  assert.ok(bodies.every((body) => body.length === 100_000));
  assert.ok(grownBytes < 5_000_000, `${grownBytes} bytes for 1,000,000`);
});
