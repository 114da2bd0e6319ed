/**
 * Runs the downstream function once a second against the services that `npm start -- --serve` keeps up, and shows that it
 * goes on working while the token is replaced. Ends with Ctrl-C.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { SSMClient } from '@aws-sdk/client-ssm';
import { createTokenReader, type TokenReader } from '../../lambda/reader/token-reader.ts';
import { runningServices, SERVICES_FILE } from '../../local/start/running-services.ts';
import { createHandler } from './get-e-invoice.ts';

/** Not by port: something else may listen there, and would be sent a token. */
const file = process.argv[2] ?? SERVICES_FILE;
const services = runningServices(file);
if (services?.soapUrl === undefined) {
  console.error('npm run example: start the services first, in another terminal: npm start -- --serve');
  process.exit(1);
}
const { awsUrl, soapUrl, aheadMs } = services;
stopUnlessRealTime(services.pace);

const tokens = createTokenReader({
  parameterName: '/local/access-token',
  // The local service's tokens live minutes; the defaults, 60 and 300, are for those that live hours.
  minRemainingSeconds: 5,
  maxAgeSeconds: 10,
  // The services' time is ahead of this machine's, once somebody has hurried it.
  clock: {
    now: () => Date.now() + aheadMs,
    sleep: (ms) => sleep(ms),
    timeout: (ms) => AbortSignal.timeout(ms),
  },
  client: new SSMClient({
    endpoint: awsUrl,
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

console.log('A token is shown by its fingerprint, the first 8 digits of its SHA-256. Ctrl-C ends it.\n');

const handler = createHandler({ E_INVOICE_ENDPOINT: soapUrl }, watched);
let before = '';
for (;;) {
  const running = runningServices(file);
  stopUnlessRealTime(running?.pace ?? 1);
  // Once they have stopped, anybody may listen on their ports.
  if (!isDeepStrictEqual(running, services)) break;
  const time = new Date().toISOString().slice(11, 19);
  try {
    const { AckNo, Status } = await handler({ userGstin: '05AAAPG7885R002', irn: 'a'.repeat(64) });
    console.log(
      `${time}  invoice ${AckNo} ${Status}, token fingerprint ${sent}${before && before !== sent ? '  <- replaced' : ''}`,
    );
    before = sent;
  } catch (error) {
    console.log(`${time}  ${error instanceof Error ? error.message : error}`);
  }
  await sleep(1000);
}
console.log('The services have stopped. Start them again, in another terminal: npm start -- --serve');
process.exitCode = 1;

/** A second here would be minutes there: neither the cache nor the time-outs of the reader would mean anything. */
function stopUnlessRealTime(pace: number): void {
  if (pace === 1) return;
  const speed = pace === 0 ? 'stands still' : `passes ${pace} times as fast as real time`;
  console.error(
    `npm run example: the services' time ${speed}. Choose "Real time" on their page, then start this again.`,
  );
  process.exit(1);
}
