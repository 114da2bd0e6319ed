import { describe, expect, it } from 'vitest';
import {
  type Config,
  ConfigError,
  configurationHash,
  type Environment,
  readConfig,
  variablesOf,
} from '../../lambda/refresher/config.ts';
import { serviceVariable } from '../../lambda/services/check-profile.ts';
import { dpd } from '../../lambda/services/dpd.ts';
import { mastersIndia } from '../../lambda/services/masters-india.ts';

const environment: Environment = {
  CREDENTIALS_SECRET_ID: 'credentials',
  TOKEN_ENDPOINT: 'https://soap.example.test/api.php?wsdl',
  TOKEN_PARAMETER_NAME: '/example/access-token',
  REFRESH_EVERY_SECONDS: '7200',
  CHECK_EVERY_SECONDS: '900',
  TOKEN_LIFETIME_SECONDS: '14400',
};

function configOf(env: Readonly<Record<string, string>>): Config {
  const config = readConfig(env);
  return config instanceof ConfigError ? expect.fail(config.message) : config;
}

function errorOf(env: Readonly<Record<string, string>>): ConfigError {
  const config = readConfig(env);
  return config instanceof ConfigError ? config : expect.fail('expected an error');
}

describe('the environment', () => {
  it('is read into a configuration', () => {
    const described = { SERVICE: JSON.stringify(dpd), SOAP_ACTION: 'urn:x#y', PROXY_URL: 'http://proxy.test:3128' };
    const numbers = { RENEWAL_WINDOW_SECONDS: '0', CREDENTIALS_MAX_AGE_SECONDS: '6912000', LOGINS_PER_DAY: '10' };
    const config = configOf({ ...environment, ...described, ...numbers });
    expect(config).toMatchObject({
      credentialsSecretId: environment.CREDENTIALS_SECRET_ID,
      endpoint: environment.TOKEN_ENDPOINT,
      tokenParameterName: environment.TOKEN_PARAMETER_NAME,
      refreshEverySeconds: 7200,
      checkEverySeconds: 900,
      tokenLifetimeSeconds: 14400,
      renewalWindowSeconds: 0,
      soapAction: 'urn:x#y',
      profile: dpd,
      loginsPerDay: 10,
      proxyUrl: 'http://proxy.test:3128',
      credentialsMaxAgeSeconds: 6_912_000,
    });
    expect(config.service.fields.map(({ name }) => name)).toEqual(['username', 'password']);
    const written = variablesOf(config);
    expect(written).toEqual({ ...environment, ...described, ...numbers, SERVICE: serviceVariable(dpd) });
  });

  it('may leave out what is optional, or leave it blank', () => {
    const blank = { RENEWAL_WINDOW_SECONDS: '', TOKEN_KMS_KEY_ID: ' ', SOAP_ACTION: ' ' };
    const left = { renewalWindowSeconds: undefined, tokenKmsKeyId: undefined, soapAction: '', profile: mastersIndia };
    for (const env of [{}, blank]) expect(configOf({ ...environment, ...env })).toMatchObject(left);
  });

  it('is refused with every fault at once, by name', () => {
    const error = errorOf({});
    expect(error.faults.map(({ name }) => name).toSorted()).toEqual(Object.keys(environment).toSorted());
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', tokenParameterName: undefined });
  });

  it('that is wrong still names the token parameter where that one is right, for the metrics', () => {
    expect(errorOf({ TOKEN_PARAMETER_NAME: '/example/access-token' }).tokenParameterName).toBe('/example/access-token');
    expect(errorOf({ ...environment, TOKEN_PARAMETER_NAME: 'no-slash' }).tokenParameterName).toBeUndefined();
  });

  it.each<[keyof Environment, string]>([
    ['CREDENTIALS_SECRET_ID', '{"username":"u","password":"hunter2"}'],
    ['CREDENTIALS_SECRET_ID', 'erin:hunter2'],
    ['TOKEN_ENDPOINT', 'soap.example.test'],
    ['TOKEN_ENDPOINT', 'ftp://soap.example.test/'],
    ['TOKEN_ENDPOINT', 'https://:hunter2@soap.example.test/'],
    ['TOKEN_PARAMETER_NAME', 'no-slash'],
    ['TOKEN_PARAMETER_NAME', '/with blank'],
    ['TOKEN_PARAMETER_NAME', '/trailing/'],
    ['TOKEN_PARAMETER_NAME', '/AWS-tokens/x'],
    ['TOKEN_PARAMETER_NAME', '/level'.repeat(15)],
    ['REFRESH_EVERY_SECONDS', '0'],
    ['REFRESH_EVERY_SECONDS', '-5'],
    ['REFRESH_EVERY_SECONDS', '2h'],
    ['CHECK_EVERY_SECONDS', '1e3'],
    ['TOKEN_LIFETIME_SECONDS', '999999999'],
    ['RENEWAL_WINDOW_SECONDS', 'soon'],
    ['CREDENTIALS_MAX_AGE_SECONDS', '80 days'],
    ['SOAP_ACTION', 'with "quotes"'],
    ['SOAP_ACTION', 'line\r\nInjected: header'],
    ['SERVICE', '{"answer":'],
    ['SERVICE', '[]'],
    ['SERVICE', JSON.stringify({ ...dpd, token: '//' })],
    ['SERVICE', JSON.stringify({ ...dpd, tokens: 'x' })],
    ['LOGINS_PER_DAY', '1'],
    ['LOGINS_PER_DAY', 'ten'],
    ['LOGINS_PER_DAY', '201'],
    ['PROXY_URL', 'https://proxy.test'],
    ['PROXY_URL', 'http://user:hunter2@proxy.test'],
    ['PROXY_URL', 'http://proxy.test/path'],
    ['PROXY_URL', 'http://proxy.test:3128?a'],
    ['PROXY_URL', 'http:///'],
  ])('refuses %s=%j and does not repeat the value', (name, value) => {
    const error = errorOf({ ...environment, [name]: value });
    expect([...new Set(error.faults.map((fault) => fault.name))]).toEqual([name]);
    expect(error.message).not.toContain(value);
  });
});

describe('the configuration hash', () => {
  const hash = (change: Partial<Environment>) => configurationHash(configOf({ ...environment, ...change }));

  it('changes with the endpoint, the SOAP action, the key and the profile, and with nothing else', () => {
    expect(hash({ REFRESH_EVERY_SECONDS: '60', CREDENTIALS_SECRET_ID: 'other' })).toBe(hash({}));
    const changes = [{ TOKEN_ENDPOINT: 'https://other.test/' }, { SOAP_ACTION: 'x' }, { TOKEN_KMS_KEY_ID: 'k' }];
    expect(new Set([{}, ...changes, { SERVICE: serviceVariable(dpd) }].map(hash)).size).toBe(5);
  });

  it('is that of every version before, so that an upgrade does not log in', () => {
    expect(hash({ TOKEN_ENDPOINT: 'https://soap.example.com/token', TOKEN_KMS_KEY_ID: 'key' })).toBe(
      'sha256:3a8170bc804376f470fd54896b2950fb168e2b6de83e064522b6adcc2ed59da9',
    );
    expect(hash({ SERVICE: serviceVariable(mastersIndia) })).toBe(hash({}));
  });
});
