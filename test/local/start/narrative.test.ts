import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { TickLogLine } from '../../../lambda/refresher/tick-log.ts';
import { type Scene, tickStory } from '../../../local/start/narrative.ts';
import { createServeLog } from '../../../local/start/serve-log.ts';

const TOKEN = 'b29cee2156282be62f51b24fe8b3f07f01c9bff1';
const SCENE: Scene = { endpoint: 'http://127.0.0.1:4781/soap', requests: 1, token: TOKEN, width: 120 };
/** A tick that stored a token. */
const REFRESHED: TickLogLine = {
  outcome: 'refreshed',
  decision: 'due',
  code: undefined,
  message: undefined,
  cause: undefined,
  trigger: 'there is no token',
  secretVersionId: 'version-id',
  tokenVersion: 2,
  expiresAt: '2026-11-22T16:00:00.000Z',
  secondsRemaining: 14_399,
  endpointLatenciesMs: [12],
  said: undefined,
  profileEntry: undefined,
  warnings: undefined,
  tokenParameter: '/local/access-token',
  lifetimeAssumed: undefined,
};
const FRESH: TickLogLine = { ...REFRESHED, outcome: 'fresh', trigger: undefined, endpointLatenciesMs: undefined };
const message = 'The service is out.';
const FAILED: TickLogLine = { ...REFRESHED, outcome: 'failed', code: 'ENDPOINT_UNAVAILABLE', message };

describe('the story of a tick', () => {
  const story = (tick: TickLogLine, scene: Partial<Scene> = {}) =>
    stripVTControlCharacters(tickStory(tick, { ...SCENE, ...scene }));

  const unread = { secretVersionId: undefined, endpointLatenciesMs: undefined };
  it.each<[string, TickLogLine, string, RegExp]>([
    ['refreshed', REFRESHED, '✓ read ✓ requested ✓ stored ✓ stored', /expires 2026-11-22 16:00:00 UTC \(in 4 h\)/],
    ['unchanged', { ...REFRESHED, outcome: 'unchanged' }, '✓ read ✓ requested ✓ kept', /gave the same one again/],
    ['fresh', FRESH, '✓ read ✓ left', /not due, nobody was asked/],
    ['unread', { ...FAILED, ...unread, code: 'CREDENTIALS_UNREADABLE' }, '✗ read', /✗ CREDENTIALS_UNREADABLE {2}The s/],
    ['unavailable', FAILED, '✓ read ✗ requested', /stored token +untouched: version 2.*alarm +.*do first +/s],
    ['not stored', { ...FAILED, code: 'STORE_FAILED' }, '✓ read ✓ requested ✗ stored', /✗ STORE_FAILED {2}The serv/],
    ['without a token', { ...FAILED, tokenVersion: undefined }, '✓ read ✗ requested', /stored token +none/],
    ['warned', { ...FRESH, warnings: ['It lives 60 s'] }, '✓ read ✓ left', /! It lives 60 s$/],
  ])('goes from the credentials to the status, or to what failed: %s', (_, tick, steps, words) => {
    const text = story(tick);

    expect([...text.matchAll(/([✓✗]) \w+ ([a-z]+)/g)].map(([, sign, step]) => `${sign} ${step}`).join(' ')).toBe(steps);
    expect(text).toMatch(words);
  });

  it('shows four characters of a long token and nothing of a short one', () => {
    expect(story(REFRESHED)).toContain(`value b29c${'•'.repeat(8)}`);
    expect(story(REFRESHED)).not.toContain(TOKEN.slice(0, 5));
    expect(story(REFRESHED, { token: 'short-token' })).not.toContain('shor');
  });

  it('counts the requests of a tick that asked again', () => {
    expect(story(FAILED, { requests: 3 })).toContain('12 ms, the last of 3 requests');
  });
});

describe('the log of many ticks', () => {
  const REFUSED: TickLogLine = { ...FAILED, code: 'CREDENTIALS_REFUSED' };

  async function shown(isTerminal: boolean, ticks: readonly TickLogLine[], width = 60): Promise<string> {
    let output = '';
    const write = (text: string) => {
      output += text;
    };
    const log = createServeLog({ isTerminal, width: () => width, write });
    for (const tick of ticks) await log.tick(tick, new Date('2026-11-22T12:34:56Z'), async () => 'what to do');
    log.end();
    return output;
  }
  const lines = (output: string) =>
    output.split('\n').map((line) => stripVTControlCharacters(line).split('\r').at(-1) ?? '');

  it('shows a new token in a line of its own, and nothing of ticks that left it alone, where it is no terminal', async () => {
    const output = await shown(false, [REFRESHED, FRESH, FRESH, { ...REFRESHED, secondsRemaining: 59 }], 120);

    expect(lines(output)).toEqual([
      '12:34:56  refreshed  version 2, 4 h left  because there is no token',
      '12:34:56  refreshed  version 2, 59 s left  because there is no token',
      '',
    ]);
    expect(output).not.toContain('\r');
  });

  it('keeps one line up to date on a terminal, never wider than it', async () => {
    const ticks = [REFRESHED, FRESH, { ...FRESH, secondsRemaining: 95 }, FAILED, FAILED, FAILED];
    const output = await shown(true, ticks);

    expect(lines(output).filter((line) => line.includes('fresh '))).toEqual([]);
    expect(output).toContain('\r\u001b[2K');
    expect(lines(output).at(-2)).toBe('12:34:56  failed 3 times  version 2, 4 h left…');
    expect(lines(await shown(true, ticks, 121)).at(-2)).toBe(
      `12:34:56  failed 3 times  version 2, 4 h left  ENDPOINT_UNAVAILABLE: ${message}`,
    );
  });

  it('breaks between words where the terminal is narrow', async () => {
    const trigger = 'readers report the stored token as rejected, for the second time in a row';
    const rows = lines(await shown(false, [{ ...REFRESHED, trigger }]));

    expect(rows.filter((row) => row.length > 60)).toEqual([]);
    expect(rows.join(' ').replace(/ +/g, ' ')).toContain(trigger);
  });

  it.each([true, false])('explains a failure once and counts the others (terminal: %s)', async (isTerminal) => {
    const output = await shown(isTerminal, [REFUSED, REFUSED, { ...REFUSED, tokenVersion: undefined }, FRESH]);

    expect(output.match(/what to do/g)).toHaveLength(1);
    expect(stripVTControlCharacters(output)).toMatch(/^12:34:56 {2}failed {5}version 2, 4 h left\nwhat to do\n/);
    expect(output).toContain('it failed 3 times with CREDENTIALS_REFUSED\n');
    expect(stripVTControlCharacters(output)).toMatch(/12:34:56 {2}fresh .*\n$/);
  });

  it('explains another failure, too', async () => {
    expect((await shown(false, [REFUSED, FAILED, REFUSED])).match(/what to do/g)).toHaveLength(3);
  });
});
