import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalizeLinks } from './links.ts';

for (const [title, one, other] of [
  ['the order of links', '</a>; rel=next, </b>; rel=prev', '</b>; rel=prev, </a>; rel=next'],
  ['quotes and white space', '</a>;rel=next', '</a> ; rel="next"'],
  ['the order of parameters', '</a>; rel=next; title="x, y"', '</a>; title="x, y"; REL=next'],
  ['the order and case of relations', '</a>; rel="next last"', '</a>; rel="Last Next"'],
] as const)
  test(`${title} is spelling`, () => {
    assert.notEqual(normalizeLinks(one), undefined);
    assert.equal(normalizeLinks(one), normalizeLinks(other));
  });

for (const [title, one, other] of [
  ['another target', '</a?page=2>; rel=next', '</a?page=3>; rel=next'],
  ['another relation', '</a>; rel=next', '</a>; rel=last'],
  ['another title', '</a>; rel=next; title=x', '</a>; rel=next; title=X'],
  ['one link more', '</a>; rel=next', '</a>; rel=next, </a>; rel=next'],
] as const)
  test(`${title} is none`, () => assert.notEqual(normalizeLinks(one), normalizeLinks(other)));

for (const text of ['', 'next', '</a>; rel=next garbage', '<a', '</a>; rel="next'])
  test(`${JSON.stringify(text)} is no list of links`, () => assert.equal(normalizeLinks(text), undefined));

test('a long header costs what its length costs', () => {
  assert.equal(normalizeLinks('<a>;a=b'.repeat(20_000)), undefined);
  assert.equal(normalizeLinks('<'.repeat(50_000)), undefined);
  assert.equal(normalizeLinks(`<a>${';b= '.repeat(60)}"`), undefined);
});
