import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { PROFILE_NAMES, ProfileError, readProfile } from './read-profile.ts';
import { type NamedAnswer, readAnswer, reportService } from './service-check.ts';

const HELP = `Usage: npm run service -- check PROFILE [ANSWER…] [--at INSTANT]

Says what the function would send to a SOAP service, and what it would make of each answer; or what is wrong with the
profile. Nothing is sent.

  PROFILE        ${PROFILE_NAMES.join(', ')}, or a JSON file
  ANSWER         a file with a body, or *.response.http with status line and headers, as curl -i writes them
  --at INSTANT   when the answers came (default: now), such as 2026-01-31T12:00:00Z

Exit status: 0 when the profile can be used, 1 when it cannot, 2 when the command makes no sense.`;

class CommandError extends Error {}

function run(args: readonly string[]): boolean {
  const { command, profile, answers, at } = readCommand(args);
  if (command !== 'check' || profile === undefined) throw new CommandError(HELP);
  const report = reportService(readProfile(profile), answers.map(readNamed), at);
  console.log(report.lines.join('\n'));
  return report.isUsable;
}

function readCommand(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { at: { type: 'string' } },
      allowPositionals: true,
    });
    const [command, profile, ...answers] = positionals;
    const at = values.at === undefined ? Date.now() : Date.parse(values.at);
    if (Number.isNaN(at)) throw new CommandError('--at is no instant: write it as 2026-01-31T12:00:00Z');
    return { command, profile, answers, at };
  } catch (error) {
    throw error instanceof TypeError ? new CommandError(`${error.message}\n\n${HELP}`) : error;
  }
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
    throw new CommandError(`${path} cannot be read: give ${PROFILE_NAMES.join(', ')}, or the path of a file`);
  }
}

try {
  process.exitCode = run(process.argv.slice(2)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof CommandError || error instanceof ProfileError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
