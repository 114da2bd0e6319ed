import type { Life, SentLogin, Snapshot, TickView } from '../snapshot.ts';
import { clockSeconds, clockTime, dayText, dayTime, span } from '../time-text.ts';
import { drawing, sign, svg, text } from './elements.ts';

/** Below this width there is no room for words beside the curve. */
const NARROW = 560;
const LEFT = 50;
const RIGHT = 12;
const ACTS_ROW = 12;
const CURVE_TOP = 40;
const ROW = 15;
const AXIS = 22;

/** Draws the past, and what comes if nothing more goes wrong. */
export function drawChart(place: HTMLElement, snapshot: Snapshot, ticks: readonly TickView[]): void {
  const { now, settings, lives, alarms } = snapshot;
  const scales = scalesOf(Math.max(280, place.clientWidth), now, settings.lifetimeSeconds * 1000);
  const { x, bottom, width } = scales;
  const rows = (pages: boolean) => ROW * Math.max(2, alarms.filter((alarm) => alarm.pages === pages).length);
  const [ticksRow, loginsRow, pagesTop] = [bottom + 22, bottom + 44, bottom + 64];
  const ticketsTop = pagesTop + rows(true) + 6;
  const end = ticketsTop + rows(false) + 4;
  const life = lives.at(-1);
  place.replaceChildren(
    drawing(
      width,
      end + AXIS,
      summary(snapshot),
      hatching(),
      ...grid(scales, settings.lifetimeSeconds),
      ...axis(scales, end),
      ...lives.flatMap((one, index) => curve(one, lives[index - 1], now, scales)),
      ...threshold(scales, settings.pageBelowSeconds * 1000),
      ...(life === undefined ? [] : ahead(life, now, scales)),
      ...signLane('ticks', ticksRow, 12, ticks.map(tickMark), scales),
      ...signLane('logins', loginsRow, 13, snapshot.logins.recent.map(loginMark), scales),
      ...alarmLane(snapshot, true, pagesTop, scales),
      ...alarmLane(snapshot, false, ticketsTop, scales),
      ...acts(snapshot, scales),
      svg('line', { class: 'now', x1: x(now), x2: x(now), y1: CURVE_TOP - 8, y2: end }),
      text(x(now), CURVE_TOP - 12, 'now', { class: 'strong', 'text-anchor': 'middle' }),
    ),
  );
}

type Scales = ReturnType<typeof scalesOf>;

/** Time to the right, how long the token still lives upwards. */
function scalesOf(width: number, now: number, lifetimeMs: number) {
  const isNarrow = width < NARROW;
  const from = now - lifetimeMs * (isNarrow ? 0.7 : 1.3);
  const to = now + lifetimeMs * (isNarrow ? 1.06 : 1.3);
  const right = width - RIGHT;
  const bottom = CURVE_TOP + (isNarrow ? 180 : 220);
  return {
    from,
    to,
    width,
    right,
    bottom,
    isNarrow,
    x: (at: number) => LEFT + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (right - LEFT),
    y: (remainingMs: number) => bottom - (Math.max(0, remainingMs) / lifetimeMs) * (bottom - CURVE_TOP),
  };
}

/** The whole picture for somebody who hears it. */
function summary({ now, lives, settings, verdict }: Snapshot): string {
  const life = lives.at(-1);
  if (life === undefined) return verdict.title;
  const { version, dueAt, expiresAt, deadAt = expiresAt } = life;
  const isOver = Math.min(deadAt, expiresAt) <= now;
  const lifeInWords = isOver
    ? `${verdict.title} It ended at ${dayTime(Math.min(deadAt, expiresAt), now)}, `
    : `Version ${version} lives for ${span(expiresAt - now)}. Due at ${dayTime(dueAt, now)}, expires at ${dayTime(expiresAt, now)}, `;
  return `Curve of the token's remaining life. ${lifeInWords}a person is paged below ${span(settings.pageBelowSeconds * 1000)}.`;
}

/** For what the service no longer accepts. */
function hatching(): SVGElement {
  const placed = { patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' };
  const pattern = svg('pattern', { id: 'hatch', width: 7, height: 7, ...placed });
  pattern.append(svg('line', { class: 'hatch', x1: 0, y1: 0, x2: 0, y2: 7 }));
  const definitions = svg('defs', {});
  definitions.append(pattern);
  return definitions;
}

function grid({ y, right }: Scales, lifetimeSeconds: number): SVGElement[] {
  const parts = lifetimeSeconds % 240 === 0 ? 4 : 2;
  return Array.from({ length: parts + 1 }, (_, part) => (lifetimeSeconds * 1000 * part) / parts).flatMap((ms) => [
    svg('line', { class: 'grid', x1: LEFT, x2: right, y1: y(ms), y2: y(ms) }),
    text(LEFT - 8, y(ms) + 4, ms === 0 ? '0' : span(ms), { 'text-anchor': 'end' }),
  ]);
}

const STEPS_S = [
  1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000, 7_776_000,
];

function axis({ from, to, x, right }: Scales, top: number): SVGElement[] {
  const pxPerSecond = (right - LEFT) / ((to - from) / 1000);
  const stepS = STEPS_S.find((seconds) => seconds * pxPerSecond >= 64) ?? 31_536_000;
  const stepMs = stepS * 1000;
  const label = stepS < 60 ? clockSeconds : stepS < 86_400 ? clockTime : dayText;
  const marks: SVGElement[] = [svg('line', { class: 'lane', x1: LEFT, x2: right, y1: top, y2: top })];
  for (let at = Math.ceil(from / stepMs) * stepMs; at <= to; at += stepMs) {
    marks.push(svg('line', { class: 'grid', x1: x(at), x2: x(at), y1: top, y2: top + 5 }));
    if (x(at) < right - 14) marks.push(text(x(at), top + 18, label(at), { 'text-anchor': 'middle' }));
  }
  return marks;
}

/** Falls from the moment the token was stored until it is replaced, with the step up from the one before. */
function curve(life: Life, before: Life | undefined, now: number, { x, y, from, bottom }: Scales): SVGElement[] {
  const { storedAt, replacedAt = now, expiresAt, deadAt } = life;
  if (replacedAt < from) return [];
  const begin = Math.max(storedAt, from);
  const usableUntil = Math.max(begin, Math.min(replacedAt, expiresAt, deadAt ?? expiresAt));
  const point = (at: number, remainingMs = expiresAt - at) => `${x(at)},${y(remainingMs)}`;
  const area = (name: string, since: number, until: number, words?: string) => {
    const points = `${x(since)},${bottom} ${point(since)} ${point(until)} ${x(until)},${bottom}`;
    return svg('polygon', { class: name, points }, words);
  };
  const step = before === undefined || storedAt < from ? '' : `${point(storedAt, before.expiresAt - storedAt)} `;
  const isDead = deadAt !== undefined && usableUntil < replacedAt;
  return [
    area('area', begin, usableUntil),
    svg('polyline', { class: 'curve', points: `${step}${point(begin)} ${point(usableUntil)}` }),
    ...(isDead ? [area('dead', usableUntil, Math.min(replacedAt, expiresAt), 'The service rejects this token.')] : []),
  ];
}

/** Its words stand at the right end, where the curve to come has already fallen below them, and above those of its end. */
function threshold({ y, right, bottom, isNarrow }: Scales, belowMs: number): SVGElement[] {
  const words = { class: 'bad', 'text-anchor': 'end' };
  const row = Math.min(y(belowMs), bottom - 14);
  return [
    svg('line', { class: 'threshold', x1: LEFT, x2: right, y1: y(belowMs), y2: y(belowMs) }),
    text(right, row - 20, isNarrow ? 'page below' : 'a person is paged below', words),
    text(right, row - 6, span(belowMs), words),
  ];
}

/** What comes: due, and the end if nobody replaced it. */
function ahead({ version, dueAt, expiresAt, deadAt }: Life, now: number, scales: Scales): SVGElement[] {
  if (Math.min(expiresAt, deadAt ?? expiresAt) <= now) return [];
  const { x, y, to, right, bottom, isNarrow } = scales;
  const end = Math.min(expiresAt, to);
  const [nowX, nowY, endX, dueX, dueY] = [x(now), y(expiresAt - now), x(end), x(dueAt), y(expiresAt - dueAt)];
  const due = `due ${dayTime(dueAt, now)}`;
  const isDueAtEnd = x(expiresAt) - dueX < 60;
  // Its words would stand upon those of now.
  const isDueSoon = !isNarrow && !isDueAtEnd && dueAt > now && dueY - nowY < 16;
  const expires = `${isDueAtEnd ? 'due, ' : ''}expires ${dayTime(expiresAt, now)}`;
  const left = `version ${version}: ${span(expiresAt - now)}${isDueSoon ? `, ${due}` : ''}`;
  const gap = nowY < CURVE_TOP + 16 ? 22 : 10;
  return [
    svg('polyline', { class: 'ahead', points: `${nowX},${nowY} ${endX},${y(expiresAt - end)}` }),
    svg('circle', { class: 'dot', cx: nowX, cy: nowY, r: 5 }),
    right - endX < expires.length * 7.5
      ? text(endX - 22, bottom - 7, expires, { 'text-anchor': 'end', class: 'strong' })
      : text(endX + 6, bottom - 6, expires, { class: 'strong' }),
    ...(isNarrow ? [] : [text(nowX + gap, nowY - 8, left, { class: 'good' })]),
    ...(dueAt > now
      ? [
          svg('line', { class: 'due', x1: dueX, x2: dueX, y1: dueY, y2: bottom }),
          svg('path', { class: 'fill-good', d: `M${dueX},${dueY - 5} l5,5 l-5,5 l-5,-5 z` }),
          ...(isDueAtEnd || isDueSoon ? [] : [text(dueX + 8, dueY - 6, due, { class: 'good' })]),
        ]
      : []),
  ];
}

function laneLabel(row: number, words: string): SVGElement {
  return text(LEFT - 8, row, words, { 'text-anchor': 'end' });
}

/** What happened at an instant, and its sign. */
type Mark = readonly [at: number, sign: string, words: string];

function signLane(name: string, row: number, size: number, marks: readonly Mark[], { from, x }: Scales): SVGElement[] {
  const shown = marks.filter(([at]) => at >= from);
  return [
    laneLabel(row, name),
    ...shown.map(([at, kind, words]) => sign(kind, x(at), row - 4, size, `${clockTime(at)} ${words}`)),
  ];
}

function tickMark({ at, kind, code }: TickView): Mark {
  return [at, kind.replace(' ', '-'), code === undefined ? kind : `${kind}: ${code}`];
}

function loginMark({ at, outcome }: SentLogin): Mark {
  return [at, outcome === 'granted' ? 'granted' : 'refused', `login: ${outcome}`];
}

/** Each alarm has its row, with a bar from going into ALARM to leaving it, or to now. */
function alarmLane({ now, alarms, alarmChanges }: Snapshot, pages: boolean, top: number, scales: Scales): SVGElement[] {
  const { from, x } = scales;
  const bars = alarms
    .filter((alarm) => alarm.pages === pages)
    .flatMap(({ name }, row) => {
      const changes = alarmChanges.filter((change) => change.name === name);
      return changes.flatMap(({ at, state }, index) => {
        const until = changes[index + 1]?.at ?? now;
        return state === 'ALARM' && until >= from ? bar(name, x(at), x(until), top + row * ROW, clockTime(at)) : [];
      });
    });
  return [laneLabel(top + ROW + 4, pages ? 'page' : 'ticket'), ...bars];
}

function bar(name: string, left: number, right: number, y: number, since: string): SVGElement[] {
  const words = `${name} in ALARM since ${since}`;
  const hasRoom = right - left > 18 + name.length * 6.4;
  return [
    svg('rect', { class: 'firing', x: left, y, width: Math.max(2, right - left), height: ROW - 3 }, words),
    sign('danger', left, y + 5.5, 13, words),
    ...(hasRoom ? [text(left + 11, y + 10, name, { class: 'bad on-bar', 'font-size': 11 })] : []),
  ];
}

/** The newest first: it gets its words, the ones before only where there is room for theirs. */
function acts({ acts: done }: Snapshot, { from, x, width, bottom, isNarrow }: Scales): SVGElement[] {
  let room = width;
  return done
    .filter(({ at }) => at >= from)
    .toReversed()
    .flatMap(({ at, label }) => {
      const left = x(at);
      const words = `${clockTime(at)} ${label}`;
      const hasRoom = !isNarrow && left + 16 + label.length * 6.4 < room;
      // Also a flag without words takes room.
      room = Math.min(room, left - 8);
      return [
        svg('line', { class: 'act', x1: left, x2: left, y1: ACTS_ROW + 4, y2: bottom }, words),
        sign('act', left + 4, ACTS_ROW - 2, 12, words),
        ...(hasRoom ? [text(left + 13, ACTS_ROW, label)] : []),
      ];
    });
}
