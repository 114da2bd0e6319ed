import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../../local/world/listen.ts';
import { worlds } from '../refresher/world.ts';
import { handler } from './soap-stand-in.cjs';

const newWorld = worlds();

it('the stand-in of the integration test is a SOAP service to the refresher: another token each time, or a refusal', async () => {
  const standIn = await listen(0, async (request, response) => {
    const { statusCode, headers, body } = await handler({ body: await text(request) });
    response.writeHead(statusCode, headers).end(body);
  });
  onTestFinished(() => standIn.close());
  const { tick, failingTick, put, secretId, storedToken } = await newWorld();
  const options = { env: { TOKEN_ENDPOINT: standIn.url } };
  const putPassword = (password: string) => {
    const SecretString = JSON.stringify({ username: 'integ', password, client_id: 'id', client_secret: 'secret' });
    put('PutSecretValue', { SecretId: secretId, SecretString });
  };

  putPassword('wrong');
  const refusal = await failingTick('CREDENTIALS_REFUSED', options);
  expect(refusal.message).toMatch(/refused.*invalid_grant/);
  putPassword('right');
  await tick({}, options);
  const first = storedToken();
  await tick({ force: true }, options);

  for (const token of [first, storedToken()]) expect(token).toMatch(/^integ-token-/);
  expect(storedToken()).not.toBe(first);
});
