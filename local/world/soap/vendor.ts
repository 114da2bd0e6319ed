import { createHash } from 'node:crypto';
import type { Random } from '../time/random.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import { ANSWER_CONTENT_TYPE, type SoapAnswer, type SoapMessage } from './soap-envelope.ts';
import { type SoapCredentials, SoapService, type SoapServiceSettings } from './soap-service.ts';

/** How the service behaves. */
export type VendorSettings = Omit<SoapServiceSettings, 'newToken' | 'credentials'> & {
  readonly tokenLifetimeSeconds: number;
};

/** What comes back over HTTP. */
export type HttpReply = Pick<SoapAnswer, 'status' | 'contentType' | 'body'>;

/** A fault of the service, for as long as that lasts. What it throws is what `fetch` throws. */
export interface VendorFault {
  /** What comes instead of an answer, to a login that the service never sees. */
  readonly instead?: (signal: AbortSignal) => Promise<HttpReply>;
  /** What becomes of the answer to a login that the service has judged. */
  readonly afterwards?: (reply: HttpReply, sleep: (ms: number) => Promise<void>) => Promise<HttpReply>;
}

/** Nobody answers. */
export const NO_CONNECTION: VendorFault = { instead: () => Promise.reject(new TypeError('fetch failed')) };

/** The beginning of an envelope, and no token was minted: as prose that nobody knows, it may have judged the login. */
export const NONSENSE: VendorFault = {
  instead: async () => ({ status: 200, contentType: ANSWER_CONTENT_TYPE, body: '<SOAP-ENV:Envelope' }),
};

/** One request for a token. */
export interface RecordedLogin {
  readonly at: number;
  readonly outcome: 'granted' | 'refused' | 'failed';
  readonly envelope: string;
  /** What was wrong with the service. */
  readonly fault: VendorFault | undefined;
}

/** The local SOAP service in virtual time: how long it takes, and whatever is wrong with it at the moment. */
export class Vendor {
  readonly service: SoapService;
  /** Every request, in the order in which they came; also those that the service itself never saw. */
  readonly logins: RecordedLogin[] = [];
  fault: VendorFault | undefined;
  readonly #clock: VirtualClock;
  readonly #random: Random;

  constructor(clock: VirtualClock, random: Random, settings: VendorSettings, credentials: SoapCredentials) {
    this.#clock = clock;
    this.#random = random;
    this.service = new SoapService({
      ...settings,
      credentials,
      newToken: () => createHash('sha1').update(`${random.next()} ${this.service.issuedTokens.length}`).digest('hex'),
    });
  }

  get password(): string {
    return this.service.credentials.password ?? '';
  }

  set password(password: string) {
    this.service.credentials = { ...this.service.credentials, password };
  }

  /** @throws what `fetch` throws: a TypeError without a connection, the signal's reason once it has fired. */
  async answer(message: SoapMessage, signal: AbortSignal): Promise<HttpReply> {
    const { fault } = this;
    const { body: envelope } = message;
    const sleep = (ms: number) => this.#clock.sleep(ms, signal);
    await sleep(this.#latencyMs());
    const at = this.#clock.now();
    if (fault?.instead !== undefined) {
      this.logins.push({ at, outcome: 'failed', envelope, fault });
      return await fault.instead(signal);
    }
    const { login = 'failed', ...reply } = this.service.answer(message, new Date(at));
    this.logins.push({ at, outcome: login, envelope, fault });
    if (fault?.afterwards !== undefined) return await fault.afterwards(reply, sleep);
    await sleep(50);
    return reply;
  }

  /** Mostly half a second, sometimes some seconds. */
  #latencyMs(): number {
    return this.#random.chance(0.02) ? this.#random.between(1000, 8000) : this.#random.between(150, 700);
  }
}
