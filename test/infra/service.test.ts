import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/app/read-settings.ts';
import { propFaults } from '../../infra/prop-rules.ts';
import { ConfigError, readConfig } from '../../lambda/refresher/config.ts';
import { dpd, finanzonline, regon, sabre } from '../../lambda/services/profiles.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  appWith,
  deployed,
  environmentOf,
  faultsOf,
  LEAST,
  LEAST_SETTINGS,
  only,
  stackOf,
  warningsOf,
} from './synthesis.ts';

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
  });

  it('may be used in another way than its profile says', () => {
    const { template } = deployed(() => ({ service: dpd, checkEvery: Duration.minutes(2), loginsPerDay: 6 }));
    expect(readConfig(environmentOf({ template }))).toMatchObject({ checkEverySeconds: 120, loginsPerDay: 6 });
  });

  it('that renews at expiry pages only when there has been no token for three checks', () => {
    const AlarmName = `TokenExpiring${LEAST.tokenParameterName}`;
    const expected = { Threshold: 1, EvaluationPeriods: 3, DatapointsToAlarm: 3 };
    expect(only(parcels.template, 'AWS::CloudWatch::Alarm', { AlarmName })).toMatchObject(expected);
  });

  it('is refused by all of its faults at once', () => {
    const faults = propFaults({ ...LEAST, service: { ...dpd, token: '//', answer: 'a/b' } });
    expect(faults.map(({ names: [name] }) => name)).toEqual(
      expect.arrayContaining(['service.token', 'service.answer']),
    );
  });
});

describe('in cdk.json', () => {
  const { file } = temporaryFolder();
  const acme = (settings: object) => ({ acme: { ...LEAST_SETTINGS, ...settings } });
  const templateOf = (settings: object) => Template.fromStack(stackOf(appWith(acme(settings)), 'TokenRefresher-acme'));

  it('a service is named, and the output says what its secret holds', () => {
    const { CredentialsFile } = templateOf({ service: 'finanzonline' }).findOutputs('CredentialsFile');
    expect(CredentialsFile?.Value).toBe('{"tid":"...","benid":"...","pin":"...","herstellerid":"..."}');
  });

  it('a key without an existing secret is that of the new one', () => {
    const KmsKeyId = 'arn:aws:kms:ap-south-1:123456789012:key/1111';
    const template = templateOf({ credentialsKeyArn: KmsKeyId });
    expect(only(template, 'AWS::SecretsManager::Secret')).toMatchObject({ KmsKeyId });
  });

  it('or described in a file', () => {
    const settings = readSettings({ tokens: acme({ service: file('sabre.json', JSON.stringify(sabre)) }) });
    expect(settings.tokens[0]?.service).toEqual(sabre);
  });

  it.each([
    ['a typing mistake', 'dpdd', 'cannot be read; did you mean dpd?'],
    ['a file that is not there', './none.json', 'cannot be read'],
    ['a file that is no JSON', file('no.json', '{'), 'put a JSON object in this file'],
    ['a file with a fault', file('fault.json', JSON.stringify({ ...dpd, tokens: 'x' })), 'token'],
  ])('says in words what is wrong with %s', (_, service, words) => {
    expect(faultsOf(acme({ service })).join()).toContain(words);
  });
});
