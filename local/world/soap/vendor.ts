import { createHash } from 'node:crypto';
import type { Random } from '../time/random.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import { faultEnvelope } from './soap-envelope.ts';
import type { SoapAnswer } from './soap-message.ts';
import { createSoapService, type SoapService, type SoapServiceSettings } from './soap-service.ts';
import type { Issuing } from './token-issuer.ts';

/** How the service behaves. */
export interface VendorSettings extends Pick<SoapServiceSettings, 'lockOut'> {
  readonly lifetimeSeconds: number;
  readonly issuing: Issuing;
}

/** A fault of the service: how it answers for as long as that lasts. */
export type VendorFault =
  | 'no-connection'
  | 'no-answer'
  | 'http-503'
  | 'html'
  | 'empty-500'
  | 'server-fault'
  | 'truncated'
  /** The beginning of an envelope, and no token was minted: as prose that nobody knows, it may have judged the login. */
  | 'malformed'
  /** The login works and the token is minted, but the connection breaks before the reply is through. */
  | 'reply-lost'
  /** Right, but after half a minute. */
  | 'slow'
  /** Right, but the token lives for a quarter of what the reply says. */
  | 'lifetime-overstated';

/** One request for a token. */
export interface RecordedLogin {
  readonly at: number;
  readonly password: string;
  readonly outcome: 'granted' | 'refused' | 'failed';
  /** The service judged it, but its answer never arrived. */
  readonly isReplyLost: boolean;
}

type HttpReply = Pick<SoapAnswer, 'status' | 'contentType' | 'body'>;

/** The local SOAP service in virtual time: how long it takes, and whatever is wrong with it at the moment. */
export class Vendor {
  readonly service: SoapService;
  /** Every request, in the order in which they came; also those that the service itself never saw. */
  readonly logins: RecordedLogin[] = [];
  readonly #clock: VirtualClock;
  readonly #random: Random;
  #fault: VendorFault | undefined;

  constructor(
    clock: VirtualClock,
    random: Random,
    settings: VendorSettings,
    credentials: SoapServiceSettings['credentials'],
  ) {
    this.#clock = clock;
    this.#random = random;
    const { lifetimeSeconds, ...habits } = settings;
    this.service = createSoapService({
      ...habits,
      credentials,
      tokenLifetimeSeconds: lifetimeSeconds,
      newToken: () => createHash('sha1').update(`${random.next()} ${this.service.issuedTokens.length}`).digest('hex'),
    });
  }

  get fault(): VendorFault | undefined {
    return this.#fault;
  }

  set fault(fault: VendorFault | undefined) {
    this.#fault = fault;
    this.service.livedShare = fault === 'lifetime-overstated' ? 0.25 : 1;
  }

  get password(): string {
    return this.service.credentials.password ?? '';
  }

  set password(password: string) {
    this.service.credentials = { ...this.service.credentials, password };
  }

  /** @throws what `fetch` throws: a TypeError without a connection, the signal's reason once it has fired. */
  async answer(envelope: string, signal: AbortSignal): Promise<HttpReply> {
    const { fault } = this;
    await this.#clock.sleep(this.#latencyMs(), signal);
    if (fault === 'no-connection') {
      this.#note('failed', envelope);
      throw new TypeError('fetch failed');
    }
    if (fault === 'no-answer') {
      this.#note('failed', envelope);
      return await new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }
    const broken = fault === undefined ? undefined : BROKEN[fault];
    if (broken !== undefined) {
      this.#note('failed', envelope);
      return broken;
    }
    const message = { body: envelope, contentType: 'text/xml; charset=utf-8', soapAction: '""' };
    const { login = 'failed', ...reply } = this.service.answer(message, new Date(this.#clock.now()));
    this.#note(login, envelope);
    if (fault === 'reply-lost') throw new TypeError('terminated');
    if (fault === 'truncated') return { ...reply, body: reply.body.slice(0, -40) };
    await this.#clock.sleep(fault === 'slow' ? 30_000 : 50, signal);
    return reply;
  }

  #note(outcome: RecordedLogin['outcome'], envelope: string): void {
    const password = /<passwd[^>]*>([^<]*)<\/passwd>/.exec(envelope)?.[1] ?? '';
    const isReplyLost = this.fault === 'reply-lost';
    this.logins.push({ at: this.#clock.now(), password, outcome, isReplyLost });
  }

  /** Mostly half a second, sometimes some seconds. */
  #latencyMs(): number {
    return this.#random.chance(0.02) ? this.#random.between(1000, 8000) : this.#random.between(150, 700);
  }
}

const HTML = '<html><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>';

const BROKEN: Partial<Record<VendorFault, HttpReply>> = {
  malformed: { status: 200, contentType: 'text/xml; charset=ISO-8859-1', body: '<SOAP-ENV:Envelope' },
  'http-503': { status: 503, contentType: 'text/html', body: HTML },
  html: { status: 200, contentType: 'text/html; charset=UTF-8', body: HTML },
  'empty-500': { status: 500, contentType: 'text/html; charset=UTF-8', body: '' },
  'server-fault': {
    status: 500,
    contentType: 'text/xml; charset=ISO-8859-1',
    body: faultEnvelope('Server', 'Database connection failed'),
  },
};
