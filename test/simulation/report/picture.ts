import { firings } from '../judge/assessment.ts';
import { type Span, statusHistory } from '../judge/token-life.ts';
import { DAY_MS, HOUR_MS, type Scenario } from '../model/scenario.ts';
import { vendorDownFor } from '../scenarios.ts';
import { deploymentOf, STRATEGIES, type Templates, type Trial, tryOut } from '../trial.ts';
import { duration } from './scenario-tables.ts';

const WIDTH = 960;
const LEFT = 190;
const RIGHT = 24;
const CURVE_TOP = 64;
const CURVE_HEIGHT = 130;
const LANE_HEIGHT = 46;
const LANES_TOP = CURVE_TOP + CURVE_HEIGHT + 34;
const HEIGHT = LANES_TOP + STRATEGIES.length * LANE_HEIGHT + 44;
const BEFORE_MS = 3 * HOUR_MS;
const SHOWN_MS = 14 * HOUR_MS;

/** One outage of six hours, as each way to keep a token fresh lives through it: an SVG for docs/outages.md. */
export async function outagePicture(templates: Templates): Promise<string> {
  const month = vendorDownFor(6);
  const [struckAt = 0] = month.strikes;
  const scenario: Scenario = {
    ...month,
    days: Math.ceil((struckAt + SHOWN_MS) / DAY_MS),
    faults: month.faults.filter(({ from }) => from === struckAt),
    strikes: [struckAt],
  };
  const trials: Trial[] = [];
  for (const strategy of STRATEGIES) trials.push(await tryOut(strategy, scenario, templates));
  const [own] = trials;
  const [outage] = own?.month.faults ?? [];
  if (own === undefined || outage === undefined) throw new TypeError('there is nothing to draw');

  const { config } = deploymentOf(templates, {});
  const shown = { from: outage.from - BEFORE_MS, until: outage.from - BEFORE_MS + SHOWN_MS };
  const x = (time: number) => LEFT + ((time - shown.from) / SHOWN_MS) * (WIDTH - LEFT - RIGHT);
  const parts = [
    outageBand(outage, x),
    hours(outage.from, shown, x),
    curve(own, config.tokenParameterName, config.tokenLifetimeSeconds, shown, x),
    ...trials.map((trial, lane) => laneOf(STRATEGIES[lane] ?? '', trial, LANES_TOP + lane * LANE_HEIGHT, shown, x)),
    legend(),
  ];
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-labelledby="title">`,
    '<title id="title">The service is down for six hours: how long each way to refresh a token leaves its readers without one, and when it pages</title>',
    STYLE,
    ...parts,
    '</svg>',
  ].join('\n')}\n`;
}

const STYLE = `<style>
  text { fill: #333 } .faint { fill: #777 } .axis { stroke: #999; stroke-width: 1 }
  .outage { fill: #8884 } .life { fill: #2f9e6e33; stroke: #2f9e6e; stroke-width: 1.5 }
  .threshold { stroke: #c77700; stroke-dasharray: 4 3 } .valid { fill: #2f9e6e } .gap { fill: #d64545 }
  .on-gap { fill: #fff; font-weight: 600 } .login { stroke: #557; stroke-width: 1.2 } .page { fill: #c77700 }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } .faint { fill: #999 } .login { stroke: #aac } }
</style>`;

type Scale = (time: number) => number;

function outageBand({ from, until }: Span, x: Scale): string {
  const middle = (x(from) + x(until)) / 2;
  return (
    rect('outage', x(from), 34, x(until) - x(from), HEIGHT - 34 - 40) +
    text(middle, 26, 'the service does not answer for 6 h', 'text-anchor="middle" font-weight="600"')
  );
}

function hours(zero: number, shown: Span, x: Scale): string {
  const bottom = HEIGHT - 40;
  const ticks: string[] = [];
  for (let hour = -2; zero + hour * HOUR_MS < shown.until; hour += 2) {
    const at = x(zero + hour * HOUR_MS);
    const label = hour === 0 ? '0' : `${hour > 0 ? '+' : '−'}${Math.abs(hour)} h`;
    ticks.push(
      line('axis', at, bottom, at, bottom + 4),
      text(at, bottom + 17, label, 'text-anchor="middle" class="faint"'),
    );
  }
  return line('axis', x(shown.from), bottom, x(shown.until), bottom) + ticks.join('');
}

/** How long this project's token still lives, and where TokenExpiring starts to count. */
function curve(own: Trial, tokenParameterName: string, lifetimeSeconds: number, shown: Span, x: Scale): string {
  const bottom = CURVE_TOP + CURVE_HEIGHT;
  const y = (remainingMs: number) => bottom - (Math.max(0, remainingMs) / (lifetimeSeconds * 1000)) * CURVE_HEIGHT;
  const records = statusHistory(own.month, tokenParameterName).flatMap(({ at, status }) =>
    status?.token === undefined ? [] : [{ at, expiresAt: Date.parse(status.token.expiresAt) }],
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
    text(LEFT - 10, CURVE_TOP + 12, 'token still lives', 'text-anchor="end"'),
    text(LEFT - 10, CURVE_TOP + 28, 'this project, up to 4 h', 'text-anchor="end" class="faint" font-size="11"'),
    text(LEFT - 10, threshold + 4, 'pages below 1 h 20', 'text-anchor="end" class="faint" font-size="11"'),
  ].join('');
}

/** One strategy: when its readers held a valid token, when it logged in, when it paged. */
function laneOf(name: string, { month, assessment }: Trial, top: number, shown: Span, x: Scale): string {
  const barTop = top + 12;
  const clip = ({ from, until }: Span) => ({ from: Math.max(from, shown.from), until: Math.min(until, shown.until) });
  const isShown = ({ from, until }: Span) => until > shown.from && from < shown.until;
  const bar = (kind: string) => (span: Span) => rect(kind, x(span.from), barTop, x(span.until) - x(span.from), 16);
  const without = assessment.gaps.filter(isShown).map(clip);
  const pages = firings(assessment.alarms.filter((alarm) => alarm.pages)).filter(
    (at) => at > shown.from && at < shown.until,
  );
  const logins = month.logins.filter(({ at }) => at > shown.from && at < shown.until);
  return [
    text(LEFT - 10, barTop + 13, name, 'text-anchor="end"'),
    ...assessment.valid.filter(isShown).map(clip).map(bar('valid')),
    ...without.map(bar('gap')),
    ...without.map(({ from, until }) =>
      text(
        (x(from) + x(until)) / 2,
        barTop + 12,
        duration(until - from),
        'text-anchor="middle" class="on-gap" font-size="11"',
      ),
    ),
    ...logins.map(({ at }) => line('login', x(at), barTop + 18, x(at), barTop + 24)),
    ...pages.map((at) => bell(x(at), barTop - 3)),
  ].join('');
}

function bell(at: number, bottom: number): string {
  return `<path class="page" d="M${round(at)},${bottom} l-5,-9 h10 z"/>`;
}

function legend(): string {
  const y = HEIGHT - 6;
  return [
    rect('valid', LEFT, y - 10, 18, 10),
    text(LEFT + 24, y, 'readers hold a valid token', 'font-size="11"'),
    rect('gap', LEFT + 190, y - 10, 18, 10),
    text(LEFT + 214, y, 'they do not', 'font-size="11"'),
    line('login', LEFT + 304, y - 9, LEFT + 304, y - 1),
    text(LEFT + 312, y, 'login sent', 'font-size="11"'),
    bell(LEFT + 402, y),
    text(LEFT + 412, y, 'a person is paged', 'font-size="11"'),
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
