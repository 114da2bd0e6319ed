import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import type { TickLogLine } from '../../../lambda/refresher/tick-log.ts';
import { createServeLog } from '../../../local/start/serve-log.ts';
import { REFRESHED } from './refreshed-tick.ts';

const FRESH: TickLogLine = {
  ...REFRESHED,
  outcome: 'fresh',
  decision: 'fresh',
  trigger: undefined,
  secondsRemaining: 100,
};
const FAILED: TickLogLine = { ...FRESH, outcome: 'failed', code: 'CREDENTIALS_REFUSED', message: 'no '.repeat(60) };
const OUT: TickLogLine = { ...FAILED, code: 'ENDPOINT_UNAVAILABLE' };

async function shown(isTerminal: boolean, ticks: readonly TickLogLine[], width = 60): Promise<string> {
  let output = '';
  const write = (text: string) => {
    output += text;
  };
  const log = createServeLog({ isTerminal, width: () => width, write });
  for (const tick of ticks) await log.tick(tick, new Date('2026-11-22T12:00:00Z'), async () => 'what to do');
  log.end();
  return output;
}

it('shows a new token in a line of its own, and nothing of ticks that left it alone, where it is no terminal', async () => {
  const output = await shown(false, [REFRESHED, FRESH, FRESH, FRESH, REFRESHED]);

  expect(output.match(/12:00:00 {2}\w+/g)).toEqual(['12:00:00  refreshed', '12:00:00  refreshed']);
  expect(output).not.toContain('\r');
});

it('keeps one line up to date on a terminal, never wider than it', async () => {
  const output = await shown(true, [REFRESHED, FRESH, { ...FRESH, secondsRemaining: 95 }, OUT, OUT, OUT]);
  const screen = output.split('\n').map((line) => stripVTControlCharacters(line).split('\r').at(-1) ?? '');

  expect(screen.filter((line) => line.includes('fresh '))).toEqual([]);
  expect(output).toContain('\r\u001b[2K');
  expect(screen.at(-2)).toMatch(/^12:00:00 {2}failed 3 times {2}version 2, 100 s left…$/);
  expect(screen.at(-2)?.length).toBeLessThan(60);
});

it.each([true, false])('explains a failure once and counts the others (terminal: %s)', async (isTerminal) => {
  const output = await shown(isTerminal, [FAILED, FAILED, FAILED, FRESH]);

  expect(output.match(/what to do/g)).toHaveLength(1);
  expect(output).toContain('it failed 3 times with CREDENTIALS_REFUSED\n');
  expect(stripVTControlCharacters(output)).toMatch(/12:00:00 {2}fresh .*\n$/);
});

it('explains another failure, too', async () => {
  expect((await shown(false, [FAILED, OUT, FAILED])).match(/what to do/g)).toHaveLength(3);
});
