import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReport, type ReportInputs } from './create.ts';
import { renderHtml } from './html.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { sampleInputs } from './sample.test.ts';

const HOSTILE: readonly string[] = [
  `</script></style></title><img src=x onerror=alert(1)>`,
  `"' onmouseover="alert(1)" x='`,
  '<!-- --><![CDATA[ ]]> &lt;b&gt; &#x26;',
  '``` \n~~~ | ` || \\| @everyone [x](javascript:alert(1)) ![i](http://evil.example/x.png) # h\n- [ ] task',
  `nul \u0000 escape \u001b[31m bell \u0007 c1 \u0085 turned \u202e around \ufffe lone \ud800 line \u2028 end\r\n`,
  'x'.repeat(5000),
];

/** Words of closed vocabularies, which come from our own code and are checked by the schema. */
const CLOSED = new Set(['state', 'gate', 'class', 'served', 'verdict']);

for (const [index, hostile] of HOSTILE.entries()) {
  const report = createReport(poison(sampleInputs(), hostile));
  const name = JSON.stringify(hostile.slice(0, 40));

  test(`HTML keeps ${name} as text (${index})`, () => {
    const html = renderHtml(report);
    assert.doesNotMatch(html, /<img|<!--|<!\[CDATA|alert\(1\)>|\sonmouseover="/i);
    assert.deepEqual(html.match(/<\/?script[^>]*>/g)?.length, 2);
    assert.deepEqual(html.match(/<\/(style|title)>/g), ['</title>', '</style>']);
    assertNothingUnseen(html);
    assertBalanced(html);
    assert.doesNotThrow(() => JSON.parse(html.match(/id="paritygate-report">(.*)<\/script>/)?.[1] ?? ''));
  });

  test(`JUnit keeps ${name} as text, in well-formed XML (${index})`, () => {
    const junit = renderJunit(report);
    assert.doesNotMatch(junit, /<img|<!--|<!\[CDATA|&(?!(amp|lt|gt|quot|#39);)/);
    assertNothingUnseen(junit);
    assertBalanced(junit.replace(/^<\?xml[^>]*>\n/, ''));
  });

  test(`Markdown keeps ${name} as text (${index})`, () => {
    const markdown = renderMarkdown(report);
    const [outside, fences] = splitFences(markdown);
    assert.equal(fences % 2, 0, 'a fence was left open');
    // Only our own <code> remains as markup once code spans are taken away.
    assert.doesNotMatch(
      outside.replaceAll(/`[^`\n]*`/g, ''),
      /<(?!\/?code>)(?=[a-z/!?])|(?<!\\)!\[|(?<!\\)\]\(|@everyone/,
    );
    assertNothingUnseen(markdown);
    for (const line of outside.split('\n').filter((each) => each.startsWith('| ✕ fail'))) {
      assert.equal(line.match(/(?<!\\)\|/g)?.length, 7, line);
    }
  });
}

test('a value of 5,000 characters is cut in what is shown, says its length, and is whole in the document', () => {
  const report = createReport(poison(sampleInputs(), 'x'.repeat(5000)));
  assert.match(JSON.stringify(report.clusters[0]?.exemplars[0]?.legacy), /x{5000}/);
  assert.doesNotMatch(renderMarkdown(report), /x{3100}/);
  assert.match(renderMarkdown(report), /… \(5,0\d\d characters\)/);
  assert.match(renderHtml(report), /… \(5,0\d\d characters\)/);
});

test('the bell, the escape and the turned direction are spelled out where a reader would not see them', () => {
  const html = renderHtml(createReport(poison(sampleInputs(), HOSTILE[4] ?? '')));
  assert.match(html, /nul \\u\{0\} escape \\u\{1b\}\[31m bell \\u\{7\} c1 \\u\{85\} turned \\u\{202e\} around/);
});

/** Puts the text into every string of the inputs that can come from outside: names, values, messages and keys. */
function poison(inputs: ReportInputs, text: string): ReportInputs {
  const replace = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return CLOSED.has(key) || key === 'rule' ? value : text;
    if (Array.isArray(value)) return value.map((each) => replace(each, key));
    if (value === null || typeof value !== 'object' || value instanceof Map) return value;
    const entries = Object.entries(value).map(([name, each]) => [name, replace(each, name)] as const);
    const isByName = key === 'operations' && entries.every(([, each]) => typeof each === 'number');
    return Object.fromEntries(isByName ? entries.map(([, each]) => [text, each] as const) : entries);
  };
  // Distributions are functions behind an interface; the copy keeps them, and everything else has the shape it had.
  const poisoned = replace(inputs, '') as ReportInputs;
  const ids = poisoned.clusters.map(({ id }) => [id, [text, null]] as const);
  return { ...poisoned, rendered: new Map(ids), status: { flags: text, store: text } };
}

function assertNothingUnseen(text: string): void {
  const unseen = text
    .match(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u{fffe}\u{ffff}]/gu)
    ?.filter((each) => each !== '\n' && each !== '\t');
  assert.deepEqual(unseen ?? [], []);
}

/** Every element that opens closes, in order: a small parser of the subset that we write. */
function assertBalanced(text: string): void {
  const VOID = new Set(['meta', '!doctype']);
  const open: string[] = [];
  const body = text.replace(/<style>[^<]*<\/style>/, '');
  for (const [, close, name = '', , selfClosed] of body.matchAll(
    /<(\/?)([!\w-]+)((?:\s[\w:-]+(?:="[^"<>]*")?|\shtml)*)\s*(\/?)>/g,
  )) {
    if (close) assert.equal(open.pop(), name);
    else if (!selfClosed && !VOID.has(name)) open.push(name);
  }
  assert.deepEqual(open, []);
  const stray = body.replaceAll(/<\/?[!\w-]+(?:\s[\w:-]+(?:="[^"<>]*")?)*\s*\/?>/g, '').match(/.{0,30}[<>].{0,30}/);
  assert.equal(stray, null);
}

/** The text outside of fenced blocks, and how many fence lines there are. */
function splitFences(markdown: string): readonly [string, number] {
  const outside: string[] = [];
  let [fence, fences] = ['', 0];
  for (const line of markdown.split('\n')) {
    const opens = line.match(/^ {0,3}(`{3,}|~{3,})[^`]*$/)?.[1];
    const closes = line.match(/^ {0,3}(`{3,}|~{3,})[ \t]*$/)?.[1];
    if (fence === '' && opens) [fence, fences] = [opens, fences + 1];
    else if (fence !== '' && closes?.startsWith(fence)) [fence, fences] = ['', fences + 1];
    else if (fence === '') outside.push(line);
  }
  return [outside.join('\n'), fences];
}
