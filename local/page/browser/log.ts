import type { Snapshot, TickView } from '../snapshot.ts';
import { clockSeconds } from '../time-text.ts';
import { icon, make } from './elements.ts';

const KEPT = 150;

/** Everything that happened, the newest first. @param list an ordered list */
export function createLog(list: HTMLElement) {
  let waiting: { readonly at: number; readonly element: HTMLElement }[] = [];
  const known = new Set<string>();

  function add(key: string, at: number, element: () => HTMLElement): void {
    if (known.has(key)) return;
    known.add(key);
    waiting.push({ at, element: element() });
  }

  return {
    clear(): void {
      list.replaceChildren();
      known.clear();
      waiting = [];
    },
    addTicks(ticks: readonly TickView[]): void {
      for (const tick of ticks) add(`tick ${tick.id}`, tick.at, () => tickEntry(tick));
    },
    /** What was done by hand, and what alarms did; also shows the ticks that were added. */
    addOthers({ acts, alarmChanges }: Snapshot): void {
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
  const name = kind.replace(' ', '-');
  const head = make('summary', '', ...cells(name, at, kind, summary), make('span', 'more', 'log line'));
  const details = make('details', '', head);
  // Only when somebody asks: at 600 times real time there are many.
  details.addEventListener('toggle', () => {
    if (details.childElementCount === 1) details.append(make('pre', '', JSON.stringify(logLine, null, 2)));
  });
  return make('li', name, details);
}

function line(sign: string, at: number, kind: string, what: string): HTMLElement {
  return make('li', '', make('div', 'line', ...cells(sign, at, kind, what)));
}

function cells(sign: string, at: number, kind: string, what: string): readonly Element[] {
  return [icon(sign), make('time', '', clockSeconds(at)), make('span', 'kind', kind), make('span', 'what', what)];
}
