import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { readProfile } from '../../infra/app/read-profile.ts';
import { didYouMean } from '../../lambda/did-you-mean.ts';
import { PROFILES } from '../../lambda/services/profiles.ts';
import { type NamedAnswer, readAnswer, reportService } from './service-check.ts';

const HELP = `Usage: npm run service -- check PROFILE [ANSWER…] [--at INSTANT]

Says what the secret must hold for a SOAP service, when its token would be renewed, what the function would send, and what
it would make of each answer; or what is wrong with the profile. Nothing is sent.

  PROFILE        ${[...PROFILES.keys()].join(', ')}, or a JSON file
  ANSWER         a file with a body, or *.response.http with status line and headers, as curl -i writes them
  --at INSTANT   when the answers came (default: now), such as 2026-01-31T12:00:00Z

For example
  npm run service -- check dpd
  npm run service -- check acme.service.json success.xml refused.response.http --at 2026-01-31T12:00:00Z

How to write a profile: docs/services.md, "Your own".

Exit status: 0 when the profile can be used, 1 when it cannot, 2 when the command makes no sense.`;

class CommandError extends Error {}

function run(args: readonly string[]): boolean {
  const { help, command, profile, answers, at } = readCommand(args);
  if (help) {
    console.log(HELP);
    return true;
  }
  if (command !== 'check') throw new CommandError(`${unknownCommand(command)}${HELP}`);
  if (profile === undefined) throw new CommandError(`check needs a profile.\n\n${HELP}`);
  const given = readProfile(profile);
  if (!given.isFound) throw new CommandError(`${profile}: ${given.faults.join('; ')}.`);
  const report = reportService(given, answers.map(readNamed), at);
  console.log(report.lines.join('\n'));
  return report.isUsable;
}

function readCommand(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { at: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
      allowPositionals: true,
    });
    const [command, profile, ...answers] = positionals;
    const at = values.at === undefined ? Date.now() : Date.parse(values.at);
    if (Number.isNaN(at)) throw new CommandError('--at is no instant: write it as 2026-01-31T12:00:00Z');
    return { help: values.help, command, profile, answers, at };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's first sentence says what is wrong, the next ones explain its own rules.
    const [reason = ''] = error.message.split('. ');
    const [, unknown = ''] = /^Unknown option '(.+?)'/.exec(reason) ?? [];
    throw new CommandError(`${reason}.${didYouMean(unknown, ['--at', '--help'])}\n\n${HELP}`);
  }
}

function unknownCommand(command: string | undefined): string {
  if (command === undefined) return '';
  // A profile in its place is the likeliest slip.
  const isProfile = PROFILES.has(command) || command.endsWith('.json');
  const meant = isProfile ? ` Did you mean check ${command}?` : didYouMean(command, ['check']);
  return `There is no command ${command}.${meant}\n\n`;
}

function readNamed(path: string): NamedAnswer {
  const reply = readAnswer(path, readFile(path));
  if (reply === undefined) throw new CommandError(`${path} does not begin with a status line such as HTTP/1.1 200 OK`);
  return { name: basename(path), reply };
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new CommandError(`The answer ${path} cannot be read: give the path of a file`);
  }
}

try {
  process.exitCode = run(process.argv.slice(2)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
