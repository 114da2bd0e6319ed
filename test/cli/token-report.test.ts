import { describe, expect, it } from 'vitest';
import { reportTable, reportToken } from '../../cli/token-report.ts';
import { ERROR_GUIDE } from '../../lambda/error-guide.ts';
import type { TokenStatus } from '../../lambda/token-status.ts';
import { attempt, HOUR, record } from './records.ts';

describe('the report of a token', () => {
  const report = (content: TokenStatus | undefined, expiringBelowSeconds = 0) =>
    reportToken('/a/token', content && { content }, expiringBelowSeconds, Date.now());

  it.each<[string, TokenStatus, boolean]>([
    ['fresh', { token: record(HOUR) }, false],
    ['asking', { token: record(HOUR), attempt: attempt(1000) }, false],
    ['asking', { attempt: attempt(1000) }, true],
    ['in doubt', { token: record(HOUR), attempt: attempt(61_000) }, true],
    ['expired', { token: record(5 * HOUR) }, true],
    ['no token', {}, true],
    ['STORE_FAILED', { token: record(HOUR), attempt: attempt(HOUR, { code: 'STORE_FAILED' }) }, true],
    ['A_LATER_CODE', { attempt: attempt(HOUR, { code: 'A_LATER_CODE' }) }, true],
  ])('says "%s" of %j', (state, content, isAiling) => {
    expect(report(content)).toMatchObject({ state, isAiling });
    if (isAiling) expect(report(content).doFirst).toMatch(/^[A-Z].*[.]$/);
  });

  it('says of every error code what the guide says', () => {
    for (const [code, { doFirst }] of Object.entries(ERROR_GUIDE)) {
      expect(report({ attempt: attempt(HOUR, { code }) })).toMatchObject({ state: code, doFirst });
    }
  });

  it('tells what it cannot read, and where to update', () => {
    expect(reportToken('/a/token', { fault: 'has format 2, and …', isNewer: true }, 0, Date.now())).toMatchObject({
      state: 'unreadable',
      doFirst: '/a/token/status has format 2, and …: update soap-token-refresher here.',
    });
  });

  it('counts a token as expiring from its threshold on', () => {
    expect(report({ token: record(3 * HOUR) }, 3500).state).toBe('fresh');
    expect(report({ token: record(3 * HOUR) }, 3700)).toMatchObject({ state: 'expiring', isAiling: true });
  });

  it('stands above those of others that need less attention: the one that ends first on top', () => {
    const named = (token: string, content: TokenStatus) => reportToken(token, { content }, 0, Date.now());
    const failed = attempt(HOUR, { code: 'ENDPOINT_UNAVAILABLE' });
    const reports = [
      named('/well', { token: record(3 * HOUR) }),
      named('/lives', { token: record(HOUR), attempt: failed }),
      reportToken('/denied', 'denied', 0, Date.now()),
      named('/ends', { token: record(3 * HOUR), attempt: failed }),
    ];
    const lines = reportTable(reports, 120, Date.now()).split('\n');
    expect(lines.map((line) => line.split(' ', 1)[0])).toEqual(['3', 'TOKEN', '/ends', '/lives', '/denied', '/well']);
    expect(lines[0]).toBe('3 of 120 need attention');
    expect(reportTable([], 120, Date.now())).toBe('0 of 120 need attention');
  });

  it('cannot draw another row, or steer the terminal', () => {
    const reason = `\x1b[2Jinvalid\r\ngrant\u2028\u202e\x9b2J\x07${'x'.repeat(5000)}`;
    const table = reportTable([report({ attempt: attempt(HOUR, { code: 'A', reason }) })], 1, Date.now());
    expect(table.split('\n')).toHaveLength(3);
    expect(table).toMatch(/^[ -~…\n]+$/);
    expect(table).toContain(' invalid grant ');
    expect(table.length).toBeLessThan(3000);
  });

  it('is a table in which every column is as wide as its widest cell', () => {
    const reports = [report({ token: record(HOUR) }), reportToken('/a/much/longer/token', undefined, 0, Date.now())];
    const [count, ...lines] = reportTable(reports, 2, Date.now()).split('\n');
    expect(count).toBe('1 of 2 need attention');
    expect(new Set(lines.map((line) => line.search(/WHAT TO|nothing$|There is no/))).size).toBe(1);
  });
});
