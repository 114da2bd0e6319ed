import { styleText } from 'node:util';
import { ERROR_GUIDE, type ErrorGuidance } from '../../lambda/error-guide.ts';
import type { TickLogLine } from '../../lambda/refresher/tick-log.ts';
import { spanText } from '../../lambda/timing.ts';
import { wrapText } from '../first-contact/wrap-text.ts';
import { SECRET_ID } from './secret.ts';

/** What the reader of a tick's account has to know besides the tick itself. */
export interface Scene {
  readonly endpoint: string;
  /** Where the secret's content comes from, if it is somebody's own. */
  readonly credentialsFile?: string | undefined;
  /** Requests that reached the local endpoint during the tick; undefined for a real service. */
  readonly requests: number | undefined;
  /** The stored token, in the clear; only its mask is shown. */
  readonly token: string | undefined;
  /** Of the terminal, in characters. */
  readonly width: number;
  /** What is shown in the place of the operator's account of a failure. */
  readonly failure?: string | undefined;
}

/** One tick, step by step in the order of events. */
export function tickStory(tick: TickLogLine, scene: Scene): string {
  const { outcome, code, secretVersionId, endpointLatenciesMs, tokenParameter, tokenVersion, warnings = [] } = tick;
  const lines: string[] = [];
  const done = (step: string, detail: string) => {
    lines.push(stepLine(styleText('green', '✓'), step, detail, scene.width));
  };
  const notDone = (step: string, detail: string) => {
    lines.push(stepLine(styleText('red', '✗'), step, detail, scene.width));
  };
  const { credentialsFile } = scene;
  if (secretVersionId !== undefined) {
    const secret = credentialsFile ?? `secret ${SECRET_ID}, version ${shortId(secretVersionId)}`;
    done('credentials read', `${secret}, values ${MASK}`);
  } else if (code?.startsWith('CREDENTIALS_')) {
    notDone('credentials read', credentialsFile ?? `secret ${SECRET_ID}`);
  }
  if (endpointLatenciesMs !== undefined) {
    const { endpoint, requests = 1 } = scene;
    const step = outcome !== 'failed' || code === 'STORE_FAILED' ? done : notDone;
    const repeated = requests > 1 ? `, the last of ${requests} requests` : '';
    step('token requested', `${endpoint}, ${endpointLatenciesMs.at(-1)} ms${repeated}`);
  }
  const end = `expires ${expiry(tick)}`;
  if (outcome === 'refreshed') {
    done('token stored', `${tokenParameter}, version ${tokenVersion}, value ${mask(scene.token)}`);
    done('status stored', `version ${tokenVersion} ${end}`);
  }
  if (outcome === 'unchanged') done('token kept', `the service gave the same one again; it ${end}`);
  if (outcome === 'fresh') done('token left alone', `version ${tokenVersion} ${end}: not due, nobody was asked`);
  if (code === 'STORE_FAILED') notDone('token stored', `${tokenParameter}`);
  if (outcome === 'failed') lines.push('', scene.failure ?? failureStory(tick, scene.width));
  for (const warning of warnings) lines.push(warningLine(warning, scene.width));
  return lines.join('\n');
}

/** One tick in one line, broken between words where it is wider than `width`. */
export function tickLine(tick: TickLogLine, at: Date, width: number): string {
  const why = tick.outcome !== 'failed' && tick.trigger ? `  because ${tick.trigger}` : '';
  const { start, taken } = lineStart(tick, at, tick.outcome);
  return wrapped(start, `${life(tick)}${why}`, taken, width);
}

/**
 * The same, never wider than `width`, for a line that is replaced by the next one.
 * @param failures how often it has failed with that code in a row
 */
export function openTickLine(tick: TickLogLine, at: Date, failures: number, width: number): string {
  const isRepeated = failures > 1;
  const { start, taken } = lineStart(tick, at, isRepeated ? `${tick.outcome} ${failures} times` : tick.outcome);
  const failure = isRepeated ? `  ${tick.code}: ${tick.message}` : '';
  const room = Math.max(1, width - taken - 1);
  const [first = '', ...more] = wrapText(`${life(tick)}${failure}`, room);
  return `${start}${first.trimEnd()}${more.length > 0 ? '…' : ''}`;
}

function lineStart({ outcome }: TickLogLine, at: Date, result: string): { start: string; taken: number } {
  const colour = outcome === 'failed' ? 'red' : outcome === 'fresh' ? 'dim' : 'green';
  const time = at.toISOString().slice(11, 19);
  return { start: `${time}  ${styleText(colour, result.padEnd(9))}  `, taken: 12 + Math.max(9, result.length) };
}

function life({ tokenVersion, secondsRemaining = 0 }: TickLogLine): string {
  return tokenVersion === undefined ? 'no token' : `version ${tokenVersion}, ${spanText(secondsRemaining)} left`;
}

/** A heading with an empty line above it. */
export function heading(text: string): string {
  return `\n${styleText('bold', text)}`;
}

/** Enough to distinguish two tokens, far too little to use one. */
function mask(secret: string | undefined): string {
  if (secret === undefined) return MASK;
  return secret.length < 20 ? MASK : `${secret.slice(0, 4)}${MASK}`;
}

/** Enough to distinguish two versions. */
function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id;
}

const MASK = '••••••••';

const ALARM_TIMING: Readonly<Record<ErrorGuidance['alarm'], string>> = {
  CredentialsRefused: 'CredentialsRefused (page) at once',
  RefreshFailing: 'RefreshFailing (ticket) from the second failed tick on; TokenExpiring (page) if it lasts',
};

/** What an operator sees of a failed tick. */
export function failureStory(tick: TickLogLine, width: number): string {
  const { code, cause, said, profileEntry, tokenVersion } = tick;
  const guidance = code && ERROR_GUIDE[code];
  const facts: Readonly<Record<string, string | undefined>> = {
    cause,
    said,
    profile: profileEntry && `if that is a refusal of the credentials, add ${profileEntry}`,
    'stored token':
      tokenVersion === undefined
        ? 'none that is known to be good'
        : `untouched: version ${tokenVersion}, expires ${expiry(tick)}`,
    'asked again': guidance?.askedAgain,
    alarm: guidance && ALARM_TIMING[guidance.alarm],
    'do first': guidance?.doFirst,
  };
  const lines = Object.entries(facts).flatMap(([name, detail]) => (detail ? [factLine(name, detail, width)] : []));
  return [failureLine(tick, width), ...lines].join('\n');
}

/** The error's code and message. */
export function failureLine({ code = 'INTERNAL_ERROR', message = '' }: TickLogLine, width: number): string {
  return wrapped(`  ${styleText('red', `✗ ${code}`)}  `, message, 4, width, code.length + 6);
}

function stepLine(sign: string, step: string, detail: string, width: number): string {
  // An address is kept whole where a line can hold it.
  return wrapped(`  ${sign} ${step.padEnd(20)}`, detail, width < 90 ? 6 : 24, width, 24);
}

/** What somebody should look at. */
export function warningLine(warning: string, width: number): string {
  return wrapped(`  ${styleText('yellow', '!')} `, warning, 4, width);
}

/** What runs where. */
export function stageLine(name: string, detail: string, width: number): string {
  return wrapped(`  ${name.padEnd(15)}`, detail, 17, width);
}

function factLine(name: string, detail: string, width: number): string {
  return wrapped(`    ${styleText('dim', name.padEnd(20))}`, detail, 24, width);
}

/**
 * Lines after the first stand under it, unless that leaves too little room.
 * @param taken by `start`, in characters
 */
function wrapped(start: string, text: string, indent: number, width: number, taken = indent): string {
  const under = Math.min(indent, Math.floor(width / 3));
  const lines = wrapText(text, width - under, Math.max(24, width - taken));
  return (start + lines.join(`\n${' '.repeat(under)}`)).replace(/ +\n/, '\n');
}

function expiry({ expiresAt, secondsRemaining = 0 }: TickLogLine): string {
  return `${expiresAt?.slice(0, 19).replace('T', ' ')} UTC (in ${spanText(secondsRemaining)})`;
}
