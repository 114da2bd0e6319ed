import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../lambda/refresher/config.ts';
import { dpd, finanzonline, regon, sabre } from '../../lambda/services/profiles.ts';
import { warningsOf } from './app/app-with.ts';
import { deployed, environmentOf, LEAST, only } from './synthesis.ts';

const parcels = deployed(() => ({ service: dpd, proxy: 'http://proxy.example.test:3128' }));

describe('a service that a profile describes', () => {
  it.each(Object.entries({ dpd, finanzonline, regon, sabre }))(
    '%s is deployed with nothing but its profile',
    (_, service) => {
      const config = readConfig(environmentOf(deployed(() => ({ service }))));
      expect(config instanceof ConfigError ? config.faults : config.profile).toEqual({ ...service, timing: undefined });
    },
  );

  it('is handed to the function with its own timing, and warned of in nothing', () => {
    expect(readConfig(environmentOf(parcels))).toMatchObject({
      tokenLifetimeSeconds: 86_400,
      checkEverySeconds: 60,
      renewalWindowSeconds: 0,
      loginsPerDay: 10,
      proxyUrl: 'http://proxy.example.test:3128',
    });
    expect(warningsOf(parcels.stack)).toEqual([]);
    // It renews at expiry: a page comes only when there has been no token for three checks.
    const AlarmName = `TokenExpiring${LEAST.tokenParameterName}`;
    const expected = { Threshold: 1, EvaluationPeriods: 3, DatapointsToAlarm: 3 };
    expect(only(parcels.template, 'AWS::CloudWatch::Alarm', { AlarmName })).toMatchObject(expected);
  });

  it('may be used in another way than its profile says', () => {
    const { template } = deployed(() => ({ service: dpd, checkEvery: Duration.minutes(2), loginsPerDay: 6 }));
    expect(readConfig(environmentOf({ template }))).toMatchObject({ checkEverySeconds: 120, loginsPerDay: 6 });
  });
});
