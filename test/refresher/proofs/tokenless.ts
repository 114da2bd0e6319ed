import { RefreshError } from '../../../lambda/refresh-error.ts';
import type { SoapReply } from '../../../lambda/soap/soap-reply.ts';
import { faultEnvelope, refusalEnvelope } from '../../../local/world/soap/soap-envelope.ts';
import { reply } from '../../services/answers.ts';

const html = (status: number) => reply('<html>Back soon</html>', { status, contentType: 'text/html' });
const fault = (...said: Parameters<typeof faultEnvelope>) => reply(faultEnvelope(...said), { status: 500 });
const refusal = (code: string) => reply(refusalEnvelope('access_tokenResponse', code));

/** Every way in which a login leaves no token: the service's answer, or what is thrown in its place. */
export const TOKENLESS = {
  refused: () => refusal('invalid_grant'),
  'refused by a sentence': () => fault('Client', 'Invalid username or password'),
  'another refusal': () => refusal('invalid_scope'),
  malformed: () => reply('<SOAP-ENV:Envelope'),
  html: () => html(200),
  'server fault': () => fault('Server', 'Database connection failed'),
  gateway: () => html(503),
  'gateway that names the login': () => reply('login failed', { status: 503, contentType: 'text/plain' }),
  'no connection': () => {
    throw new RefreshError('ENDPOINT_UNAVAILABLE', 'no connection', { isSafeToRepeat: true });
  },
  'time-out': () => {
    throw new RefreshError('ENDPOINT_UNAVAILABLE', 'no answer');
  },
  'mistake of ours': () => {
    throw new TypeError('x is not a function');
  },
} satisfies Record<string, () => SoapReply>;
