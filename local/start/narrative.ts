import { styleText } from 'node:util';
import { ERROR_GUIDE } from '../../lambda/error-guide.ts';
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

type Step = readonly [isDone: boolean, step: string, detail: string];

/** One tick, step by step in the order of events. */
export function tickStory(tick: TickLogLine, scene: Scene): string {
  const { outcome, code, tokenParameter, tokenVersion, warnings = [] } = tick;
  const { width, token, failure = failureStory(tick, width) } = scene;
  const end = `expires ${expiry(tick)}`;
  const last: Readonly<Record<TickLogLine['outcome'], readonly Step[]>> = {
    refreshed: [
      [true, 'token stored', `${tokenParameter}, version ${tokenVersion}, value ${mask(token)}`],
      [true, 'status stored', `version ${tokenVersion} ${end}`],
    ],
    unchanged: [[true, 'token kept', `the service gave the same one again; it ${end}`]],
    fresh: [[true, 'token left alone', `version ${tokenVersion} ${end}: not due, nobody was asked`]],
    failed: code === 'STORE_FAILED' ? [[false, 'token stored', `${tokenParameter}`]] : [],
  };
  return [
    ...[...firstSteps(tick, scene), ...last[outcome]].map((step) => stepLine(step, width)),
    ...(outcome === 'failed' ? ['', failure] : []),
    ...warnings.map((warning) => warningLine(warning, width)),
  ].join('\n');
}

function firstSteps(tick: TickLogLine, { endpoint, credentialsFile, requests = 1 }: Scene): readonly Step[] {
  const { outcome, code, secretVersionId, endpointLatenciesMs: latencies } = tick;
  const steps: Step[] = [];
  if (secretVersionId !== undefined) {
    const secret = credentialsFile ?? `secret ${SECRET_ID}, version ${secretVersionId.slice(0, 8)}…`;
    steps.push([true, 'credentials read', `${secret}, values ${MASK}`]);
  } else if (code?.startsWith('CREDENTIALS_')) {
    steps.push([false, 'credentials read', credentialsFile ?? `secret ${SECRET_ID}`]);
  }
  if (latencies !== undefined) {
    const repeated = requests > 1 ? `, the last of ${requests} requests` : '';
    const isMinted = outcome !== 'failed' || code === 'STORE_FAILED';
    steps.push([isMinted, 'token requested', `${endpoint}, ${latencies.at(-1)} ms${repeated}`]);
  }
  return steps;
}

/** Of the terminal; where the output goes elsewhere, what a page or a mail shows. */
export function width(): number {
  return Math.min(process.stdout.columns ?? 120, 120);
}

/** A heading with an empty line above it. */
export function heading(text: string): string {
  return `\n${styleText('bold', text)}`;
}

/** Enough to distinguish two tokens, far too little to use one. */
function mask(secret = ''): string {
  return secret.length < 20 ? MASK : `${secret.slice(0, 4)}${MASK}`;
}

const MASK = '••••••••';

const ALARM_TIMING = {
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
    alarm: guidance && ALARM_TIMING[guidance.alarm ?? 'RefreshFailing'],
    'do first': guidance?.doFirst,
  };
  const factLine = (name: string, detail: string) =>
    wrapped(`    ${styleText('dim', name.padEnd(20))}`, detail, 24, width);
  const lines = Object.entries(facts).flatMap(([name, detail]) => (detail ? [factLine(name, detail)] : []));
  return [failureLine(tick, width), ...lines].join('\n');
}

/** The error's code and message. */
export function failureLine({ code = 'INTERNAL_ERROR', message = '' }: TickLogLine, width: number): string {
  return wrapped(`  ${styleText('red', `✗ ${code}`)}  `, message, 4, width, code.length + 6);
}

function stepLine([isDone, step, detail]: Step, width: number): string {
  const sign = isDone ? styleText('green', '✓') : styleText('red', '✗');
  // An address is kept whole where a line can hold it.
  return wrapped(`  ${sign} ${step.padEnd(20)}`, detail, width < 90 ? 6 : 24, width, 24);
}

/** What somebody should look at. */
export function warningLine(warning: string, width: number): string {
  return wrapped(`  ${styleText('yellow', '!')} `, warning, 4, width);
}

/**
 * Text behind what it starts with. Lines after the first stand under it, unless that leaves too little room.
 * @param taken by `start`, in characters
 */
export function wrapped(start: string, text: string, indent: number, width: number, taken = indent): string {
  const under = Math.min(indent, Math.floor(width / 3));
  const lines = wrapText(text, width - under, Math.max(24, width - taken));
  return (start + lines.join(`\n${' '.repeat(under)}`)).replace(/ +\n/, '\n');
}

function expiry({ expiresAt, secondsRemaining = 0 }: TickLogLine): string {
  return `${expiresAt?.slice(0, 19).replace('T', ' ')} UTC (in ${spanText(secondsRemaining)})`;
}
