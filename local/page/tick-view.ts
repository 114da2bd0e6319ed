import type { TickLogLine } from '../../lambda/refresher/tick-log.ts';
import type { TickView } from './snapshot.ts';

/** A tick as the page shows it. */
export function tickView(id: number, at: number, tick: TickLogLine): TickView {
  return { id, at, kind: kindOf(tick), summary: summaryOf(tick), code: tick.code, line: tick };
}

function kindOf({ outcome, decision }: TickLogLine): TickView['kind'] {
  if (outcome === 'fresh') return 'left alone';
  return outcome === 'failed' && (decision === 'hold' || decision === 'in progress') ? 'held' : outcome;
}

function summaryOf({ outcome, trigger, tokenVersion, message = '' }: TickLogLine): string {
  switch (outcome) {
    case 'refreshed':
      return `Stored version ${tokenVersion}: ${trigger}.`;
    case 'unchanged':
      return `The service handed out version ${tokenVersion} again.`;
    case 'fresh':
      return `Version ${tokenVersion} is not due.`;
    case 'failed':
      return `${message}.`;
  }
}
