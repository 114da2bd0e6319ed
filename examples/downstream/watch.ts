/**
 * Runs the downstream function once a second against the services that `npm start -- --serve` keeps up, and shows that it
 * goes on working while the token is replaced. Ends with Ctrl-C.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SSMClient } from '@aws-sdk/client-ssm';
import { createTokenReader, type TokenReader } from '../../lambda/reader/token-reader.ts';
import { createHandler } from './get-e-invoice.ts';

const { AWS_ENDPOINT_URL = 'http://127.0.0.1:4780', E_INVOICE_ENDPOINT = 'http://127.0.0.1:4781/api.einvoice.php' } =
  process.env;

const tokens = createTokenReader({
  parameterName: '/local/access-token',
  // The local service's tokens live minutes; the defaults, 60 and 300, are for those that live hours.
  minRemainingSeconds: 5,
  maxAgeSeconds: 10,
  client: new SSMClient({
    endpoint: AWS_ENDPOINT_URL,
    region: 'ap-south-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  }),
});

let sent = '';
/** The same reader, but one that shows which token was sent last: by a fingerprint, as a token is never written out. */
const watched: TokenReader = {
  get: tokens.get,
  call: (request, isRejected) =>
    tokens.call((token) => {
      sent = createHash('sha256').update(token).digest('hex').slice(0, 8);
      return request(token);
    }, isRejected),
};

console.log('Needs the services of npm start -- --serve in another terminal. Ctrl-C ends it.\n');

const handler = createHandler({ E_INVOICE_ENDPOINT }, watched);
let before = '';
for (;;) {
  const time = new Date().toISOString().slice(11, 19);
  try {
    const { AckNo, Status } = await handler({ userGstin: '05AAAPG7885R002', irn: 'a'.repeat(64) });
    console.log(
      `${time}  invoice ${AckNo} ${Status}, token ${sent}…${before && before !== sent ? '  <- replaced' : ''}`,
    );
    before = sent;
  } catch (error) {
    console.log(`${time}  ${error instanceof Error ? error.message : error}`);
  }
  await sleep(1000);
}
