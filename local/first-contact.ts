import { styleText } from 'node:util';
import { tokenRequest } from '../lambda/refresher/soap/token-request.ts';
import { type AnswerStructure, answerStructure } from './answer-structure.ts';
import type { Contact } from './contact.ts';
import { isCertificateError, type LikelyCause } from './likely-cause.ts';
import { createSoapService } from './soap/soap-service.ts';
import { wrapText } from './wrap-text.ts';

/** What is shown of a request that got no token. */
export interface FirstContact {
  readonly contact: Contact;
  readonly cause: LikelyCause;
  /** The function's own error code and message. */
  readonly failure: string;
  /** What the service said, its secrets taken out. */
  readonly said: string | undefined;
}

const LABEL = 14;
/** Narrower columns cut namespaces into pieces. */
const MIN_COLUMN = 40;

/** One screen: what was expected beside what came, the request, the likeliest cause. No line is wider than `width`. */
export function firstContactScreen({ contact, cause, failure, said }: FirstContact, width: number): string {
  const { answer, error, requestHead, requestBody } = contact;
  const indent = width < 90 ? 4 : LABEL + 2;
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] =
    answer === undefined
      ? [['answer', ['HTTP 200, text/xml'], [`none: ${error ?? 'no answer'}`]]]
      : [
          ['HTTP status', ['200'], [String(answer.status)]],
          ['type', ['text/xml'], [answer.contentType ?? 'none']],
          ['answer', EXPECTED.lines, answer.structure.lines],
        ];
  return [
    paragraph(styleText('red', '  ✗ '), failure, 4, width),
    '',
    ...table(rows, width),
    '',
    ...(said === undefined ? [] : [entry('service said', said, width)]),
    entry(wasNotSent(contact) ? 'not sent' : 'request sent', requestHead, width),
    ...xmlLines(requestBody, width - indent).map((line) => `${' '.repeat(indent)}${line}`),
    '',
    entry('likely cause', cause.cause, width),
    entry('what to do', cause.remedy, width),
  ].join('\n');
}

/** DNS, TCP or TLS failed. */
function wasNotSent({ answer, error }: Contact): boolean {
  const isRefused = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'CONNECT_TIMEOUT', 'EPROTO'].includes(error ?? '');
  return answer === undefined && (isRefused || isCertificateError(error));
}

/** The answer of the local service, which is the documented one. */
const EXPECTED: AnswerStructure = (() => {
  const credentials = { username: 'u', password: 'p', client_id: 'c', client_secret: 's' };
  const body = tokenRequest({ username: 'u', passwd: 'p', client_id: 'c', client_secret: 's', grant_type: 'password' });
  const service = createSoapService({ credentials });
  const { body: xml, contentType } = service.answer({ body, contentType: 'text/xml; charset=utf-8' }, new Date(0));
  return answerStructure(Buffer.from(xml, 'latin1'), contentType, (name) => name);
})();

/** Side by side where there is room, else one below the other. */
function table(rows: readonly (readonly [string, readonly string[], readonly string[]])[], width: number): string[] {
  const column = Math.floor((width - LABEL - 4) / 2);
  if (column < MIN_COLUMN) {
    return rows.flatMap(([name, expected, came]) => [
      ...list(name, 'expected', expected, width),
      ...list('', 'came', came, width),
    ]);
  }
  const head = `  ${''.padEnd(LABEL)}${'expected'.padEnd(column)}  came`;
  const body = rows.flatMap(([name, expected, came]) => {
    const [left, right] = [expected, came].map((lines) => lines.flatMap((line) => broken(line, column)));
    const height = Math.max(left?.length ?? 0, right?.length ?? 0);
    return Array.from({ length: height }, (_, at) => {
      const label = dim((at === 0 ? name : '').padEnd(LABEL));
      return `  ${label}${(left?.[at] ?? '').padEnd(column)}  ${right?.[at] ?? ''}`.trimEnd();
    });
  });
  return [dim(head), ...body];
}

function list(name: string, side: string, lines: readonly string[], width: number): string[] {
  const indent = LABEL + 10;
  return lines
    .flatMap((line) => broken(line, width - indent - 2))
    .map((line, at) => `  ${dim((at === 0 ? name : '').padEnd(LABEL) + (at === 0 ? side : '').padEnd(10))}${line}`);
}

/** Breaks between two tags or before an attribute. */
function xmlLines(xml: string, width: number): string[] {
  const lines: string[] = [];
  for (const piece of xml.split(/(?<= )|(?<=>)(?=<)/)) {
    const last = lines.at(-1);
    if (last !== undefined && (last + piece).trimEnd().length <= width) lines[lines.length - 1] = last + piece;
    else lines.push(piece);
  }
  return lines.flatMap((line) => broken(line.trimEnd(), width));
}

function entry(name: string, text: string, width: number): string {
  return paragraph(`  ${dim(name.padEnd(LABEL))}`, text, LABEL + 2, width);
}

function paragraph(start: string, text: string, indent: number, width: number): string {
  const lines = wrapText(text, width - indent).flatMap((line) => broken(line, width - indent));
  return start + lines.join(`\n${' '.repeat(indent)}`);
}

/** A text without blanks, such as an envelope, is cut where the line ends. Further lines stand under the first. */
function broken(line: string, width: number): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  if (line.length <= width) return [line];
  const first = line.slice(0, width);
  const blank = first.lastIndexOf(' ');
  const at = blank > indent.length + 10 ? blank : width;
  return [line.slice(0, at).trimEnd(), ...broken(`${indent}  ${line.slice(at).trimStart()}`, width)];
}

function dim(text: string): string {
  return styleText('dim', text);
}
