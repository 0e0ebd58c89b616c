import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Reply } from '../core/index.ts';
import { contractFrom } from '../testing/contract.ts';
import { compareReplies } from './compare.ts';
import { checkPair } from './conformance.ts';
import { judgePair, judgeSecondRead } from './judge.ts';

type Body = string | Uint8Array;

interface Sides {
  readonly legacy: Body;
  readonly candidate: Body;
}

interface Typed {
  readonly type: string;
  /** Of the candidate, where it is another one. */
  readonly otherType?: string;
  /** In YAML flow style; without it the contract has no schema for the body. */
  readonly schema?: string;
}

function declared({ type, otherType = type, schema }: Typed) {
  const contract = contractFrom(`openapi: 3.1.0
info: { title: Things, version: '1' }
paths:
  /thing:
    get:
      operationId: getThing
      responses:
        '200':
          description: a thing
          content:
            '${type.split(';')[0]}': ${schema ? `{ schema: ${schema} }` : '{}'}`);
  const [operation] = contract.operations;
  assert.ok(operation);
  const reply = (body: Body, of: string): Reply => ({
    status: 200,
    headers: ['Content-Type', of],
    body: Buffer.from(body),
    totalMs: 1,
  });
  const pair = ({ legacy, candidate }: Sides) => ({
    legacy: reply(legacy, type),
    candidate: reply(candidate, otherType),
  });
  return { contract, operation, pair };
}

function findings(typed: Typed, sides: Sides): readonly string[] {
  const { contract, operation, pair } = declared(typed);
  const compared = compareReplies(contract, { operation, ...pair(sides) });
  assert.equal(compared.kind, 'compared');
  return compared.findings.map(({ rule, class: kind, types, at }) => `${rule} ${kind} ${types} ${at}`);
}

interface Case extends Typed, Sides {
  readonly title: string;
  readonly found: readonly string[];
}

function cases(name: string, all: readonly Case[]): void {
  describe(name, () => {
    for (const { title, found, ...each } of all) {
      test(title, () => assert.deepEqual(findings(each, each), found));
    }
  });
}

const LINES = { type: 'application/x-ndjson', schema: '{ type: object, properties: { n: { type: integer } } }' };

cases('lines of JSON', [
  {
    ...LINES,
    title: 'a value is found in its line',
    legacy: '{"n":1}\n{"n":2}\n',
    candidate: '{"n":1}\n{"n":3}\n',
    found: ['value-changed value integer→integer /1/n'],
  },
  {
    ...LINES,
    title: 'a line that is missing is one finding',
    legacy: '{"n":1}\n{"n":2}\n{"n":3}\n',
    candidate: '{"n":2}\n{"n":3}\n',
    found: ['array-item-missing value object→absent /0'],
  },
  {
    ...LINES,
    title: 'white space, line ends and the last line break are no difference',
    legacy: '{"n":1}\n{"n":2}\n',
    candidate: '{ "n": 1.0 }\r\n\r\n{"n":2}',
    found: [],
  },
  {
    ...LINES,
    title: 'a line that is not JSON',
    legacy: '{"n":1}\n',
    candidate: '{"n":1}\noops\n',
    found: ['response-body-not-json breaking bytes→bytes '],
  },
  {
    title: 'a text sequence with record separators, its records over several lines',
    type: 'application/json-seq',
    legacy: '\x1e{"n":\n1}\n\x1e{"n":2}\n',
    candidate: '\x1e{"n":1}\n\x1e{"n":9007199254740993}\n',
    found: ['value-changed value integer→integer /1/n'],
  },
]);

const EVENTS = { type: 'text/event-stream' };

cases('streams of events that end', [
  {
    ...EVENTS,
    title: 'are compared event by event, comments, ids and line ends aside',
    legacy: 'id: 7\ndata: {"n": 1}\n\n: still here\n\nevent: end\ndata: a\ndata: b\n\n',
    candidate: 'data:{"n":1.0}\r\nid: 8\r\n\r\ndata: a\r\ndata: b\r\nevent: end\r\n\r\n',
    found: [],
  },
  {
    ...EVENTS,
    title: 'what an event carries, and what it is called',
    legacy: 'data: {"n":1}\n\ndata: x\n\n',
    candidate: 'data: {"n":2}\n\nevent: other\ndata: x\n\n',
    found: ['value-changed value integer→integer /0/data/n', 'value-changed value string→string /1/event'],
  },
  {
    ...EVENTS,
    title: 'an event that is missing is one finding, and one that does not end another',
    legacy: 'data: 1\n\ndata: 2\n\ndata: 3\n\n',
    candidate: 'data: 2\n\ndata: 3\n\ndata: 4',
    found: ['array-item-missing value object→absent /0', 'array-item-added value absent→object /2'],
  },
  {
    ...EVENTS,
    schema: '{ type: object, properties: { at: { type: string, format: date-time } } }',
    title: 'what they carry is read by the contract',
    legacy: 'data: {"at":"2026-01-01T00:00:00Z"}\n\n',
    candidate: 'data: {"at":"2026-01-01T00:00:00.0Z"}\n\n',
    found: ['format-respelled cosmetic string→string /0/data/at'],
  },
]);

cases('framing', [
  {
    ...LINES,
    title: 'separators of a sequence do not belong between lines',
    legacy: '{"n":1}\n{"n":2}\n',
    candidate: '\x1e{"n":1}\n\x1e{"n":2}\n',
    found: ['response-body-not-json breaking bytes→bytes '],
  },
  {
    type: 'text/event-stream',
    title: 'what is no stream of events is compared as it is',
    legacy: '{"error":"a"}',
    candidate: '{"error":"b"}',
    found: ['response-body-changed value bytes→bytes '],
  },
  {
    type: 'text/event-stream',
    title: 'a name that stands twice in an event',
    legacy: 'data: {"a":1,"a":2}\n\n',
    candidate: 'data: {"a":2}\n\n',
    found: ['property-duplicated value twice→once /0/data/a'],
  },
]);

const FORM = {
  type: 'application/x-www-form-urlencoded',
  schema: '{ type: object, properties: { n: { type: number }, tags: { type: array, items: { type: string } } } }',
};

cases('forms', [
  {
    ...FORM,
    title: 'the order of names, and how they are escaped, is no difference',
    legacy: 'a=x+y&b=2',
    candidate: 'b=2&a=x%20y',
    found: [],
  },
  {
    ...FORM,
    title: 'what is not UTF-8 is not taken for the same',
    legacy: 'name=%E9',
    candidate: 'name=%E8',
    found: ['value-changed value string→string /name'],
  },
  { ...FORM, title: 'numbers are numbers by the contract', legacy: 'n=1', candidate: 'n=1.0', found: [] },
  {
    ...FORM,
    title: 'numbers are texts without it',
    legacy: 'm=1',
    candidate: 'm=1.0',
    found: ['value-changed value string→string /m'],
  },
  {
    ...FORM,
    title: 'a name that stands twice is a list',
    legacy: 'tags=a',
    candidate: 'tags=a&tags=b',
    found: ['array-item-added value absent→string /tags/1'],
  },
]);

const part = (disposition: string, type: string | undefined, content: string): string =>
  `Content-Disposition: ${disposition}\r\n${type ? `Content-Type: ${type}\r\n` : ''}\r\n${content}`;
const multipart = (boundary: string, ...parts: readonly string[]): string =>
  `${parts.map((each) => `--${boundary}\r\n${each}\r\n`).join('')}--${boundary}--\r\n`;
const PARTS = { type: 'multipart/form-data; boundary=one', otherType: 'multipart/form-data; boundary="two 2"' };

cases('multipart bodies', [
  {
    ...PARTS,
    title: 'another boundary and another order of fields are no difference',
    legacy: multipart('one', part('form-data; name="a"', undefined, '1'), part('form-data; name="b"', undefined, '2')),
    candidate: multipart(
      'two 2',
      part('form-data; name="b"', undefined, '2'),
      part('form-data; name="a"', undefined, '1'),
    ),
    found: [],
  },
  {
    type: 'multipart/form-data; boundary=one',
    title: 'JSON in a part is JSON, and of a file its name and its bytes count',
    legacy: multipart(
      'one',
      part('form-data; name="meta"', 'application/json', '{"n": 1, "m": 2}'),
      part('form-data; name="file"; filename="a.bin"', 'application/octet-stream', '\u0000\u0001'),
    ),
    candidate: multipart(
      'one',
      part('form-data; name="meta"', 'application/json', '{"m":2,"n":3}'),
      part('form-data; name="file"; filename="b.bin"', 'application/octet-stream', '\u0000\u0002'),
    ),
    found: [
      'value-changed value integer→integer /meta/content/n',
      'value-changed value string→string /file/filename',
      'value-changed value string→string /file/content',
    ],
  },
  {
    type: 'multipart/mixed; boundary=one',
    title: 'what a part answers to counts',
    legacy: multipart('one', 'Content-ID: <1>\r\n\r\na', 'Content-ID: <2>\r\n\r\na'),
    candidate: multipart('one', 'Content-ID: <2>\r\n\r\na', 'Content-ID: <1>\r\n\r\na'),
    found: ['array-order-changed value array→array '],
  },
  {
    type: 'multipart/mixed; boundary=one',
    title: 'parts without names are a list',
    legacy: multipart('one', part('inline', 'text/plain', 'a'), part('inline', 'text/plain', 'b')),
    candidate: multipart('one', part('inline', 'text/plain', 'a')),
    found: ['array-item-missing value object→absent /1'],
  },
  {
    type: 'multipart/form-data; boundary=one',
    title: 'a body that does not end',
    legacy: multipart('one', part('form-data; name="a"', undefined, '1')),
    candidate: '--one\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
    found: ['response-body-malformed breaking bytes→bytes '],
  },
]);

const XML = { type: 'application/xml' };

cases('XML', [
  {
    ...XML,
    title: 'prefixes, quotes, order of attributes, entities, CDATA, comments and layout are spelling',
    legacy:
      '<?xml version="1.0"?>\n<o:order xmlns:o="urn:o" id="1" kind="a">\n  <o:item>x &amp; y</o:item>\n</o:order>',
    candidate: "<order xmlns='urn:o' kind='a' id='1'><item><![CDATA[x & y]]></item><!-- new --></order>",
    found: ['markup-respelled cosmetic bytes→bytes '],
  },
  {
    ...XML,
    title: 'a text, an attribute and an element, each where it stands',
    legacy: '<order id="1"><item>a</item><item>b</item><total>2</total></order>',
    candidate: '<order id="2"><item>a</item><item>c</item><tax>0</tax><total>2</total></order>',
    found: [
      'attribute-changed value attribute→attribute /order/@id',
      'text-changed value text→text /order/item[2]/#text',
      'element-added value absent→element /order/tax',
    ],
  },
  {
    ...XML,
    title: 'one element that is missing at the beginning is one finding',
    legacy: '<l><a>1</a><b>2</b><c>3</c></l>',
    candidate: '<l><b>2</b><c>3</c></l>',
    found: ['element-missing value element→absent /l/a'],
  },
  {
    ...XML,
    title: 'the order of elements counts',
    legacy: '<l><a/><b/></l>',
    candidate: '<l><b/><a/></l>',
    found: ['element-order-changed value element→element /l'],
  },
  {
    ...XML,
    title: 'another namespace is another element',
    legacy: '<a xmlns="urn:1"/>',
    candidate: '<a xmlns="urn:2"/>',
    found: ['element-missing value element→absent /a', 'element-added value absent→element /a'],
  },
  {
    ...XML,
    title: 'white space in a text counts',
    legacy: '<a>x</a>',
    candidate: '<a> x</a>',
    found: ['text-changed value text→text /a/#text'],
  },
  {
    ...XML,
    title: 'a space between elements counts, and a line break does not',
    legacy: '<a><b/> <c/>\n <d/></a>',
    candidate: '<a><b/><c/><d/></a>',
    found: ['text-missing value text→absent /a/#text'],
  },
  {
    ...XML,
    title: 'the prefix of a type stands for a namespace',
    legacy: '<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:a="urn:1" xsi:type="a:T"/>',
    candidate: '<r xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:a="urn:2" i:type="a:T"/>',
    found: ['attribute-changed value attribute→attribute /r/@type'],
  },
  {
    ...XML,
    title: 'another doctype counts',
    legacy: '<!DOCTYPE a [<!ATTLIST a b CDATA "1">]><a/>',
    candidate: '<!DOCTYPE a [<!ATTLIST a b CDATA "2">]><a/>',
    found: ['attribute-changed value attribute→attribute /@doctype'],
  },
  {
    ...XML,
    title: 'a no-break space between elements counts',
    legacy: '<a><b/>\u00a0<c/></a>',
    candidate: '<a><b/><c/></a>',
    found: ['text-missing value text→absent /a/#text'],
  },
  {
    ...XML,
    title: 'white space counts where the document says so',
    legacy: '<a xml:space="preserve"><b/> <c/></a>',
    candidate: '<a xml:space="preserve"><b/><c/></a>',
    found: ['text-missing value text→absent /a/#text'],
  },
  {
    ...XML,
    title: 'a document that is not well-formed',
    legacy: '<a><b/></a>',
    candidate: '<a><b></a>',
    found: ['response-body-malformed breaking bytes→bytes '],
  },
]);

const page = (body: string, head = ''): string =>
  `<!DOCTYPE html><html><head><title>T</title>${head}</head><body>${body}</body></html>`;
const HTML = { type: 'text/html; charset=utf-8' };

cases('HTML', [
  {
    ...HTML,
    title: 'omitted tags, case, quotes, the order of classes, comments and layout are spelling',
    legacy: page('\n  <p class="a b" hidden>Hello  there\n</p>\n  <input disabled>\n'),
    candidate: page("<P hidden class='b  a'>Hello there<!-- x --></P><input disabled='disabled'>"),
    found: ['markup-respelled cosmetic bytes→bytes '],
  },
  {
    ...HTML,
    title: 'a text and a link',
    legacy: page('<ul><li>one</li><li><a href="/1">two</a></li></ul>'),
    candidate: page('<ul><li>one</li><li><a href="/2">three</a></li></ul>'),
    found: [
      'attribute-changed value attribute→attribute /html/body/ul/li[2]/a/@href',
      'text-changed value text→text /html/body/ul/li[2]/a/#text',
    ],
  },
  {
    ...HTML,
    title: 'a space between words is a word break',
    legacy: page('<b>a</b> <b>b</b>'),
    candidate: page('<b>a</b><b>b</b>'),
    found: ['text-missing value text→absent /html/body/#text'],
  },
  {
    ...HTML,
    title: 'a line break between words is a word break as well, also between elements in a line',
    legacy: page('<a>a</a>\n<a>b</a>'),
    candidate: page('<a>a</a><a>b</a>'),
    found: ['text-missing value text→absent /html/body/#text'],
  },
  {
    ...HTML,
    title: 'also where something stands between that is not seen',
    legacy: page('<a>a</a>\n<script>x</script><a>b</a>'),
    candidate: page('<a>a</a><script>x</script><a>b</a>'),
    found: ['text-missing value text→absent /html/body/#text'],
  },
  {
    ...HTML,
    title: 'a comment inside a text is spelling',
    legacy: page('<p>Hello <!-- -->world</p>'),
    candidate: page('<p>Hello world</p>'),
    found: ['markup-respelled cosmetic bytes→bytes '],
  },
  {
    ...HTML,
    title: 'a line break at the edge of an element in a line is one too',
    legacy: page('x<b>\ny</b>'),
    candidate: page('x<b>y</b>'),
    found: ['text-changed value text→text /html/body/b/#text'],
  },
  {
    ...HTML,
    title: 'a space and a line break between words are the same',
    legacy: page('<a>a</a>\n  <a>b</a>'),
    candidate: page('<a>a</a> <a>b</a>'),
    found: ['markup-respelled cosmetic bytes→bytes '],
  },
  {
    ...HTML,
    title: "the value of an attribute counts where the element is somebody's own",
    legacy: page('<my-box open="true"></my-box>'),
    candidate: page('<my-box open="false"></my-box>'),
    found: ['attribute-changed value attribute→attribute /html/body/my-box/@open'],
  },
  {
    ...HTML,
    title: 'white space in pre counts',
    legacy: page('<pre>a\n  b</pre>'),
    candidate: page('<pre>a\n b</pre>'),
    found: ['text-changed value text→text /html/body/pre/#text'],
  },
  {
    ...HTML,
    title: 'a nonce is another one every time, and has to be there',
    legacy: page('<script nonce="abc">go()</script>'),
    candidate: page('<script nonce="def">go()</script>'),
    found: ['markup-respelled cosmetic bytes→bytes '],
  },
  {
    ...HTML,
    title: 'a page without its doctype is laid out by other rules',
    legacy: page('x'),
    candidate: page('x').replace('<!DOCTYPE html>', ''),
    found: ['attribute-changed value attribute→attribute /@mode'],
  },
  {
    ...HTML,
    title: 'what is in a template counts',
    legacy: page('<template><i>a</i></template>'),
    candidate: page('<template><i>b</i></template>'),
    found: ['text-changed value text→text /html/body/template/i/#text'],
  },
]);

const TEXT = { type: 'text/plain' };

cases('byte order marks', [
  {
    type: 'text/csv',
    title: 'one that is missing is told, since reading passes over it',
    legacy: '\ufeffid,name\n1,a\n',
    candidate: 'id,name\n1,a\n',
    found: ['byte-order-mark-changed value bytes→bytes '],
  },
]);

cases('text', [
  {
    ...TEXT,
    title: 'one line is one value',
    legacy: 'OK',
    candidate: 'KO',
    found: ['value-changed value string→string '],
  },
  {
    ...TEXT,
    title: 'a line break at the end counts',
    legacy: 'OK',
    candidate: 'OK\n',
    found: ['value-changed value string→string '],
  },
  {
    ...TEXT,
    title: 'one line that was added is one finding',
    legacy: 'a\nb\nc\n',
    candidate: 'new\na\nb\nc\n',
    found: ['array-item-added value absent→string /0'],
  },
  {
    ...TEXT,
    title: 'other line ends are one finding',
    legacy: 'a\r\nb\r\n',
    candidate: 'a\nb\n',
    found: ['text-line-ends-changed value string→string '],
  },
  {
    ...TEXT,
    schema: '{ type: integer }',
    title: 'a number is a number by the contract',
    legacy: '10',
    candidate: '1e1',
    found: [],
  },
  {
    ...TEXT,
    schema: '{ type: string, format: date-time }',
    title: 'a format is read as in JSON',
    legacy: '2026-01-01T00:00:00Z',
    candidate: '2026-01-01T00:00:00.000Z',
    found: ['format-respelled cosmetic string→string '],
  },
  {
    type: 'text/plain; charset=latin1',
    otherType: 'text/plain; charset=utf-8',
    title: 'the same text in another character set is told by the header alone',
    legacy: Buffer.from('f\u00fcr\nuns\n', 'latin1'),
    candidate: 'für\nuns\n',
    found: ['response-header-changed value string→string header:content-type'],
  },
  {
    type: 'text/plain; charset=utf-8',
    title: 'bytes that are not of the character set',
    legacy: 'für',
    candidate: Buffer.from('f\u00fcr', 'latin1'),
    found: ['response-body-malformed breaking bytes→bytes '],
  },
]);

cases('bytes', [
  {
    type: 'image/png',
    title: 'are compared as they are',
    legacy: Buffer.from([1, 2, 3]),
    candidate: Buffer.from([1, 2, 4]),
    found: ['response-body-changed value bytes→bytes '],
  },
]);

const hash = (text: string): string => Buffer.from(text).toString('hex').padEnd(8, '0').slice(-8);

/** All that would be stored of a pair. */
function kept(typed: Typed, sides: Sides): string {
  const { contract, operation, pair } = declared(typed);
  const judged = judgePair({ contract, operation, hash }, pair(sides));
  assert.ok(judged !== 'budget');
  assert.notEqual(judged.outcome, 'equal');
  return JSON.stringify(judged.findings);
}

describe('nothing of a secret is kept of', () => {
  const secret = 'hunter2hunter2';
  for (const [title, type, body] of [
    ['an element that is named so', 'application/xml', `<a><password>${secret}</password></a>`],
    ['an attribute that is named so', 'application/xml', `<a><b token="${secret}"/></a>`],
    ['what is below such an element', 'application/xml', `<a><credentials><x><y z="${secret}"/></x></credentials></a>`],
    ['a field that says that it is one', 'text/html', `<p><input name="csrf_token" value="${secret}"></p>`],
    ['a field for passwords', 'text/html', `<p><input type="password" value="${secret}"></p>`],
    ['a meta element', 'text/html', `<meta name="csrf-token" content="${secret}">`],
    ['a script', 'text/html', `<script>go("${secret}")</script>`],
    ['a form', 'application/x-www-form-urlencoded', `a=1&client_secret=${secret}`],
    [
      'a part of a multipart body',
      'multipart/form-data; boundary=one',
      multipart('one', part('form-data; name="password"', undefined, secret)),
    ],
    ['a token of Django', 'text/html', `<input name="csrfmiddlewaretoken" value="${secret}">`],
    ['a script of XHTML', 'application/xhtml+xml', `<html><script>go("${secret}")</script></html>`],
    ['a column of CSV', 'text/csv', `id,password\n1,${secret}\n2,x\n`],
    ['a block of YAML', 'application/yaml', `a: 1\npassword: >-\n  ${secret}\n`],
    ['a private key', 'text/plain', `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`],
    ['a secret with commas', 'text/plain', `a\npassword: x,${secret}\n`],
    ['a line of JSON', 'application/x-ndjson', `{"token":"${secret}"}\n`],
    ['bytes', 'application/octet-stream', secret],
  ] as const) {
    const other = body.replace(secret, 'other');
    const empty = body.replace(secret, '');
    test(`${title}, where it changed`, () => {
      assert.ok(!kept({ type }, { legacy: body, candidate: other }).includes(secret));
      assert.ok(!kept({ type }, { legacy: other, candidate: body }).includes(secret));
    });
    test(`${title}, where it is missing`, () => {
      assert.ok(!kept({ type }, { legacy: body, candidate: empty }).includes(secret));
    });
    test(`${title}, where all around it was added`, () => {
      const none =
        type.includes('csv') || type.includes('yaml') || type === 'text/plain'
          ? 'a\nb\n'
          : type.includes('xml')
            ? '<a/>'
            : type.startsWith('multipart')
              ? multipart('one')
              : type.includes('json')
                ? '{}\n'
                : '';
      assert.ok(!kept({ type }, { legacy: none, candidate: body }).includes(secret));
    });
  }
});

describe('nothing is kept of what the contract calls sensitive in', () => {
  const secret = 'kept-by-nobody';
  for (const [title, type, schema, body] of [
    [
      'an element',
      'application/xml',
      '{ type: object, properties: { nationality: { type: string, x-sensitive: true } } }',
      `<a><nationality>${secret}</nationality></a>`,
    ],
    [
      'an attribute',
      'application/xml',
      '{ type: object, properties: { nationality: { type: string, x-sensitive: true } } }',
      `<a><b nationality="${secret}"/></a>`,
    ],
    ['a text', 'text/plain', '{ type: string, x-sensitive: true }', `a\n${secret}\n`],
    ['an event', 'text/event-stream', '{ type: string, x-sensitive: true }', `data: ${secret}\n\n`],
  ] as const)
    test(title, () => {
      const other = body.replace(secret, 'other');
      assert.ok(!kept({ type, schema }, { legacy: body, candidate: other }).includes(secret));
      assert.ok(
        !kept({ type, schema }, { legacy: type.includes('xml') ? '<a/>' : 'data: 1\n\n', candidate: body }).includes(
          secret,
        ),
      );
    });
});

test('a text that is missing is no noise, however much it changes where it is', () => {
  const { contract, operation, pair } = declared({ type: 'application/xml' });
  const read = (second: string) => pair({ legacy: `<now>12:00:0${second}</now>`, candidate: '<now/>' });
  const judged = judgeSecondRead({ contract, operation, hash }, 'legacy', [read('1'), read('2')]);
  assert.ok(typeof judged !== 'string');
  assert.equal(judged.outcome, 'different');
});

describe('a document out of all bounds is too much to judge, whatever it is', () => {
  const deep = (open: string, close: string): string => open.repeat(20_000) + close.repeat(20_000);
  for (const [title, type, body] of [
    ['deep XML', 'application/xml', deep('<a>', '</a>')],
    ['much XML', 'application/xml', `<a>${'<b/>'.repeat(300_000)}</a>`],
    ['deep HTML', 'text/html', deep('<div>', '</div>')],
    [
      'HTML in which every tag makes many elements',
      'text/html',
      `${Array.from({ length: 400 }, (_, n) => `<b ${n}><i ${n}>`).join('')}${'<p>x</b>'.repeat(2_000)}`,
    ],
  ] as const) {
    test(title, () => {
      const { contract, operation, pair } = declared({ type });
      const compared = compareReplies(contract, { operation, ...pair({ legacy: body, candidate: `${body} ` }) });
      assert.equal(compared.kind, 'budget');
    });
  }
});

test('an entity that stands for others is not followed', () => {
  const bomb = `<!DOCTYPE a [<!ENTITY x "1"><!ENTITY y "&x;&x;">]><a>&y;</a>`;
  assert.deepEqual(findings(XML, { legacy: '<a/>', candidate: bomb }), [
    'response-body-malformed breaking bytes→bytes ',
  ]);
});

describe('conformance', () => {
  const check = (typed: Typed, sides: Sides) => {
    const { contract, operation, pair } = declared(typed);
    return checkPair({ contract, operation, hash }, pair(sides)).conformance;
  };
  test('is judged line by line', () => {
    assert.deepEqual(check(LINES, { legacy: '{"n":1}\n{"n":2}\n', candidate: '{"n":1}\n{"n":"x"}\n' }), {
      legacy: 'conforms',
      candidate: 'violates',
    });
  });
  test('of lines is judged as a list where the contract declares one', () => {
    const schema = '{ type: array, maxItems: 1, items: { type: integer } }';
    assert.deepEqual(check({ ...LINES, schema }, { legacy: '1\n', candidate: '1\n2\n' }), {
      legacy: 'conforms',
      candidate: 'violates',
    });
  });
  test('of a form is judged with its numbers as numbers', () => {
    assert.deepEqual(check(FORM, { legacy: 'n=1', candidate: 'n=x' }), { legacy: 'conforms', candidate: 'violates' });
  });
  test('of a document nobody can judge by a schema of JSON', () => {
    const schema = '{ type: object }';
    assert.deepEqual(check({ ...XML, schema }, { legacy: '<a/>', candidate: '<a/>' }), {
      legacy: 'unchecked',
      candidate: 'unchecked',
    });
  });
});
