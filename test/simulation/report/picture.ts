import { deploymentOf } from '../deployment.ts';
import type { OnsetOutcome } from '../judge/assessment.ts';
import { type Span, statusHistory } from '../judge/token-life.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/scenario.ts';
import { outageAt } from '../scenarios.ts';
import { STRATEGIES } from '../strategies.ts';
import { type Trial, tryOut } from '../trial.ts';
import { duration, lead, withoutToken } from './scenario-tables.ts';

const WIDTH = 1020;
const LEFT = 222;
/** Room for what each way comes to, in words. */
const RIGHT = 222;
const CURVE_TOP = 64;
const CURVE_HEIGHT = 120;
const LANE_HEIGHT = 48;
const BAR_HEIGHT = 18;
const LANES_TOP = CURVE_TOP + CURVE_HEIGHT + 22;
const AXIS = LANES_TOP + STRATEGIES.length * LANE_HEIGHT + 8;
const HEIGHT = AXIS + 62;
const BEFORE_MS = 3 * HOUR_MS;
const SHOWN_MS = 9 * HOUR_MS;

const OUTAGE_HOURS = 3;
/** Ways that refresh every two or four hours do so on the hour: each of them is just about to. */
const ONSET_AT = 2 * DAY_MS - 5 * MINUTE_MS;

/**
 * One outage that begins five minutes before a refresh is due, as each way to keep a token fresh lives through it.
 * @returns the picture, and what is to be seen, for those who do not see it
 */
export async function outagePicture(): Promise<{ readonly svg: string; readonly alt: string }> {
  const scenario = outageAt({}, ONSET_AT, OUTAGE_HOURS * HOUR_MS);
  const trials: Trial[] = [];
  for (const strategy of STRATEGIES) trials.push(await tryOut(strategy, scenario));
  const [own] = trials;
  const [outage] = own?.month.faults ?? [];
  if (own === undefined || outage === undefined) throw new TypeError('there is nothing to draw');

  const shown = { from: outage.from - BEFORE_MS, until: outage.from - BEFORE_MS + SHOWN_MS };
  const x = (time: number) => LEFT + ((time - shown.from) / SHOWN_MS) * (WIDTH - LEFT - RIGHT);
  const title = `The service is down for ${OUTAGE_HOURS} h, from 5 min before a refresh on`;
  const alt = `${title}. ${trials.map((trial, lane) => `${STRATEGIES[lane]}: ${inWords(trial).join(', ')}`).join('; ')}`;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif" font-size="13" role="img" aria-labelledby="outage-title">`,
    `<title id="outage-title">${alt}</title>`,
    STYLE,
    HATCHING,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}" rx="12"/>`,
    outageBand(outage, x),
    hours(outage.from, shown, x),
    curve(own, deploymentOf({}).config.tokenLifetimeSeconds, shown, x),
    ...trials.map((trial, lane) => laneOf(STRATEGIES[lane] ?? '', trial, LANES_TOP + lane * LANE_HEIGHT, shown, x)),
    legend(),
    '</svg>',
  ].join('\n');
  return { svg: `${svg}\n`, alt };
}

/** Blue and orange stay apart for every kind of colour blindness; the hatching does without any colour. */
const STYLE = `<style>
  .paper { fill: #fffefb; stroke: #dcd8cc } text { fill: #1c2330 } .quiet { fill: #586070; font-size: 11.5px }
  .name { font-weight: 650 } .axis { stroke: #8a8f99 } .outage { fill: #8a8f9926; stroke: #8a8f99; stroke-dasharray: 2 3 }
  .life { fill: #1d5fbf26; stroke: #1d5fbf; stroke-width: 1.8 } .threshold { stroke: #1c2330; stroke-dasharray: 5 4 }
  .valid { fill: #1d5fbf } .gap { fill: url(#hatching); stroke: #b24e00; stroke-width: 1.5 }
  .gap-paper { fill: #ffe9d6 } .gap-line { stroke: #d9670a; stroke-width: 3.5 }
  .login { stroke: #586070; stroke-width: 1.6 } .page { fill: #1c2330 } .page-sign { fill: #fffefb; font-weight: 700 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #1a1f27; stroke: #353c47 } text { fill: #e8eaee } .quiet { fill: #a3abb8 }
    .life { fill: #7db1ff2e; stroke: #7db1ff } .threshold { stroke: #e8eaee }
    .valid { fill: #5b97ee } .gap { stroke: #ffa861 } .gap-paper { fill: #3a2412 } .gap-line { stroke: #ffa861 }
    .login { stroke: #a3abb8 } .page { fill: #e8eaee } .page-sign { fill: #1a1f27 }
  }
</style>`;

const HATCHING =
  '<defs><pattern id="hatching" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
  '<rect class="gap-paper" width="9" height="9"/><line class="gap-line" x1="2" y1="0" x2="2" y2="9"/></pattern></defs>';

/** What an outage came to, in two lines. */
function inWords({ assessment }: Trial): readonly [readers: string, person: string] {
  const [onset] = assessment.onsets;
  const without = onset === undefined ? undefined : withoutToken(onset);
  return [
    without === undefined ? 'readers notice nothing' : `${duration(without)} without a token`,
    onset?.msToPage === undefined ? 'nobody is paged' : pagedInWords(onset),
  ];
}

function pagedInWords(onset: OnsetOutcome): string {
  const ahead = lead(onset);
  const times = [undefined, 'once', 'twice'][onset.pages] ?? `${onset.pages} times`;
  if (ahead === undefined) return `paged after ${duration(onset.msToPage)}, ${times}`;
  return ahead < 0 ? `paged ${duration(-ahead)} too late, ${times}` : `paged ${duration(ahead)} before that, ${times}`;
}

type Scale = (time: number) => number;

function outageBand({ from, until }: Span, x: Scale): string {
  return (
    rect('outage', x(from), 40, x(until) - x(from), AXIS - 40) +
    text((x(from) + x(until)) / 2, 28, `the service is down for ${OUTAGE_HOURS} h`, 'text-anchor="middle" class="name"')
  );
}

function hours(zero: number, shown: Span, x: Scale): string {
  const ticks: string[] = [];
  for (let hour = -BEFORE_MS / HOUR_MS; zero + hour * HOUR_MS <= shown.until; hour += 1) {
    const at = x(zero + hour * HOUR_MS);
    const label = hour === 0 ? '0' : `${hour > 0 ? '+' : '−'}${Math.abs(hour)} h`;
    ticks.push(line('axis', at, AXIS, at, AXIS + 4), text(at, AXIS + 18, label, 'text-anchor="middle" class="quiet"'));
  }
  return line('axis', x(shown.from), AXIS, x(shown.until), AXIS) + ticks.join('');
}

/** How long this project's token still lives, and where TokenExpiring starts to count. */
function curve(own: Trial, lifetimeSeconds: number, shown: Span, x: Scale): string {
  const bottom = CURVE_TOP + CURVE_HEIGHT;
  const y = (remainingMs: number) => bottom - (Math.max(0, remainingMs) / (lifetimeSeconds * 1000)) * CURVE_HEIGHT;
  const records = statusHistory(own.month).flatMap(({ at, content }) =>
    content?.token === undefined ? [] : [{ at, expiresAt: Date.parse(content.token.expiresAt) }],
  );
  const points: string[] = [];
  for (const [index, { at, expiresAt }] of records.entries()) {
    const from = Math.max(at, shown.from);
    const until = Math.min(records[index + 1]?.at ?? shown.until, shown.until);
    if (from >= until) continue;
    const corners = [from, ...(expiresAt > from && expiresAt < until ? [expiresAt] : []), until];
    for (const corner of corners) points.push(`${round(x(corner))},${round(y(expiresAt - corner))}`);
  }
  const area = `${round(x(shown.from))},${bottom} ${points.join(' ')} ${round(x(shown.until))},${bottom}`;
  const threshold = y((lifetimeSeconds * 1000) / 3);
  return [
    `<polygon class="life" points="${area}"/>`,
    line('threshold', x(shown.from), threshold, x(shown.until), threshold),
    text(LEFT - 12, CURVE_TOP + 14, 'life left of the token', 'text-anchor="end" class="name"'),
    text(LEFT - 12, CURVE_TOP + 31, 'this project, at most 4 h', 'text-anchor="end" class="quiet"'),
    text(LEFT - 12, threshold + 4, 'pages below 1 h 20', 'text-anchor="end" class="quiet"'),
  ].join('');
}

/** One strategy: when its readers held a valid token, when it logged in, when it paged. */
function laneOf(name: string, trial: Trial, top: number, shown: Span, x: Scale): string {
  const { month, assessment } = trial;
  const barTop = top + 16;
  const clip = ({ from, until }: Span) => ({ from: Math.max(from, shown.from), until: Math.min(until, shown.until) });
  const isShown = ({ from, until }: Span) => until > shown.from && from < shown.until;
  const bar = (kind: string) => (span: Span) =>
    rect(kind, x(span.from), barTop, x(span.until) - x(span.from), BAR_HEIGHT);
  const isInside = (at: number) => at > shown.from && at < shown.until;
  const [readers, person] = inWords(trial);
  return [
    text(LEFT - 12, barTop + 14, name, 'text-anchor="end" class="name"'),
    ...assessment.valid.filter(isShown).map(clip).map(bar('valid')),
    ...assessment.gaps.filter(isShown).map(clip).map(bar('gap')),
    ...month.logins
      .filter(({ at }) => isInside(at))
      .map(({ at }) => line('login', x(at), barTop + BAR_HEIGHT + 2, x(at), barTop + BAR_HEIGHT + 9)),
    ...assessment.pages.filter(isInside).map((at) => pageSign(x(at), barTop - 2)),
    text(WIDTH - RIGHT + 14, barTop + 6, readers, 'class="name"'),
    text(WIDTH - RIGHT + 14, barTop + 23, person, 'class="quiet"'),
  ].join('');
}

/** A triangle with an exclamation mark. */
function pageSign(at: number, bottom: number): string {
  return (
    `<path class="page" d="M${round(at)},${bottom - 15} l9,15 h-18 z"/>` +
    text(at, bottom - 2, '!', 'text-anchor="middle" class="page-sign" font-size="11"')
  );
}

function legend(): string {
  const y = HEIGHT - 14;
  return [
    rect('valid', LEFT, y - 11, 24, 12),
    text(LEFT + 32, y, 'readers hold a valid token', 'class="quiet"'),
    rect('gap', LEFT + 196, y - 11, 24, 12),
    text(LEFT + 228, y, 'they do not', 'class="quiet"'),
    line('login', LEFT + 312, y - 9, LEFT + 312, y),
    text(LEFT + 320, y, 'login sent', 'class="quiet"'),
    pageSign(LEFT + 400, y + 1),
    text(LEFT + 414, y, 'a person is paged', 'class="quiet"'),
  ].join('');
}

function rect(kind: string, x: number, y: number, width: number, height: number): string {
  return `<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}"/>`;
}

function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${kind}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
