/** The page's script: shows what the server sends, and sends what somebody presses. */
import type { AlarmView, Button, Pace, ReaderView, Snapshot, TickView } from '../snapshot.ts';
import { clockSeconds, clockTime, dayTime, span } from '../time-text.ts';
import { drawChart } from './chart.ts';
import { icon, make } from './elements.ts';
import { createLog } from './log.ts';

const key = document.querySelector('meta[name="key"]')?.getAttribute('content') ?? '';
const ticks: TickView[] = [];
const KEPT_TICKS = 200;
/** In real time nobody waits longer. */
const LONG_WAIT_MS = 20_000;
const log = createLog(byId('log'));
let snapshot: Snapshot | undefined;
let start: string | undefined;
let isDrawn = true;
/** The server has stopped, or was started anew. */
let isLost = false;

say('verdict-title', 'Connecting…');
const events = new EventSource('/events');
listen('start', (sent: string) => {
  if (start !== undefined && start !== sent) location.reload();
  start = sent;
  ticks.length = 0;
  log.clear();
  say('message', '');
});
listen('ticks', (sent: readonly TickView[]) => {
  ticks.push(...sent);
  ticks.splice(0, ticks.length - KEPT_TICKS);
  log.addTicks(sent);
});
listen('state', (sent: Snapshot) => {
  announce(isLost ? undefined : snapshot, sent);
  isLost = false;
  snapshot = sent;
  log.addOthers(sent);
  if (isDrawn) requestAnimationFrame(show);
  isDrawn = false;
});
events.onerror = () => {
  if (!isLost) say('news', 'The server is lost: npm start no longer runs. The clock stands still.');
  isLost = true;
  showLost();
};

new ResizeObserver(() => snapshot && drawChart(byId('chart'), snapshot, ticks)).observe(byId('chart'));

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-button]')) {
  button.addEventListener('click', () => press(button.dataset.button as Button));
}
byId('pace').addEventListener('change', ({ target }) => {
  if (target instanceof HTMLInputElement) setPace(Number(target.value) as Pace);
});
byId('changes-only').addEventListener('change', ({ target }) => {
  byId('log').classList.toggle('changes-only', target instanceof HTMLInputElement && target.checked);
});

function listen<Data>(name: string, take: (sent: Data) => void): void {
  events.addEventListener(name, ({ data }) => take(JSON.parse(data)));
}

async function press(button: Button): Promise<void> {
  const { pace = 1, nextTickAt = 0, now = 0 } = snapshot ?? {};
  say('message', '');
  if (!(await send('/press', { button })) || pace > 1) return;
  if (pace === 0) say('hint', 'Time stands still: choose a pace to see what follows.');
  else if (nextTickAt - now > LONG_WAIT_MS) {
    say('hint', `The next tick comes at ${clockTime(nextTickAt)}: choose a faster pace to see what follows.`);
  }
}

async function setPace(pace: Pace): Promise<void> {
  say('message', '');
  if (await send('/pace', { pace })) say('hint', '');
}

async function send(path: string, order: object): Promise<boolean> {
  const headers = { 'Content-Type': 'application/json', 'X-Page-Key': key };
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(order) }).catch(() => undefined);
  if (answer?.ok) return true;
  say('message', answer === undefined ? 'No connection: does npm start still run?' : await answer.text());
  return false;
}

/** For those who hear the page: what is new, and not every minute that passes. */
function announce(before: Snapshot | undefined, after: Snapshot): void {
  const firing = ({ alarms }: Snapshot) => alarms.filter(({ state }) => state === 'ALARM').map(({ name }) => name);
  const news = (now: Snapshot) => [now.verdict.state, now.lives.at(-1)?.version, ...firing(now)].join();
  if (before !== undefined && news(before) === news(after)) return;
  const alarms = firing(after);
  say('news', `${after.verdict.title} ${alarms.length > 0 ? `In alarm: ${alarms.join(', ')}.` : 'No alarm.'}`);
}

/** At the top, where it is seen first: nothing below it moves any more. */
function showLost(): void {
  document.body.classList.add('is-lost');
  say('verdict-title', 'The server is lost: npm start no longer runs, or is being started again.');
  say('verdict-detail', 'What stands below is the last that it sent. The page goes on by itself once it runs.');
  byId('verdict-sign').setAttribute('href', '#sign-unknown');
  say('date', 'the clock stands still');
}

function show(): void {
  isDrawn = true;
  if (snapshot === undefined || isLost) return;
  document.body.classList.remove('is-lost');
  const { now, pace, paces, settings, verdict, alarms, alarmsOff, readers } = snapshot;
  say('clock', clockSeconds(now));
  say('date', `${new Date(now).toUTCString().slice(5, 16)}, UTC`);
  say('lifetime', span(settings.lifetimeSeconds * 1000));
  say('check-every', span(settings.checkEverySeconds * 1000));
  for (const choice of document.querySelectorAll<HTMLInputElement>('[name="pace"]')) {
    choice.checked = choice.value === String(pace);
    const label = choice.closest('label');
    if (label !== null) label.hidden = !paces.some((one) => String(one) === choice.value);
  }
  say('verdict-title', verdict.title);
  say('verdict-detail', verdict.detail);
  byId('verdict-sign').setAttribute('href', `#sign-${verdict.kind}`);
  drawChart(byId('chart'), snapshot, ticks);
  showFaults(snapshot);
  showRows(
    'alarms',
    alarms.map((alarm) => alarmRow(alarm, now)),
  );
  byId('alarms-off').hidden = alarmsOff === undefined;
  say('alarms-off', alarmsOff ?? '');
  showRows('readers', readers.map(readerRow));
  say('logins', loginSentence(snapshot));
}

function showFaults({ faults }: Snapshot): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-button]')) {
    const isSo = faults.some((fault) => fault === button.dataset.button);
    if (button.classList.contains('is-so') === isSo) continue;
    button.classList.toggle('is-so', isSo);
    button.querySelector('i')?.remove();
    if (isSo) button.querySelector('b')?.append(make('i', '', ' · now'));
  }
}

type Row = ReturnType<typeof alarmRow>;

function alarmRow({ name, pages, rule, state, since, isWarmingUp }: AlarmView, now: number) {
  const whom = pages ? 'The person on call is paged' : 'A ticket is written';
  const sinceWhen = isWarmingUp ? 'warms up after the deployment' : `since ${dayTime(since, now)}`;
  const words = state === 'INSUFFICIENT_DATA' ? 'no data yet' : state;
  const sign = { OK: 'well', ALARM: 'danger', INSUFFICIENT_DATA: 'unknown' }[state];
  return { sign, name, state: `${words}, ${sinceWhen}`, detail: `${whom} when ${rule}.` };
}

function readerRow({ name, reports, state, detail, at = 0, calls, failed }: ReaderView): Row {
  const named = `${name}, ${reports ? 'reports rejections' : 'does not report'}`;
  if (state === undefined) return { sign: 'unknown', name: named, state: 'not yet', detail };
  const count = failed === 0 ? `${calls} calls, all served` : `${calls} calls, ${failed} not served`;
  const sign = state === 'served' ? 'well' : 'danger';
  return { sign, name: named, state: `${state} ${clockTime(at)}`, detail: `${detail} (${count})` };
}

const shown = new Map<string, string>();

function showRows(id: string, rows: readonly Row[]): void {
  const now = JSON.stringify(rows);
  if (shown.get(id) === now) return;
  shown.set(id, now);
  byId(id).replaceChildren(
    ...rows.map(({ sign, name, state, detail }) => {
      const head = make('div', '', make('b', '', name), ' ', make('span', 'state', state));
      return make('li', sign === 'danger' ? 'is-firing' : '', icon(sign), make('div', '', head, make('p', '', detail)));
    }),
  );
}

function loginSentence({ now, logins: { total, recent } }: Snapshot): string {
  const last = recent.at(-1);
  if (last === undefined) return `${total} in all.`;
  const lost = recent.filter(({ outcome }) => outcome !== 'granted').length;
  const outcome = { granted: 'a token', refused: 'refused', 'no token': 'no token' }[last.outcome];
  return `${total} in all, the last one at ${dayTime(last.at, now)}: ${outcome}. On the curve: ${recent.length}, of which ${lost} gave no token.`;
}

function say(id: string, words: string): void {
  const element = byId(id);
  if (element.textContent !== words) element.textContent = words;
}

function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no ${id}.`);
  return element as Kind;
}
