import { describe, expect, it } from 'vitest';
import { playedAlarms } from '../../local/page/alarms.ts';
import type { Alarm } from '../../local/world/aws/cloudwatch-alarm.ts';
import { deploymentOf } from './deployment.ts';
import { watch } from './judge/assessment.ts';
import type { Month } from './model/month.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Scenario } from './model/scenario.ts';
import { randomMonth } from './random-month.ts';
import { lead, least, most } from './report/scenario-tables.ts';
import { during, offTheGrid, SERVICE_SCENARIOS, scenarioNamed, scenarios } from './scenarios.ts';
import { tryOut } from './trial.ts';

/** Each onset is over before the next, and at another point of a token's life. `npm run simulate` runs whole months, and a thousand random ones. */
function short(count = 2, firstAt = 12 * HOUR_MS) {
  const everyMs = 30 * HOUR_MS + 11 * MINUTE_MS;
  return {
    days: (count * everyMs) / DAY_MS,
    onsets: Array.from({ length: count }, (_, turn) => firstAt + turn * everyMs),
  };
}

function named(name: string, firstAt?: number): Scenario {
  return scenarioNamed(name, short(2, firstAt));
}

describe('what must always hold, holds', () => {
  it.each([...scenarios(short()), randomMonth(1)])('$name', async (scenario) => {
    const { verdict, mistakes } = await tryOut('this project', scenario);
    expect([...verdict.violations, ...mistakes]).toEqual([]);
  });
});

describe('an outage of the service', () => {
  it.each([232, 240])(
    'is noticed two hours later, and paged half an hour before that, off the grid: %i',
    async (minutes) => {
      const { onsets } = (await tryOut('this project', offTheGrid(minutes, short(12)))).assessment;
      expect(onsets.map(lead).filter((ms) => ms === undefined || ms < 30 * MINUTE_MS)).toEqual([]);
      expect(least(onsets, ({ msToGap }) => msToGap)).toBeGreaterThanOrEqual(2 * HOUR_MS);
    },
  );

  it.each([{ checkEverySeconds: 1800 }, { renewalWindowSeconds: 600, checkEverySeconds: 180 }])(
    'pages before the token ends under settings that synth does not warn of: %j',
    async (settings) => {
      const { assessment } = await tryOut('this project', { ...named('vendor down for 6 h'), settings });
      expect(assessment.onsets.map(lead).filter((ms) => ms === undefined || ms < 0)).toEqual([]);
    },
  );

  it.each([
    ['nobody while it is short', 'vendor down for 10 min', 0],
    ['once, not again when it is over', 'every answer HTML for 6 h', 1],
  ])('pages %s', async (_, name, times) => {
    const { onsets } = (await tryOut('this project', named(name))).assessment;
    expect(onsets.map(({ pages }) => pages)).toEqual([times, times]);
  });

  it.each(['every 4 h', 'every 2 h, Lambda retries', 'at 90 % of the lifetime'] as const)(
    'of three hours leaves readers longer without a token when it is refreshed %s',
    async (strategy) => {
      // Late in the life of the tokens that are replaced at 90 % of it.
      const scenario = named('vendor down for 3 h', 18 * HOUR_MS);
      const own = (await tryOut('this project', scenario)).assessment.longestGapMs;
      expect((await tryOut(strategy, scenario)).assessment.longestGapMs).toBeGreaterThan(own + 30 * MINUTE_MS);
    },
  );
});

it('a schedule that is disabled by hand pages within three quarters of an hour, an alarm on errors never', async () => {
  const scenario = named('schedule disabled by hand for 8 h');
  const own = (await tryOut('this project', scenario)).assessment.onsets;
  expect(most(own, ({ msToPage }) => msToPage ?? Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(45 * MINUTE_MS);
  const others = (await tryOut('every 2 h, Lambda retries', scenario)).assessment.onsets;
  expect(others.map(({ msToPage }) => msToPage)).toEqual([undefined, undefined]);
});

it('a service that hands out the same token until ten minutes before its end is served without a page where renewalWindow says so', async () => {
  const [without, withWindow] = SERVICE_SCENARIOS.map((scenario) => ({ ...scenario, days: 2 }));
  if (without === undefined || withWindow === undefined) throw new TypeError('no such scenario');
  const { gaps, falsePages } = (await tryOut('this project', withWindow)).assessment;
  expect([gaps, falsePages]).toEqual([[], []]);
  expect((await tryOut('this project', without)).assessment.falsePages.length).toBeGreaterThan(8);
});

it('the alarms say the same whether or not FILL fills a series without a single point', async () => {
  const scenario = named('schedule disabled by hand for 8 h');
  const { month } = await tryOut('this project', scenario);
  const { alarms } = deploymentOf(scenario.settings);
  expect(watch(month, alarms, 'filled')).toEqual(watch(month, alarms, 'missing'));
});

/** An alarm as it can be compared: which values breach it, and which metric it watches, the function's name aside. */
function comparable({ isBreaching, seriesKey, ...alarm }: Alarm) {
  const values = Array.from({ length: 24 * 60 }, (_, minutes) => minutes * 60);
  const breaching = [1, 2, ...values.flatMap((value) => [value - 1, value])].filter(isBreaching);
  return { ...alarm, breaching, seriesKey: seriesKey.replace(/("FunctionName",).*/, '$1') };
}

it.each([{}, { checkEverySeconds: 1800 }, { renewalWindowSeconds: 600, checkEverySeconds: 180 }])(
  'the page of npm start watches the alarms that are deployed with %j',
  (settings) => {
    const { config, alarms } = deploymentOf(settings);
    const shown = playedAlarms(config).map(({ kind, severity, alarm }) => ({
      name: kind,
      pages: severity === 'page',
      ...comparable(alarm),
    }));
    expect(shown).toEqual(alarms.map(({ alarm, name, pages }) => ({ name, pages, ...comparable(alarm) })));
    expect(shown).toHaveLength(4);
  },
);

it('the same seed gives the same month', async () => {
  const scenario = { ...randomMonth(3), days: 2 };
  const first = await tryOut('this project', scenario);
  const second = await tryOut('this project', scenario);
  // Each run draws an id of its own; nothing is decided by which one.
  const withoutIds = ({ changes, ...month }: Month) => ({
    ...month,
    changes: changes.map((change) => ({ ...change, value: change.value?.replace(/"run":"[^"]+"/, '') })),
  });
  expect(withoutIds(first.month)).toEqual(withoutIds(second.month));
  expect(first.assessment).toEqual(second.assessment);
});

it('a token that the service ends early is replaced within a minute where a reader reports it, else after its two hours', async () => {
  const longest = async (name: string) =>
    (await tryOut('this project', named(name))).assessment.onsets.map((one) => one.withoutTokenMs);
  expect(Math.max(...(await longest('token ended early, a reader reports')))).toBeLessThan(MINUTE_MS);
  expect(Math.max(...(await longest('token ended early by the service, no reader reports')))).toBeGreaterThan(HOUR_MS);
});

it('logins that are answered too late leave readers with a dead token, and a person is paged after three checks where they report it', async () => {
  const paged = async (isReported: boolean) => {
    const { onsets } = (await tryOut('this project', during(2, 'slow', { isReported, ...short() }))).assessment;
    expect(most(onsets, ({ withoutTokenMs }) => withoutTokenMs)).toBeGreaterThan(110 * MINUTE_MS);
    return most(onsets, ({ msToPage }) => msToPage);
  };
  expect(await paged(true)).toBeLessThan(50 * MINUTE_MS);
  expect(await paged(false)).toBeGreaterThan(75 * MINUTE_MS);
});
