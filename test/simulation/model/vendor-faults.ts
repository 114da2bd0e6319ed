import { faultEnvelope } from '../../../local/world/soap/soap-envelope.ts';
import { type HttpReply, NO_CONNECTION, NONSENSE, type VendorFault } from '../../../local/world/soap/vendor.ts';

const HTML = '<html><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>';

function instead(status: number, contentType: string, body: string): VendorFault {
  return { instead: async (): Promise<HttpReply> => ({ status, contentType, body }) };
}

/** What can be wrong with the service in a simulated month. */
export const VENDOR_FAULTS = {
  'no-connection': NO_CONNECTION,
  'no-answer': {
    instead: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  },
  'http-503': instead(503, 'text/html', HTML),
  html: instead(200, 'text/html; charset=UTF-8', HTML),
  'empty-500': instead(500, 'text/html; charset=UTF-8', ''),
  'server-fault': instead(500, 'text/xml; charset=ISO-8859-1', faultEnvelope('Server', 'Database connection failed')),
  malformed: NONSENSE,
  truncated: { afterwards: async (reply) => ({ ...reply, body: reply.body.slice(0, -40) }) },
  /** The login works and the token is minted, but the connection breaks before the reply is through. */
  'reply-lost': { afterwards: () => Promise.reject(new TypeError('terminated')) },
  /** Right, but after half a minute. */
  slow: { afterwards: (reply, sleep) => sleep(30_000).then(() => reply) },
} as const satisfies Record<string, VendorFault>;

/** Its name. */
export type VendorFaultName = keyof typeof VENDOR_FAULTS;
