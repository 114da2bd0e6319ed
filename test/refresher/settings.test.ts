import { beforeAll, expect, it } from 'vitest';
import { SETTINGS } from '../../lambda/refresher/config.ts';
import { dpd } from '../../lambda/services/dpd.ts';
import { worlds } from './world.ts';

const world = worlds();

/** Stands for the address of another service. */
const ELSEWHERE = 'elsewhere';

/** For each setting another value than that of a test world; without one, this does not compile. */
const OTHERWISE: Readonly<Record<keyof typeof SETTINGS, string>> = {
  credentialsSecretId: 'another-secret',
  endpoint: ELSEWHERE,
  tokenParameterName: '/another/access-token',
  tokenKmsKeyId: 'alias/local',
  refreshEverySeconds: '1800',
  checkEverySeconds: '60',
  tokenLifetimeSeconds: '7200',
  renewalWindowSeconds: '1800',
  soapAction: 'urn:server#access_new_token',
  profile: JSON.stringify(dpd),
  loginsPerDay: '50',
  proxyUrl: ELSEWHERE,
  credentialsMaxAgeSeconds: '60',
};

/** All that three ticks send and write, without what no two runs have in common; instants as seconds since the first. */
async function observed(env: Readonly<Record<string, string>>): Promise<string> {
  const { aws, soap, tick, logged } = await world();
  const [startedAt, earlier] = [Date.now(), aws.calls.length];
  for (const minutes of [0, 40, 150]) await tick({}, { env, skewMs: minutes * 60_000 }).catch(() => undefined);
  const calls = aws.calls.slice(earlier).map(({ operation, input }) => [operation, input]);
  const logins = soap.calls.map(({ body, headers }) => [body, { ...headers, host: '' }]);
  const tokens = soap.issuedTokens.map(({ token }) => token);
  const inCommon = (text: string) =>
    text
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|sha256:\w+|(?:world|credentials)-\d+/g, '…')
      .replaceAll(new RegExp(tokens.join('|') || '^$', 'g'), '…')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (at) => `${Math.round((Date.parse(at) - startedAt) / 10_000)}0 s`);
  return inCommon(JSON.stringify([logins, calls], null, 1)) + inCommon(logged()).replaceAll(/\d+(?:\.\d+)?/g, '#');
}

let ordinary: string;
let elsewhere: string;
beforeAll(async () => {
  // The first one's two reads, which go out together, wait for their connections and arrive in either order.
  await observed({});
  ordinary = await observed({});
  elsewhere = new URL((await world()).soap.url).origin;
});

it('two runs with the same settings are the same, or the differences below would mean nothing', async () => {
  expect(await observed({})).toBe(ordinary);
});

it.each(Object.keys(SETTINGS))('%s makes a difference to what the function does', async (name) => {
  const [, { variable = '' } = {}] = Object.entries(SETTINGS).find(([one]) => one === name) ?? [];
  const [, value = ''] = Object.entries(OTHERWISE).find(([one]) => one === name) ?? [];
  expect(await observed({ [variable]: value === ELSEWHERE ? elsewhere : value })).not.toBe(ordinary);
});
