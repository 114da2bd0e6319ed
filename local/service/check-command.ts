import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { UsageError } from '../../cli/command-line.ts';
import { readProfile } from '../../infra/app/read-profile.ts';
import { didYouMean } from '../../lambda/did-you-mean.ts';
import { PROFILES } from '../../lambda/services/profiles.ts';
import { type NamedAnswer, reportService } from './service-check.ts';

const NAMES = [...PROFILES.keys()].join(', ');
const USAGE = 'npm run service -- check PROFILE [ANSWER…] [--at INSTANT]';

const HELP = `Usage: ${USAGE}
       npm run service -- print PROFILE

check says what the secret must hold for a SOAP service, when its token would be renewed, what the function would send, and what
it would make of each answer; or what is wrong with the profile. Nothing is sent. print writes a profile as JSON, a start
for one of your own.

  PROFILE        ${NAMES}, or a JSON file
  ANSWER         a file with a body, or *.response.http with status line and headers, as curl -i writes them
  --at INSTANT   when the answers came (default: now), such as 2026-01-31T12:00:00Z
  --version      the version of this repository and of Node
  -h, --help     this text

For example
  npm run service -- check dpd
  npm run service -- check acme.service.json success.xml refused.response.http --at 2026-01-31T12:00:00Z
  npm run --silent service -- print mastersIndia > e-invoicing.service.json

How to write a profile: docs/services.md, "Your own".

Exit status: 0 when the profile can be used, 1 when it cannot, 2 when the command makes no sense.`;

/** What the command is called with. */
export const SERVICE = {
  name: 'npm run service',
  help: HELP,
  options: { at: { type: 'string' } },
  takesWords: true,
} as const;

/** What is to be said, and whether the profile can be used. @throws UsageError */
export function check(words: readonly string[], at: string | undefined) {
  const [command, profile, ...answers] = words;
  if (command !== 'check' && command !== 'print') throw new UsageError(`${unknownCommand(command)}Write: ${USAGE}`);
  if (profile === undefined) throw new UsageError(`${command} needs a profile: ${NAMES}, or a JSON file.`);
  const instant = at === undefined ? Date.now() : Date.parse(at);
  if (Number.isNaN(instant)) throw new UsageError('--at is no instant: write it as 2026-01-31T12:00:00Z.');
  const given = readProfile(profile);
  if (!given.isFound) throw new UsageError(`${profile}: ${given.faults.join('; ')}.`);
  if (command === 'print' && given.profile)
    return { lines: [JSON.stringify(given.profile, undefined, 2)], isUsable: true };
  return reportService(given, answers.map(readAnswer), instant);
}

function unknownCommand(command: string | undefined): string {
  if (command === undefined) return '';
  // A profile in its place is the likeliest slip.
  const isProfile = PROFILES.has(command) || command.endsWith('.json');
  const meant = isProfile ? ` Did you mean check ${command}?` : didYouMean(command, ['check', 'print']);
  return `There is no command ${command}.${meant} `;
}

/**
 * A body, taken for an HTTP 200 in XML; or with the name `*.response.http` status line, headers, an empty line and a body, as
 * `curl -i` writes them.
 */
function readAnswer(path: string): NamedAnswer {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch {
    throw new UsageError(`The answer ${path} cannot be read: give the path of a file`);
  }
  const name = basename(path);
  if (!path.endsWith('.response.http')) return { name, status: 200, contentType: 'text/xml', body: file };
  const text = file.toString('latin1');
  const [head = ''] = /^.*?\r?\n\r?\n/s.exec(text) ?? [text];
  const [statusLine = '', ...headers] = head.split(/\r?\n/);
  const [, status] = /^HTTP\/\S+ (\d{3})(?: |$)/.exec(statusLine) ?? [];
  if (status === undefined) throw new UsageError(`${path} does not begin with a status line such as HTTP/1.1 200 OK`);
  const contentType = headers.find((line) => /^content-type[ \t]*:/i.test(line))?.replace(/^[^:]*:[ \t]*/, '');
  return { name, status: Number(status), contentType, body: file.subarray(head.length) };
}
