import { createHash } from 'node:crypto';
import type { VirtualClock } from '../../virtual-clock.ts';
import type { Random } from './random.ts';

/** What a service does when it is asked again while its token still lives. */
export type Issuing =
  | 'new'
  | 'new-revoking-old'
  /** The same token, with the seconds that it still lives, until ten minutes before its end. */
  | 'same-until-late'
  /** The same, but every reply claims the whole lifetime. */
  | 'same-claiming-whole-lifetime'
  /** As the one before, but to the very end: within its last moments it is handed out as a token of a whole lifetime. */
  | 'same-to-the-end'
  /** The same token for ever: every login makes it live on for a whole lifetime. */
  | 'sliding';

export interface VendorSettings {
  readonly lifetimeSeconds: number;
  readonly issuing: Issuing;
  /** Logins are refused for `seconds` once so many have been refused in a row. */
  readonly lockOut?: { readonly afterRefusals: number; readonly seconds: number };
}

/** How the service answers while something is wrong with it. */
export type Disturbance =
  | 'no-connection'
  | 'no-answer'
  | 'http-503'
  | 'html'
  | 'empty-500'
  | 'server-fault'
  | 'truncated'
  /** The login works and the token is minted, but the connection breaks before the reply is through. */
  | 'reply-lost'
  /** Right, but after half a minute. */
  | 'slow'
  /** Right, but the token lives for a quarter of what the reply says. */
  | 'lifetime-overstated';

export interface IssuedToken {
  readonly value: string;
  readonly issuedAt: number;
  /** The end as the service knows it, not as it was promised. */
  expiresAt: number;
}

export interface Login {
  readonly at: number;
  readonly password: string;
  readonly outcome: 'granted' | 'refused' | 'disturbed';
}

export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const RENEWAL_WINDOW_MS = 600_000;
const ENVELOPE = 'xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"';

/** The SOAP service: credentials, tokens, lock-out, and whatever is wrong with it at the moment. */
export class Vendor {
  readonly tokens: IssuedToken[] = [];
  readonly logins: Login[] = [];
  password: string;
  lifetimeSeconds: number;
  disturbance: Disturbance | undefined;
  isAccountLocked = false;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #settings: VendorSettings;
  #refusalsInARow = 0;
  #lockedUntil = 0;

  constructor(clock: VirtualClock, random: Random, settings: VendorSettings, password: string) {
    this.#clock = clock;
    this.#random = random;
    this.#settings = settings;
    this.password = password;
    this.lifetimeSeconds = settings.lifetimeSeconds;
  }

  /** The service forgets every token, as after a restart with an empty cache. */
  revokeAll(): void {
    for (const token of this.tokens) token.expiresAt = Math.min(token.expiresAt, this.#clock.now);
  }

  /** @throws what `fetch` throws: a TypeError without a connection, the signal's reason once it has fired. */
  async answer(envelope: string, signal: AbortSignal): Promise<HttpReply> {
    const { disturbance } = this;
    await this.#travel(this.#latencyMs(), signal);
    if (disturbance === 'no-connection') this.#note('disturbed', envelope);
    if (disturbance === 'no-connection') throw new TypeError('fetch failed');
    if (disturbance === 'no-answer') {
      this.#note('disturbed', envelope);
      return await new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }
    const broken = disturbance === undefined ? undefined : BROKEN[disturbance];
    if (broken !== undefined) {
      this.#note('disturbed', envelope);
      return broken;
    }
    const reply = this.#login(envelope);
    if (disturbance === 'reply-lost') throw new TypeError('terminated');
    if (disturbance === 'truncated') return { ...reply, body: reply.body.slice(0, -40) };
    await this.#travel(disturbance === 'slow' ? 30_000 : 50, signal);
    return reply;
  }

  #login(envelope: string): HttpReply {
    const { lockOut } = this.#settings;
    const isLocked = this.isAccountLocked || this.#clock.now < this.#lockedUntil;
    if (isLocked || passwordIn(envelope) !== this.password) {
      if (!isLocked) this.#refusalsInARow++;
      if (lockOut && this.#refusalsInARow >= lockOut.afterRefusals) {
        this.#lockedUntil = this.#clock.now + lockOut.seconds * 1000;
        this.#refusalsInARow = 0;
      }
      this.#note('refused', envelope);
      return refusal(isLocked ? 'access_denied' : 'invalid_grant');
    }
    this.#refusalsInARow = 0;
    this.#note('granted', envelope);
    return success(...this.#token());
  }

  #token(): [token: IssuedToken, promisedSeconds: number] {
    const { now } = this.#clock;
    const { issuing } = this.#settings;
    const current = this.tokens.at(-1);
    const remainingMs = current === undefined ? 0 : current.expiresAt - now;
    if (current !== undefined && remainingMs > 0) {
      if (issuing === 'sliding') {
        current.expiresAt = now + this.lifetimeSeconds * 1000;
        return [current, this.lifetimeSeconds];
      }
      if (issuing === 'new-revoking-old') current.expiresAt = now;
      if (issuing === 'same-to-the-end') return [current, this.lifetimeSeconds];
      if (issuing.startsWith('same') && remainingMs > RENEWAL_WINDOW_MS) {
        const claimsWhole = issuing === 'same-claiming-whole-lifetime';
        return [current, claimsWhole ? this.lifetimeSeconds : Math.floor(remainingMs / 1000)];
      }
    }
    const value = createHash('sha1').update(`${this.#random.next()} ${this.tokens.length}`).digest('hex');
    const share = this.disturbance === 'lifetime-overstated' ? 0.25 : 1;
    const token = { value, issuedAt: now, expiresAt: now + this.lifetimeSeconds * share * 1000 };
    this.tokens.push(token);
    return [token, this.lifetimeSeconds];
  }

  #note(outcome: Login['outcome'], envelope: string): void {
    this.logins.push({ at: this.#clock.now, password: passwordIn(envelope), outcome });
  }

  /** Mostly half a second, sometimes some seconds. */
  #latencyMs(): number {
    return this.#random.chance(0.02) ? this.#random.between(1000, 8000) : this.#random.between(150, 700);
  }

  async #travel(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      this.#clock.at(this.#clock.now + ms, resolve);
    });
  }
}

function passwordIn(envelope: string): string {
  return /<passwd[^>]*>([^<]*)<\/passwd>/.exec(envelope)?.[1] ?? '';
}

/** As NuSOAP writes it. */
function soap(status: number, body: string): HttpReply {
  return {
    status,
    contentType: 'text/xml; charset=ISO-8859-1',
    body:
      `<?xml version="1.0" encoding="ISO-8859-1"?><SOAP-ENV:Envelope ${ENVELOPE}>` +
      `<SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`,
  };
}

function success({ value }: IssuedToken, promisedSeconds: number): HttpReply {
  return soap(
    200,
    `<ns1:access_new_tokenResponse xmlns:ns1="urn:server"><access_token>${value}</access_token>` +
      `<expires_in>${promisedSeconds}</expires_in><token_type>bearer</token_type>` +
      '<error_description></error_description></ns1:access_new_tokenResponse>',
  );
}

function refusal(reason: string): HttpReply {
  return soap(200, `<ns1:access_tokenResponse xmlns:ns1="urn:server">${reason}</ns1:access_tokenResponse>`);
}

const HTML = '<html><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>';

const BROKEN: Partial<Record<Disturbance, HttpReply>> = {
  'http-503': { status: 503, contentType: 'text/html', body: HTML },
  html: { status: 200, contentType: 'text/html; charset=UTF-8', body: HTML },
  'empty-500': { status: 500, contentType: 'text/html; charset=UTF-8', body: '' },
  'server-fault': soap(
    500,
    '<SOAP-ENV:Fault><faultcode>SOAP-ENV:Server</faultcode><faultstring>Database connection failed</faultstring></SOAP-ENV:Fault>',
  ),
};
