import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { TickLogLine } from '../../../lambda/refresher/tick-log.ts';
import { openTickLine, type Scene, tickLine, tickStory } from '../../../local/start/narrative.ts';
import { REFRESHED } from './refreshed-tick.ts';

const TOKEN = 'b29cee2156282be62f51b24fe8b3f07f01c9bff1';
const SCENE: Scene = {
  endpoint: 'http://127.0.0.1:4781/soap',
  requests: 1,
  token: TOKEN,
  width: 120,
};
const FAILED: TickLogLine = {
  ...REFRESHED,
  outcome: 'failed',
  code: 'ENDPOINT_UNAVAILABLE',
  message: 'The service is out.',
};

const story = (tick: Partial<TickLogLine>, scene: Partial<Scene> = {}) =>
  stripVTControlCharacters(tickStory({ ...REFRESHED, ...tick }, { ...SCENE, ...scene }));
const steps = (text: string) => text.match(/[✓✗] [a-z]+ [a-z]+/g);

describe('the story of a tick', () => {
  it('goes from the credentials to the status', () => {
    const text = story({});

    expect(steps(text)).toEqual(['✓ credentials read', '✓ token requested', '✓ token stored', '✓ status stored']);
    expect(text).toContain('expires 2026-11-22 16:00:00 UTC (in 4 h)');
  });

  it('shows four characters of a long token and nothing of a short one', () => {
    expect(story({})).toContain(`value b29c${'•'.repeat(8)}`);
    expect(story({})).not.toContain(TOKEN.slice(0, 5));
    expect(story({}, { token: 'short-token' })).not.toContain('shor');
  });

  it('says that the same token was handed out again', () => {
    expect(steps(story({ outcome: 'unchanged' }))).toEqual(['✓ credentials read', '✓ token requested', '✓ token kept']);
  });

  it('says that a fresh token was left alone', () => {
    expect(steps(story({ outcome: 'fresh', endpointLatenciesMs: undefined }))).toEqual([
      '✓ credentials read',
      '✓ token left',
    ]);
  });

  it.each([
    ['CREDENTIALS_UNREADABLE', { secretVersionId: undefined, endpointLatenciesMs: undefined }, ['✗ credentials read']],
    ['ENDPOINT_UNAVAILABLE', {}, ['✓ credentials read', '✗ token requested']],
    ['STORE_FAILED', {}, ['✓ credentials read', '✓ token requested', '✗ token stored']],
  ] as const)('marks the step that failed with %s', (code, tick, marks) => {
    const text = story({ ...FAILED, code, ...tick });

    expect(steps(text)).toEqual(marks);
    expect(text).toContain(`✗ ${code}  The service is out.`);
    expect(text).toMatch(/stored token +untouched: version 2.*alarm +.*do first +/s);
  });

  it('counts the requests of a tick that asked again', () => {
    expect(story(FAILED, { requests: 3 })).toContain('12 ms, the last of 3 requests');
  });

  it('does not claim a stored token where none is known', () => {
    expect(story({ ...FAILED, tokenVersion: undefined })).toMatch(/stored token +none/);
  });

  it('ends with the warnings', () => {
    expect(story({ warnings: ['The token lives 60 s'] })).toMatch(/! The token lives 60 s$/);
  });
});

describe('a tick in one line', () => {
  const at = new Date('2026-11-22T12:34:56.000Z');
  const line = (tick: Partial<TickLogLine>) => stripVTControlCharacters(tickLine({ ...REFRESHED, ...tick }, at, 120));

  it('says when, what, how long the token lives, and why', () => {
    expect(line({ secondsRemaining: 59 })).toBe('12:34:56  refreshed  version 2, 59 s left  because there is no token');
  });

  it('breaks between words where the terminal is narrow, and cuts there where it is one line', () => {
    const trigger = 'readers report the stored token as rejected, for the second time in a row';
    const rows = stripVTControlCharacters(tickLine({ ...REFRESHED, trigger }, at, 60)).split('\n');
    const cut = stripVTControlCharacters(openTickLine({ ...REFRESHED, ...FAILED, message: trigger }, at, 3, 59));

    expect(rows.filter((row) => row.length > 60)).toEqual([]);
    expect(rows.join(' ').replace(/ +/g, ' ')).toContain(trigger);
    expect(rows.length).toBeGreaterThan(1);
    expect(cut.length).toBeLessThan(60);
    expect(cut).toBe('12:34:56  failed 3 times  version 2, 4 h left…');
  });

  it('says what failed once that does not stand below', () => {
    const failed = { ...REFRESHED, ...FAILED, tokenVersion: undefined };

    expect(line(failed)).toBe('12:34:56  failed     no token');
    expect(stripVTControlCharacters(openTickLine(failed, at, 2, 120))).toBe(
      '12:34:56  failed 2 times  no token  ENDPOINT_UNAVAILABLE: The service is out.',
    );
  });
});
