import type { TickLogLine } from '../../lambda/refresher/tick-log.ts';
import { openTickLine, tickLine } from './narrative.ts';

/** Where the ticks of `--serve` are shown. */
export interface Output {
  /** A terminal can keep one line up to date. */
  readonly isTerminal: boolean;
  /** Of the terminal, in characters: only a line that fits can be replaced. */
  readonly width: () => number;
  readonly write: (text: string) => void;
}

/** Shows one tick after the other. */
export interface ServeLog {
  /** @param details what is shown below the first of several equal failures */
  tick(tick: TickLogLine, at: Date, details: (tick: TickLogLine) => Promise<string>): Promise<void>;
  /** Ends the line that is kept up to date, for text that follows. */
  end(): void;
}

/** To the start of the line, and empty it. */
const CLEAR_LINE = '\r\u001b[2K';

/**
 * Shows what changes: a new token, a failure, the end of one. What stays as it was is one line that is kept up to date on
 * a terminal, and nothing elsewhere.
 */
export function createServeLog({ isTerminal, width, write }: Output): ServeLog {
  /** The code of the failure that goes on. */
  let failing: string | undefined;
  let failures = 0;
  let isLineOpen = false;

  function end(): void {
    if (isLineOpen) write('\n');
    isLineOpen = false;
  }

  function say(text: string): void {
    write(`${isLineOpen ? CLEAR_LINE : ''}${text}\n`);
    isLineOpen = false;
  }

  return {
    end,
    async tick(tick, at, details) {
      const code = tick.outcome === 'failed' ? (tick.code ?? 'unknown') : undefined;
      const isSameFailure = code !== undefined && code === failing;
      const isOver = code === undefined && failing !== undefined;
      if (isOver) say(`          it failed ${failures === 1 ? 'once' : `${failures} times`} with ${failing}`);
      failures = isSameFailure ? failures + 1 : 1;
      failing = code;
      if (code !== undefined && !isSameFailure) {
        say(tickLine(tick, at, width()));
        say(`${await details(tick)}\n`);
      } else if (tick.outcome === 'refreshed' || tick.outcome === 'unchanged' || isOver) {
        say(tickLine(tick, at, width()));
      } else if (isTerminal) {
        const line = openTickLine(tick, at, failures, width() - 1);
        write(`${isLineOpen ? CLEAR_LINE : ''}${line}`);
        isLineOpen = true;
      }
    },
  };
}
