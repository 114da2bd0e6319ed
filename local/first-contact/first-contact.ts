import { styleText } from 'node:util';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import type { AnswerStructure } from './answer-structure.ts';
import type { Contact } from './contact.ts';
import { type ExpectedAnswer, expectedAnswer } from './expected-answer.ts';
import type { LikelyCause } from './likely-cause.ts';
import { wrapText } from './wrap-text.ts';

/** What is shown of a request that got no token. */
export interface FirstContact {
  readonly contact: Contact;
  readonly cause: LikelyCause;
  /** The function's own error code and message. */
  readonly failure: string;
  /** What the service said, its secrets taken out. */
  readonly said: string | undefined;
  /** What may mislead in the profile. */
  readonly hints: readonly string[];
  /** Of the service that was asked. */
  readonly profile: ServiceProfile;
}

const LABEL = 14;
/** Narrower columns cut namespaces into pieces. */
const MIN_COLUMN = 40;
/** The answer's structure stops here, so that all of it stays one screen. */
const MAX_ROWS = 10;
/** Where one stands below the other. */
const MAX_NARROW_ROWS = 8;

type Row = readonly [name: string, expected: readonly string[], came: readonly string[]];

/**
 * One screen: what was expected beside what came, the request, the likeliest cause. No line is wider than `width`. What
 * was not sent is not shown.
 */
export function firstContactScreen(
  { contact, cause, failure, said, hints, profile }: FirstContact,
  width: number,
): string {
  const { answer, fault, wasSent, requestHead, requestBody } = contact;
  const expected = expectedAnswer(profile);
  const rows: readonly Row[] =
    answer === undefined
      ? [['answer', [`HTTP 200, ${expected.mediaType}`], [`none: ${fault?.what ?? fault?.name ?? 'no answer'}`]]]
      : [
          ['HTTP status', ['200'], [String(answer.status)]],
          ['type', [expected.mediaType], [answer.contentType ?? 'none']],
          ['answer', expectedLines(expected, answer.structure), answer.structure.lines],
        ];
  return [
    paragraph(styleText('red', '  ✗ '), failure, 4, width),
    '',
    ...table(rows, width),
    '',
    ...(said === undefined ? [] : [entry('service said', said, width)]),
    entry(wasSent ? 'request sent' : 'not sent', requestHead, width),
    ...(wasSent ? xmlLines(requestBody, width - 2).map((line) => `  ${line}`) : []),
    '',
    ...hints.map((hint) => entry('look at', hint, width)),
    entry('likely cause', cause.cause, width),
    entry('what to do', cause.remedy, width),
  ].join('\n');
}

/** What is in the answer matters once its name is right. */
function expectedLines({ lines, decisiveLines }: ExpectedAnswer, came: AnswerStructure): readonly string[] {
  const nameOf = (line = '') => line.trim().replace(/ \(.*/, '');
  const isNamedRight =
    came.kind === 'this service' && came.lines.some((line) => nameOf(line) === nameOf(lines[decisiveLines - 1]));
  return isNamedRight ? lines : lines.slice(0, decisiveLines);
}

/** Side by side where there is room, else one below the other. */
function table(rows: readonly Row[], width: number): string[] {
  const column = Math.floor((width - LABEL - 4) / 2);
  if (column < MIN_COLUMN) return rows.flatMap((row) => below(row, width));
  const head = `  ${''.padEnd(LABEL)}${'expected'.padEnd(column)}  came`;
  const body = rows.flatMap(([name, expected, came]) => {
    const [left, right] = [expected, came].map((lines) => firstRows(lines, column, MAX_ROWS));
    const height = Math.max(left?.length ?? 0, right?.length ?? 0);
    return Array.from({ length: height }, (_, at) => {
      const label = dim((at === 0 ? name : '').padEnd(LABEL));
      return `  ${label}${(left?.[at] ?? '').padEnd(column)}  ${right?.[at] ?? ''}`.trimEnd();
    });
  });
  return [dim(head), ...body];
}

function below([name, expected, came]: Row, width: number): readonly string[] {
  if (expected.length === 1) return [entry(name, `expected ${expected}, came ${came}`, width)];
  return [...list('expected', expected, width), ...list('came', came, width)];
}

function list(name: string, lines: readonly string[], width: number): readonly string[] {
  return firstRows(lines, width - LABEL - 2, MAX_NARROW_ROWS).map(
    (line, at) => `  ${dim((at === 0 ? name : '').padEnd(LABEL))}${line}`,
  );
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
  const lines: string[] = [];
  for (const piece of xml.split(/(?<=[ \n])|(?<=>)(?=<)/)) {
    const last = lines.at(-1);
    const fits = last !== undefined && !last.endsWith('\n') && (last + piece).trimEnd().length <= width;
    if (fits) lines[lines.length - 1] = last + piece;
    else lines.push(piece);
  }
  return lines
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .flatMap((line) => broken(line, width));
}

function entry(name: string, text: string, width: number): string {
  return paragraph(`  ${dim(name.padEnd(LABEL))}`, text, LABEL + 2, width);
}

function paragraph(start: string, text: string, indent: number, width: number): string {
  return start + wrapText(text, width - indent).join(`\n${' '.repeat(indent)}`);
}

/** Breaks at a blank, else behind a separator of a namespace or an address. Further lines stand under the first. */
function broken(line: string, width: number): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  if (line.length <= width) return [line];
  const first = line.slice(0, width);
  const least = indent.length + 10;
  const breaks = [first.lastIndexOf(' '), first.search(/[/:.#?&=-][^/:.#?&=-]*$/) + 1];
  const at = breaks.find((place) => place > least) ?? width;
  return [line.slice(0, at).trimEnd(), ...broken(`${indent}  ${line.slice(at).trimStart()}`, width)];
}

function dim(text: string): string {
  return styleText('dim', text);
}
