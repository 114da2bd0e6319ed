import { transformSync } from 'esbuild';

/** Something left out of a file. */
export interface Deletion {
  /** From 1. */
  readonly line: number;
  /** What is left out. */
  readonly left: string;
  /** The file without it. */
  readonly rest: string;
}

/** Longer statements than this are not left out whole; their lines are, one by one. */
const MAX_LINES = 8;
const DECLARATION = /^(?:export )?(?:async )?(?:function|class) /;

/**
 * Every line of a TypeScript file that names one of these, and every property within such a line, left out: with what
 * follows, as far as the rest would not be a program. Left in is what makes no difference, such as comments and types, and
 * what would leave a name without a declaration, which the compiler reports.
 */
export function deletions(source: string, names: readonly string[]): readonly Deletion[] {
  const lines = source.split('\n');
  const name = `(?:${names.join('|')})`;
  const named = new RegExp(`(?<![\\w'-])${name}(?![\\w'])`);
  const property = new RegExp(`(?<=[{(,] ?)${name}(?:: [^,{}()]+)?(?:, |(?= \\}))`, 'g');
  const original = compiled(source);
  // Declared names are shortened: those that are whole are keys, words in texts, or declared nowhere.
  const whole = new RegExp(`(?<![.\\w'"])${name}(?![\\w:'"])`, 'g');
  const wholeNames = (program: string) => compiled(program, true)?.match(whole)?.length ?? 0;
  return lines.flatMap((text, index) => {
    // What stands in a text or a comment hands nothing on.
    const code = text.replaceAll(/'[^']*'/g, "''").replace(/^\s*(?:\*|\/\*|import ).*|\/\/.*/, '');
    if (!named.test(code)) return [];
    const without = (to: number, line?: string) =>
      [...lines.slice(0, index), ...(line === undefined ? [] : [line]), ...lines.slice(to)].join('\n');
    const ends = Array.from({ length: DECLARATION.test(text) ? 0 : MAX_LINES }, (_, more) => index + 1 + more).filter(
      (end) => end <= lines.length,
    );
    const end = ends.find((to) => compiled(without(to)) !== undefined);
    const asWhole = end === undefined ? [] : [{ left: lines.slice(index, end).join('\n').trim(), rest: without(end) }];
    const within = [...text.matchAll(property)].map(({ 0: left, index: at }) => ({
      left,
      rest: without(index + 1, text.slice(0, at) + text.slice(at + left.length)),
    }));
    const different = [...asWhole, ...within].filter(({ rest }) => {
      const program = compiled(rest);
      return program !== undefined && program !== original && wholeNames(rest) <= wholeNames(source);
    });
    return different.map((deletion) => ({ line: index + 1, ...deletion }));
  });
}

/** As JavaScript without types, comments and fields that are only declared; undefined where it is no program. */
function compiled(source: string, minifyIdentifiers = false): string | undefined {
  const tsconfigRaw = { compilerOptions: { useDefineForClassFields: false } };
  const options = { loader: 'ts', format: 'cjs', logLevel: 'silent', minifyWhitespace: true, tsconfigRaw } as const;
  try {
    return transformSync(source, { ...options, minifyIdentifiers }).code;
  } catch {
    return undefined;
  }
}
