import { describe, expect, it } from 'vitest';
import type { TokenRecords } from '../../cli/read-records.ts';
import { reportTable, reportToken } from '../../cli/token-report.ts';
import { ERROR_GUIDE } from '../../lambda/error-guide.ts';
import { instant } from '../../lambda/record.ts';
import { attemptAged, HOUR, MINUTE, NOW, recordsOf, TOKEN, tokenAged, tokenDueSince } from './records.ts';

const refused = { code: 'CREDENTIALS_REFUSED', reason: 'invalid_grant' };
const away = { code: 'ENDPOINT_UNAVAILABLE' };

/** What a person finds at three in the morning: what SSM holds, the state, and whether the exit status is 1. */
const STATES: readonly (readonly [string, TokenRecords, string, boolean])[] = [
  ['all is well', recordsOf(tokenAged(HOUR), attemptAged(HOUR)), 'fresh', false],
  ['it is due, and the next check has not come', recordsOf(tokenDueSince(10 * MINUTE)), 'fresh', false],
  ['it should have been replaced 70 minutes ago', recordsOf(tokenDueSince(70 * MINUTE)), 'overdue', true],
  ['the same, of a token that lives a week', recordsOf(weekly(70 * MINUTE)), 'overdue', true],
  ['nobody replaced it', recordsOf(tokenAged(5 * HOUR)), 'expired', true],
  ['a run asks for the next one', recordsOf(tokenAged(2 * HOUR), attemptAged(1000)), 'asking', false],
  ['a run asks for the first one', recordsOf(undefined, attemptAged(1000)), 'asking', true],
  ['a run died', recordsOf(tokenAged(2 * HOUR), attemptAged(61_000)), 'in doubt', true],
  ['the password was changed', recordsOf(tokenAged(3 * HOUR), attemptAged(MINUTE, refused)), refused.code, true],
  ['the service is away', recordsOf(tokenAged(3 * HOUR), attemptAged(MINUTE, away)), away.code, true],
  [
    'there are no credentials yet',
    recordsOf(undefined, attemptAged(MINUTE, { code: 'CREDENTIALS_UNREADABLE' }, { asked: false })),
    'CREDENTIALS_UNREADABLE',
    true,
  ],
  ['nothing was ever stored here', recordsOf(), 'no status', true],
];

function weekly(dueSinceMs: number) {
  return tokenDueSince(dueSinceMs, { expiresAt: tokenAged(-6 * 24 * HOUR).expiresAt, pageBelowSeconds: 201_600 });
}

describe('the state of a token', () => {
  it.each(STATES)('where %s', (_, records, state, isAiling) => {
    const report = reportToken(records, undefined, NOW);
    expect(report).toMatchObject({ token: TOKEN, state, isAiling });
    if (isAiling) expect(report.doFirst).toMatch(/^[A-Z].*\.$/);
    else expect(report.doFirst).toBe('');
  });

  it('is overdue one check and the longest run after it was due, and the check follows from the attempt that got it', () => {
    const stateAfter = (ms: number) => {
      const token = weekly(ms);
      const got = attemptAged(0, undefined, {
        at: token.issuedAt,
        askAgainAt: instant(Date.parse(token.issuedAt) + 7.5 * MINUTE),
      });
      return reportToken(recordsOf(token, got), undefined, NOW).state;
    };
    expect([stateAfter(16 * MINUTE - 1), stateAfter(16 * MINUTE + 1)]).toEqual(['fresh', 'overdue']);
  });

  it('goes by the settings of today where the status is older than these fields', () => {
    const old = tokenAged(3 * HOUR, { dueAt: undefined, pageBelowSeconds: undefined, attemptAt: undefined });
    expect(reportToken(recordsOf(old), 3500, NOW).state).toBe('fresh');
    expect(reportToken(recordsOf(old), 3700, NOW)).toMatchObject({ state: 'expiring', isAiling: true });
    expect(reportToken(recordsOf(tokenAged(HOUR)), 14_400, NOW).state).toBe('fresh');
  });

  it('asks for a true tokenLifetime where TokenExpiring pages before the token is due', () => {
    const short = tokenAged(MINUTE, { expiresAt: tokenAged(3 * HOUR + MINUTE).expiresAt });
    expect(reportToken(recordsOf(short), undefined, NOW)).toMatchObject({
      state: 'expiring',
      doFirst: expect.stringContaining('set tokenLifetime'),
    });
  });

  it('is what the guide says of each code, with the reason of the refusal', () => {
    for (const [code, { doFirst }] of Object.entries(ERROR_GUIDE)) {
      const report = reportToken(recordsOf(undefined, attemptAged(HOUR, { code, reason: 'why' })), undefined, NOW);
      expect(report).toMatchObject({ state: code, doFirst, reason: 'why' });
    }
    expect(reportToken(recordsOf(undefined, attemptAged(HOUR, { code: 'A_LATER_CODE' }))).doFirst).toMatch(/log/);
  });

  it('names the parameter that cannot be read, and where to update', () => {
    const newer = { fault: 'has format 2, and …', isNewer: true };
    expect(reportToken({ ...recordsOf(tokenAged(HOUR)), attempt: newer })).toMatchObject({
      state: 'unreadable',
      doFirst: '/a/access-token/attempt has format 2, and …: update soap-token-refresher here.',
    });
  });

  it('lacks its explanation where the attempt may not be read, which is said only where it is missed', () => {
    const report = (ageMs: number) =>
      reportToken({ ...recordsOf(tokenAged(ageMs)), attempt: 'denied' }, undefined, NOW);
    expect(report(HOUR)).toMatchObject({ state: 'fresh', doFirst: '' });
    expect(report(5 * HOUR)).toMatchObject({
      state: 'expired',
      doFirst: expect.stringMatching(/allow ssm:GetParameters on \/a\/access-token\/attempt\.$/),
    });
  });
});

describe('the tokens side by side', () => {
  const report = (token: string, records: TokenRecords) => reportToken({ ...records, token }, undefined, NOW);

  it('begin with those that need attention, and of those with the one that ends first', () => {
    const failed = attemptAged(MINUTE, away);
    const reports = [
      report('/well', recordsOf(tokenAged(HOUR))),
      report('/lives', recordsOf(tokenAged(HOUR), failed)),
      report('/denied', { ...recordsOf(), status: 'denied' }),
      report('/ends', recordsOf(tokenAged(3 * HOUR), failed)),
    ];
    const lines = reportTable(reports, 120, NOW).split('\n');
    expect(lines.map((line) => line.split(' ', 1)[0])).toEqual(['3', 'TOKEN', '/ends', '/lives', '/denied', '/well']);
    expect(lines[0]).toBe('3 of 120 need attention');
    expect(reportTable([], 120, NOW)).toBe('0 of 120 need attention');
  });

  it('cannot draw another row, or steer the terminal', () => {
    const reason = `\x1b[2Jinvalid\r\ngrant\u2028\u202e\x9b2J\x07${'x'.repeat(5000)}`;
    const table = reportTable([report(TOKEN, recordsOf(undefined, attemptAged(HOUR, { code: 'A', reason })))], 1, NOW);
    expect(table.split('\n')).toHaveLength(3);
    expect(table).toMatch(/^[ -~…\n]+$/);
    expect(table).toContain(' invalid grant ');
    expect(table.length).toBeLessThan(3000);
  });

  it('are columns as wide as their widest cells', () => {
    const reports = [report(TOKEN, recordsOf(tokenAged(HOUR))), report('/a/much/longer/token', recordsOf())];
    const [, ...lines] = reportTable(reports, 2, NOW).split('\n');
    expect(new Set(lines.map((line) => line.search(/WHAT TO|nothing$|There is no/))).size).toBe(1);
  });
});
