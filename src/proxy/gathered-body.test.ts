import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRandom } from '../testing/http1-replies.ts';
import { GatheredBody } from './gathered-body.ts';

const NOTHING = Buffer.alloc(0);

function gather(capBytes: number, pieces: readonly Buffer[]): GatheredBody {
  const body = new GatheredBody(capBytes);
  for (const piece of pieces) body.add(piece);
  return body;
}

test('the whole is what the pieces were, however it is cut', () => {
  const random = createRandom(7);
  const text = Buffer.from(Array.from({ length: 50_000 }, () => Math.floor(random() * 256)));
  for (let round = 0; round < 100; round++) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < text.length; at += pieces.at(-1)?.length ?? 0)
      pieces.push(Buffer.from(text.subarray(at, at + 1 + Math.floor(random() ** 6 * 20_000))));
    assert.ok(text.equals(gather(text.length, pieces).whole() ?? NOTHING));
    assert.ok(text.equals(copyThrough(text.length, pieces).whole() ?? NOTHING));
    const likely = Buffer.from(text);
    const alike = copyThrough(text.length, pieces, likely).whole();
    assert.ok(alike === likely, 'nothing was copied');
    const at = Math.floor(random() * text.length);
    likely[at] = (likely[at] ?? 0) ^ 1;
    assert.ok(text.equals(copyThrough(text.length, pieces, likely).whole() ?? NOTHING));
    assert.ok(text.equals(copyThrough(text.length, pieces, text.subarray(0, at)).whole() ?? NOTHING));
  }
});

/** As from a socket: every piece comes in the same memory. */
function copyThrough(expectedBytes: number, pieces: readonly Buffer[], like?: Uint8Array): GatheredBody {
  const body = new GatheredBody(1_000_000, like);
  body.expect(expectedBytes);
  const scratch = Buffer.alloc(50_000);
  for (const piece of pieces) {
    piece.copy(scratch, 7);
    assert.ok(body.addCopy(scratch, 7, 7 + piece.length));
  }
  scratch.fill('?');
  return body;
}

test('what came last stays what it was, whatever comes behind it', () => {
  const body = new GatheredBody(9);
  body.expect(4);
  const lasts = ['ab', 'c', 'def', 'ghi'].map((text) => {
    assert.ok(body.addCopy(Buffer.from(text), 0, text.length));
    return body.last(text.length);
  });
  assert.equal(body.addCopy(Buffer.from('j'), 0, 1), false);
  assert.equal(body.last(1), undefined);
  assert.deepEqual(lasts.map(String), ['ab', 'c', 'def', 'ghi']);
});

test('nothing, and one piece, are what they are', () => {
  const piece = Buffer.from('{}');
  assert.equal(new GatheredBody(10).whole()?.length, 0);
  assert.equal(gather(10, [piece]).whole(), piece);
});

test('more than the cap is not kept, and still counted', () => {
  const body = gather(4, [Buffer.from('ab'), Buffer.from('cd')]);
  assert.equal(textOf(body), 'abcd');
  body.add(Buffer.from('e'));
  assert.deepEqual([body.whole(), body.length], [undefined, 5]);
});

test('a body that is the beginning of the likely one is that beginning, and the likely one is not written to', () => {
  const likely = Buffer.from('abcdef');
  const body = new GatheredBody(100, likely);
  assert.equal(body.whole()?.length, 0);
  body.addCopy(Buffer.from('abc'), 0, 3);
  assert.equal(textOf(body), 'abc');
  body.addCopy(Buffer.from('X'), 0, 1);
  body.addCopy(Buffer.from('ef'), 0, 2);
  assert.deepEqual([textOf(body), likely.toString()], ['abcXef', 'abcdef']);
});

test('the cap holds for a body that equals a longer one', () => {
  const body = new GatheredBody(4, Buffer.from('abcdef'));
  assert.equal(body.addCopy(Buffer.from('abcd'), 0, 4), true);
  assert.equal(body.addCopy(Buffer.from('e'), 0, 1), false);
  assert.equal(body.whole(), undefined);
});

function textOf(body: GatheredBody): string {
  return Buffer.from(body.whole() ?? NOTHING).toString();
}

test('what is expected is put together in one place, and what is longer is kept all the same', () => {
  const body = new GatheredBody(1_000_000);
  body.expect(100_000);
  const first = Buffer.alloc(60_000);
  const second = Buffer.alloc(40_000);
  body.addCopy(first, 0, first.length);
  const memory = body.last(first.length)?.buffer;
  body.addCopy(second, 0, second.length);
  assert.equal(body.whole()?.buffer, memory);
  assert.equal(memory?.byteLength, 100_000);
  body.addCopy(second, 0, second.length);
  assert.equal(body.whole()?.length, 140_000);
});

test('who promises a lot gets room for a little more than was sent, and never for more than the cap', () => {
  const liar = new GatheredBody(100_000);
  liar.expect(1_000_000_000);
  const piece = Buffer.alloc(10_000);
  const rooms = Array.from({ length: 10 }, () => {
    liar.addCopy(piece, 0, piece.length);
    return liar.last(piece.length)?.buffer.byteLength ?? 0;
  });
  assert.equal(rooms[0], 40_000);
  assert.equal(Math.max(...rooms), 100_000);
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
