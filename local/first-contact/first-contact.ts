import { styleText } from 'node:util';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { profileDialect } from '../world/soap/profile-dialect.ts';
import { type AnswerStructure, answerStructure } from './answer-structure.ts';
import { type FailedContact, likelyCause } from './likely-cause.ts';
import { filledLines, wrapText } from './wrap-text.ts';

const LABEL = 14;
/** Narrower columns cut namespaces into pieces. */
const MIN_COLUMN = 40;
/** The answer's structure stops here, so that all of it stays one screen. */
const MAX_ROWS = 10;
/** Where one stands below the other. */
const MAX_NARROW_ROWS = 8;

type Row = readonly [name: string, expected: readonly string[], came: readonly string[]];

/**
 * One screen: what was expected beside what came, the request, the likeliest cause. No line is wider than `width`, if
 * that is 32 or more. What was not sent is not shown.
 */
export function firstContactScreen(failed: FailedContact, width: number): string {
  const { answer, fault, wasSent, requestHead, requestBody, code, message = '', said, hints, profile } = failed;
  const { cause, remedy } = likelyCause(failed);
  // The rest of the message is advice for an operator whose service worked before.
  const [happened] = message.split('. ');
  const { mediaType, lines } = expectedAnswer(profile);
  const rows: readonly Row[] =
    answer === undefined
      ? [['answer', [`HTTP 200, ${mediaType}`], [`none: ${fault?.what}`]]]
      : [
          ['HTTP status', ['200'], [String(answer.status)]],
          ['type', [mediaType], [answer.contentType ?? 'none']],
          ['answer', decisiveLines(lines, answer.structure, profile), answer.structure.lines],
        ];
  return [
    paragraph(styleText('red', '  ✗ '), `${code}  ${happened}`, 4, width),
    '',
    ...table(rows, width),
    '',
    ...(said === undefined ? [] : [entry('service said', said, width)]),
    entry(wasSent ? 'request sent' : 'not sent', requestHead, width),
    ...(wasSent ? xmlLines(requestBody, width - 2).map((line) => `  ${line}`) : []),
    '',
    ...hints.map((hint) => entry('look at', hint, width)),
    entry('likely cause', cause, width),
    entry('what to do', remedy, width),
  ].join('\n');
}

/** What the answer of a service looks like that hands out a token, as far as a profile says it. */
function expectedAnswer(profile: ServiceProfile): { mediaType: string; lines: readonly string[] } {
  const { namespaces = ['any namespace'] } = profile;
  // Which of several stands where, a profile does not say.
  const shown = namespaces.length > 1 ? ["one of the profile's namespaces"] : namespaces;
  const { body, contentType } = profileDialect({ ...profile, namespaces: shown }).success('x', new Date(0), 1);
  const { lines } = answerStructure({ contentType, body: Buffer.from(body, 'latin1') }, (name) => name, profile);
  // How long the texts are is the service's own affair.
  const withoutLength = (line: string) => line.replace(/(?: \(|(,) )\d+ chars?\)$/, (_, comma) => (comma ? ')' : ''));
  return { mediaType: contentType.replace(/;.*/, ''), lines: lines.map(withoutLength) };
}

/** Down to the answer's name, where another service's answer differs; what is in it matters once its name is right. */
function decisiveLines(expected: readonly string[], came: AnswerStructure, { answer }: ServiceProfile) {
  const isNamed = (line: string) => line.trim().replace(/ \(.*/, '') === answer;
  const isNamedRight = came.kind === 'this service' && came.lines.some(isNamed);
  return isNamedRight ? expected : expected.slice(0, expected.findIndex(isNamed) + 1);
}

/** Side by side where there is room, else one below the other. */
function table(rows: readonly Row[], width: number): string[] {
  const column = Math.floor((width - LABEL - 4) / 2);
  if (column < MIN_COLUMN) return rows.flatMap((row) => below(row, width));
  const head = `  ${''.padEnd(LABEL)}${'expected'.padEnd(column)}  came`;
  const body = rows.flatMap(([name, expected, came]) => {
    const [left, right] = [firstRows(expected, column, MAX_ROWS), firstRows(came, column, MAX_ROWS)];
    return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
      const sides = `${(left[at] ?? '').padEnd(column)}  ${right[at] ?? ''}`;
      return labelled(at === 0 ? name : '', sides).trimEnd();
    });
  });
  return [styleText('dim', head), ...body];
}

function below([name, expected, came]: Row, width: number): readonly string[] {
  if (expected.length === 1) return [entry(name, `expected ${expected}, came ${came}`, width)];
  const list = (label: string, lines: readonly string[]) =>
    firstRows(lines, width - LABEL - 2, MAX_NARROW_ROWS).map((line, at) => labelled(at === 0 ? label : '', line));
  return [...list('expected', expected), ...list('came', came)];
}

/** As many lines as `max` rows of `width` can hold, and how many more there are. */
function firstRows(lines: readonly string[], width: number, max: number): readonly string[] {
  const rows: string[] = [];
  for (const [at, line] of lines.entries()) {
    const next = broken(line, width);
    const isLast = at === lines.length - 1;
    if (rows.length + next.length > (isLast ? max : max - 1)) return [...rows, `… and ${lines.length - at} more`];
    rows.push(...next);
  }
  return rows;
}

/** Breaks where the text itself does, between two tags, or before an attribute. */
function xmlLines(xml: string, width: number): string[] {
  return xml
    .split('\n')
    .flatMap((line) => filledLines(line.split(/(?<= )|(?<=>)(?=<)/), width))
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .flatMap((line) => broken(line, width));
}

function entry(name: string, text: string, width: number): string {
  return paragraph(labelled(name, ''), text, LABEL + 2, width);
}

function labelled(name: string, text: string): string {
  return `  ${styleText('dim', name.padEnd(LABEL))}${text}`;
}

/** Further lines stand under the first. */
function paragraph(start: string, text: string, indent: number, width: number): string {
  return start + wrapText(text, width - indent).join(`\n${' '.repeat(indent)}`);
}

/** Breaks at a blank, else behind a separator of a namespace or an address. Further lines stand under the first. */
function broken(line: string, width: number, under = `${/^ */.exec(line)?.[0]}  `): readonly string[] {
  // Of a terminal too narrow for that, lines run over.
  const least = under.length + 8;
  const most = Math.max(width, least);
  if (line.length <= most) return [line];
  const first = line.slice(0, most);
  const breaks = [first.lastIndexOf(' '), first.search(/[/:.#?&=-][^/:.#?&=-]*$/) + 1];
  const at = breaks.find((place) => place > least) ?? most;
  return [line.slice(0, at).trimEnd(), ...broken(`${under}${line.slice(at).trimStart()}`, width, under)];
}
