import { parseAst } from 'vitest/node';

/** One change of a file. */
export interface Mutant {
  /** The same in each run: the file, and how many changes come before it. */
  readonly id: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** What stands there, and what stands there instead, in one line. */
  readonly change: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '&&': ['||'],
  '||': ['&&'],
};
/** `slice` with a function takes all. */
const METHODS: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  find: 'findLast',
  findLast: 'find',
  min: 'max',
  max: 'min',
  filter: 'slice',
};
/** Of these, all but the expression is a type. */
const TYPED = ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'];

/**
 * TypeScript with all its mutants: another operator, a condition that always or never holds, a number that is one more or,
 * of a thousand and above, twice as much, a property or a call that is left out, no `!`, another method of a list.
 * @param settings where given, each property, statement, argument and element of a list that names one is left out instead
 * @returns code that asks for each mutant: `$mutant(id)` says whether it is the one that is tried
 */
export function mutate(source: string, file: string, settings?: readonly string[]) {
  const mutants: Mutant[] = [];
  const named = new RegExp(settings ? `(?<![\\w-])(?:${settings.join('|')})(?!\\w)` : '');
  const program = parseAst(source, { lang: 'ts' });
  if (!isNode(program)) throw new TypeError(`${file} is no program`);

  /** The text that asks for a mutant. */
  function ask(node: Node, left: string, instead: string): string {
    const id = `${file}#${mutants.length}`;
    const line = source.slice(0, node.start).split('\n').length;
    const change = `${left} → ${instead}`.replaceAll(/\s+/g, ' ');
    mutants.push({ id, file, line, change });
    return `$mutant(${JSON.stringify(id)})`;
  }
  const text = ({ start, end }: Node) => source.slice(start, end);

  function inside(node: Node): string {
    let code = '';
    let at = node.start;
    for (const [child, key] of children(node)) {
      code += source.slice(at, child.start) + rendered(child, node, key);
      at = child.end;
    }
    return code + source.slice(at, node.end);
  }

  function rendered(node: Node, parent: Node, key: string): string {
    const instead = settings ? [] : expressions(node, parent, key);
    const choices = instead.map((one) => [ask(node, text(node), one), one]);
    const code = inside(node);
    const nothing = nothingFor(node, parent, key);
    if (nothing !== undefined) return nothing(ask(node, text(node), '(left out)'), code);
    const other = settings ? undefined : METHODS[text(node)];
    if (key === 'property' && other !== undefined && parent.computed === false && parent.optional === false)
      return `valueOf()[${ask(node, text(node), other)} ? '${other}' : '${text(node)}']`;
    return choices.reduce((inner, [asked, one]) => `(${asked} ? ${one} : ${inner})`, code);
  }

  /** How what can be left out is left out, if it is asked for; what stands in a text hands no setting on. */
  function nothingFor(node: Node, parent: Node, key: string): ((asked: string, code: string) => string) | undefined {
    if (!named.test(text(node).replaceAll(/'[^']*'/g, ''))) return undefined;
    if (parent.type === 'ObjectExpression' && (node.type === 'Property' || settings))
      return (asked, code) => `...(${asked} ? {} : { ${code} })`;
    if (settings ? /^(?:Expression|If|For\w+)Statement$/.test(node.type) : node.type === 'ExpressionStatement')
      return (asked, code) => `{ if (!${asked}) { ${code} } }`;
    const isInList = key === 'arguments' || (key === 'elements' && parent.type === 'ArrayExpression');
    if (settings && isInList && !/Function|Object/.test(node.type))
      return (asked, code) => `...(${asked} ? [] : [${code}])`;
    return undefined;
  }

  function expressions(node: Node, parent: Node, key: string): readonly string[] {
    const { type, left, right, operator, argument, value } = node;
    const isLoop = parent.type.endsWith('Statement') && parent.type !== 'IfStatement';
    const isTest = key === 'test' && parent.type !== 'SwitchCase';
    const always = isTest ? [...(isLoop ? [] : ['true']), 'false'] : [];
    if (operator === '??' && isNode(left)) return [...always, text(left)];
    if (/^(?:Binary|Logical)/.test(type) && isNode(left) && isNode(right)) {
      const joinsText = operator === '+' && /['`]/.test(text(node));
      const others = joinsText ? [] : (OPERATORS[`${operator}`] ?? []);
      // In parentheses: what stands within may be `a && b` or `a ?? b`.
      return [...always, ...others.map((one) => `(${text(left)}) ${one} (${text(right)})`)];
    }
    if (operator === '!' && isNode(argument)) return [...always, text(argument)];
    const isKey = parent.type === 'Property' && key === 'key';
    if (type !== 'Literal' || typeof value !== 'number' || isKey) return always;
    return [...always, String(value < 1000 ? value + 1 : value * 2)];
  }

  const code = inside(program);
  return { code, mutants };
}

/** What can run, in the order in which it stands there. */
function children(node: Node): readonly (readonly [Node, string])[] {
  if (node.shorthand === true || /^(?:Import|ExportAll|ExportSpecifier)/.test(node.type)) return [];
  const found = Object.entries(node).flatMap(([key, value]) => {
    const nodes = (Array.isArray(value) ? value : [value]).filter(isNode);
    return nodes
      .filter(({ type }) => !type.startsWith('TS') || TYPED.includes(type))
      .filter(() => !TYPED.includes(node.type) || key === 'expression')
      .map((child) => [child, key] as const);
  });
  return found.sort(([one], [other]) => one.start - other.start);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;
}
