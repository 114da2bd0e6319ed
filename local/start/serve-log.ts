import { styleText } from 'node:util';
import type { TickLogLine } from '../../lambda/refresher/tick-log.ts';
import { spanText } from '../../lambda/timing.ts';
import { wrapText } from '../first-contact/wrap-text.ts';
import { wrapped } from './narrative.ts';

/** Where the ticks of `--serve` are shown. */
interface Output {
  /** A terminal can keep one line up to date. */
  readonly isTerminal: boolean;
  /** Of the terminal, in characters: only a line that fits can be replaced. */
  readonly width: () => number;
  readonly write: (text: string) => void;
}

export type ServeLog = ReturnType<typeof createServeLog>;

/** To the start of the line, and empty it. */
const CLEAR_LINE = '\r\u001b[2K';

/**
 * Shows one tick after the other, and of them what changes: a new token, a failure, the end of one. What stays as it was is
 * one line that is kept up to date on a terminal, and nothing elsewhere.
 */
export function createServeLog({ isTerminal, width, write }: Output) {
  /** The code of the failure that goes on, and how often in a row. */
  let failing: string | undefined;
  let failures = 0;
  let isLineOpen = false;

  function say(text: string, lineEnd = '\n'): void {
    write(`${isLineOpen ? CLEAR_LINE : ''}${text}${lineEnd}`);
    isLineOpen = lineEnd === '';
  }

  return {
    /** Ends the line that is kept up to date, for text that follows. */
    end(): void {
      if (isLineOpen) write('\n');
      isLineOpen = false;
    },
    /** @param details what is shown below the first of several equal failures */
    async tick(tick: TickLogLine, at: Date, details: () => Promise<string>): Promise<void> {
      const { outcome, code = 'unknown' } = tick;
      const hasFailed = outcome === 'failed';
      const isOver = !hasFailed && failing !== undefined;
      if (isOver) say(`          it failed ${failures === 1 ? 'once' : `${failures} times`} with ${failing}`);
      failures = hasFailed && code === failing ? failures + 1 : 1;
      failing = hasFailed ? code : undefined;
      const isNews = hasFailed ? failures === 1 : isOver || outcome !== 'fresh';
      if (isNews) say(tickLine(tick, at, width()));
      else if (isTerminal) say(openTickLine(tick, at, failures, width() - 1), '');
      if (isNews && hasFailed) say(`${await details()}\n`);
    },
  };
}

/** One tick in one line, broken between words where it is wider than `width`. */
function tickLine(tick: TickLogLine, at: Date, width: number): string {
  const why = tick.outcome !== 'failed' && tick.trigger ? `  because ${tick.trigger}` : '';
  const [start, taken] = lineStart(tick, at, tick.outcome);
  return wrapped(start, `${life(tick)}${why}`, taken, width);
}

/** The same, never wider than `width`, for a line that is replaced by the next one; it says how often it failed in a row. */
function openTickLine(tick: TickLogLine, at: Date, failures: number, width: number): string {
  const isRepeated = failures > 1;
  const [start, taken] = lineStart(tick, at, isRepeated ? `${tick.outcome} ${failures} times` : tick.outcome);
  const failure = isRepeated ? `  ${tick.code}: ${tick.message}` : '';
  const [first = '', ...more] = wrapText(`${life(tick)}${failure}`, Math.max(1, width - taken - 1));
  return `${start}${first.trimEnd()}${more.length > 0 ? '…' : ''}`;
}

function lineStart({ outcome }: TickLogLine, at: Date, result: string): readonly [start: string, taken: number] {
  const colour = outcome === 'failed' ? 'red' : outcome === 'fresh' ? 'dim' : 'green';
  const time = at.toISOString().slice(11, 19);
  return [`${time}  ${styleText(colour, result.padEnd(9))}  `, 12 + Math.max(9, result.length)];
}

function life({ tokenVersion, secondsRemaining = 0 }: TickLogLine): string {
  return tokenVersion === undefined ? 'no token' : `version ${tokenVersion}, ${spanText(secondsRemaining)} left`;
}
