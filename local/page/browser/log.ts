import type { Snapshot, TickView } from '../snapshot.ts';
import { clockSeconds } from '../time-text.ts';
import { icon, make } from './elements.ts';

/** Everything that happened, the newest first. */
export interface Log {
  clear(): void;
  addTicks(ticks: readonly TickView[]): void;
  /** What was done by hand, and what alarms did; also shows the ticks that were added. */
  addOthers(snapshot: Snapshot): void;
}

interface Entry {
  readonly at: number;
  readonly element: HTMLElement;
}

const KEPT = 150;

/** @param list an ordered list */
export function createLog(list: HTMLElement): Log {
  let waiting: Entry[] = [];
  const known = new Set<string>();

  function add(key: string, at: number, element: () => HTMLElement): void {
    if (known.has(key)) return;
    known.add(key);
    waiting.push({ at, element: element() });
  }

  return {
    clear() {
      list.replaceChildren();
      known.clear();
      waiting = [];
    },
    addTicks(ticks) {
      for (const tick of ticks) add(`tick ${tick.id}`, tick.at, () => tickEntry(tick));
    },
    addOthers({ acts, alarmChanges }) {
      for (const { at, label } of acts) add(`act ${at} ${label}`, at, () => line('act', at, 'you', label));
      for (const { at, name, state } of alarmChanges) {
        const sign = state === 'ALARM' ? 'danger' : 'well';
        add(`alarm ${at} ${name}`, at, () => line(sign, at, 'alarm', `${name}: ${state}`));
      }
      for (const { element } of waiting.sort((a, b) => a.at - b.at)) list.prepend(element);
      waiting = [];
      while (list.children.length > KEPT) list.lastElementChild?.remove();
    },
  };
}

function tickEntry({ at, kind, summary, line: logLine }: TickView): HTMLElement {
  const entry = make('li', kind.replace(' ', '-'));
  const details = make('details', '');
  const head = make('summary', '');
  head.append(...cells(kind.replace(' ', '-'), at, kind, summary), make('span', 'more', 'log line'));
  // Only when somebody asks: at 600 times real time there are many.
  details.addEventListener('toggle', () => {
    if (details.childElementCount === 1) details.append(make('pre', '', JSON.stringify(logLine, null, 2)));
  });
  details.append(head);
  entry.append(details);
  return entry;
}

function line(sign: string, at: number, kind: string, what: string): HTMLElement {
  const entry = make('li', '');
  const words = make('div', 'line');
  words.append(...cells(sign, at, kind, what));
  entry.append(words);
  return entry;
}

function cells(sign: string, at: number, kind: string, what: string): readonly Element[] {
  return [icon(sign), make('time', '', clockSeconds(at)), make('span', 'kind', kind), make('span', 'what', what)];
}
