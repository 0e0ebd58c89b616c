import { type Document, LineCounter, type Node, parseDocument, visit, type YAMLError } from 'yaml';
import type { Location } from '../core/index.ts';
import { collectPlaces, type PlacesOf } from './places.ts';
import { errorOf, type Problem } from './problems.ts';

/** A YAML text as a plain value, and where each part of it stands. */
export interface ConfigDocument {
  readonly value: unknown;
  readonly places: PlacesOf;
}

export interface DocumentOptions {
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
}

export function parseConfigDocument(text: string, { file, env }: DocumentOptions): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Location => ({
    file,
    line: lines.linePos(offset).line,
    column: lines.linePos(offset).col,
  });

  const slips = slipsOf(document).map((slip) => syntaxProblem(slip, at(slip.pos[0]), text));
  if (slips.length > 0) throw errorOf(slips);
  const places = collectPlaces(document.contents, { file, text, lines });
  const problems = [...unusable(document, at), ...interpolate(document, env, at)];
  if (problems.length > 0) throw errorOf(problems);
  return { value: toValue(document, { file, line: 1 }), places };
}

/** All keys that stand twice; of real syntax errors only the first, since the parser's later ones mostly follow from it. */
function slipsOf(document: Document): readonly YAMLError[] {
  const slips = [...document.errors, ...document.warnings];
  const broken = slips.find((slip) => slip.code !== 'DUPLICATE_KEY');
  return broken ? [broken] : slips;
}

function syntaxProblem(slip: YAMLError, at: Location, text: string): Problem {
  if (slip.code === 'DUPLICATE_KEY') {
    const key = /^[^\s:]+/.exec(text.slice(slip.pos[0]))?.[0] ?? '';
    return {
      code: 'PG_CONFIG_INVALID',
      message: `the key ${key} stands here a second time`,
      at,
      fix: 'keep one of the two',
    };
  }
  const line = text.split('\n')[(at.line ?? 1) - 1] ?? '';
  const isOpenVariable = /\$\{\w+\}/.test(line) && /[{[]/.test(line.replace(/\$\{/g, ''));
  return {
    code: 'PG_CONFIG_SYNTAX',
    message: `expected valid YAML: ${slip.message}`,
    at,
    fix: isOpenVariable
      ? `inside { } and [ ] put quotes around a variable: "\${NAME}"`
      : `correct the YAML of this line: ${line.trim().slice(0, 80)}`,
  };
}

type LocationAt = (offset: number) => Location;

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** What parses and yet has no value: an alias of nothing, and a key that plain objects cannot hold. */
function unusable(document: Document<Node>, at: LocationAt): readonly Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) !== undefined) return;
      const message = `the alias *${node.source} has no anchor before it`;
      problems.push({ code: 'PG_CONFIG_SYNTAX', message, at: at(startOf(node)), fix: 'write the value out' });
    },
    Scalar(key, node) {
      if (key !== 'key' || node.value !== '__proto__') return;
      const message = 'unknown key __proto__';
      problems.push({ code: 'PG_CONFIG_UNKNOWN_KEY', message, at: at(startOf(node)), fix: 'use another name' });
    },
  });
  return problems;
}

// Aliases are expanded here; the parser refuses those that would blow up a small file into a huge value.
function toValue(document: Document, at: Location): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw errorOf([
      {
        code: 'PG_CONFIG_SYNTAX',
        message: `expected valid YAML: ${message}`,
        at,
        fix: 'write the values out instead of using aliases',
      },
    ]);
  }
}

const VARIABLE = /\$(\$?)\{([^}]*)\}?/g;

/** Replaces `${NAME}` in string values by the environment's; `$${NAME}` stands for itself. Keys are left alone. */
function interpolate(document: Document<Node>, env: NodeJS.ProcessEnv, at: LocationAt): readonly Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string') return;
      node.value = node.value.replace(VARIABLE, (whole, dollar: string, name: string) => {
        if (dollar !== '') return whole.slice(1);
        const isName = whole.endsWith('}') && /^[A-Za-z_]\w*$/.test(name);
        const value = isName && Object.hasOwn(env, name) ? env[name] : undefined;
        if (value === undefined) problems.push(variableProblem(whole, isName, at(startOf(node))));
        return value ?? whole;
      });
    },
  });
  return problems;
}

function variableProblem(whole: string, isName: boolean, at: Location): Problem {
  const code = 'PG_CONFIG_INVALID';
  const name = whole.slice(2, -1);
  if (isName) {
    return {
      code,
      message: `the environment variable ${name} is not set`,
      at,
      fix: `set ${name}, or write the value here`,
    };
  }
  const fix = 'name one environment variable between the braces; there is no other syntax there';
  return { code, message: `expected \${NAME}, got ${whole}`, at, fix };
}
