import { randomBytes } from 'node:crypto';
import type { ServiceProfile } from '../../../lambda/services/profile.ts';
import { TOKEN_LIFETIME_SECONDS } from '../../../lambda/timing.ts';
import { type ProfileDialect, profileDialect } from './profile-dialect.ts';
import { declaredEncoding, faultEnvelope, readRequest, refusalEnvelope, successEnvelope } from './soap-envelope.ts';
import type { SoapAnswer, SoapMessage } from './soap-message.ts';

/** The secret's JSON: `username`, `password`, `client_id`, `client_secret`, or the fields of the profile. */
export type SoapCredentials = Readonly<Record<string, string>>;

/** What the service does when it is asked again while its token still lives. */
export type Issuing =
  | 'new'
  /** A new token ends the ones before it. */
  | 'new-revoking-old'
  /** The same token, with the seconds that it still lives, until its renewal window opens. */
  | 'same-until-late'
  /** The same, but every reply claims the whole lifetime. */
  | 'same-claiming-whole-lifetime'
  /** As the one before, but to the very end: within its last moments it is handed out as a token of a whole lifetime. */
  | 'same-to-the-end'
  /** The same token for ever: every login makes it live on for a whole lifetime. */
  | 'sliding';

/** How the service behaves. */
export interface SoapServiceSettings {
  readonly credentials: SoapCredentials;
  /** 14,400 if left out. */
  readonly tokenLifetimeSeconds?: number;
  /** `new` if left out. */
  readonly issuing?: Issuing;
  /** How long before its end a token is no longer handed out again, where `issuing` says that it is: 600 if left out. */
  readonly renewalWindowSeconds?: number;
  /** Logins are refused for `seconds` once this many have been refused in a row; left out, never. */
  readonly lockOut?: { readonly afterRefusals: number; readonly seconds: number };
  /** The one value besides none that the SOAPAction header may have, without its quotation marks. */
  readonly soapAction?: string;
  /** Describes the service, where it is not Masters India's. */
  readonly profile?: ServiceProfile;
  /** Makes a token's text; 40 random hexadecimal digits if left out. */
  readonly newToken?: () => string;
}

/** One token as the service remembers it. */
export interface ServiceToken {
  readonly token: string;
  readonly issuedAt: Date;
  /** The end as the service knows it, not as it was promised. A revocation brings it forward. */
  expiresAt: Date;
  revoked: boolean;
}

/** The service and its memory. */
export interface SoapService {
  /** In the order in which they were issued. */
  readonly issuedTokens: readonly ServiceToken[];
  /** What the service takes for right; a new value is a changed password. */
  credentials: SoapCredentials;
  /** Of the tokens issued from now on, and what the replies say. */
  tokenLifetimeSeconds: number;
  /** Which part of the promised lifetime the tokens issued from now on really live: 1, unless a service overstates. */
  livedShare: number;
  /** Refuses every login, the right ones too, until it is set back. */
  isAccountLocked: boolean;
  answer(request: SoapMessage, now: Date): SoapAnswer;
  revoke(token: string, now: Date): void;
  /** The service forgets every token, as after a restart with an empty cache. */
  revokeAll(now: Date): void;
}

const REQUEST_CONTENT_TYPE = 'text/xml; charset=utf-8';
const ANSWER_CONTENT_TYPE = 'text/xml; charset=ISO-8859-1';

/**
 * A SOAP service that behaves like the documented one on NuSOAP, as a pure state machine: `access_new_token` hands out
 * tokens, `eInvoiceGet` takes those that were handed out here and have neither expired nor been revoked.
 *
 * Invented, because nothing is published: how `eInvoiceGet` refuses a token (`invalid_token`, the word of the OAuth
 * back end, in the shape in which access_new_token refuses), that its third argument is `irn`, the names of its
 * answer's fields, which are those of the vendor's REST sample, and that a locked account is told `access_denied`.
 */
export function createSoapService(settings: SoapServiceSettings): SoapService {
  const { issuing = 'new', renewalWindowSeconds = 600, lockOut, soapAction = '' } = settings;
  const newToken = settings.newToken ?? (() => randomBytes(20).toString('hex'));
  const dialect = settings.profile && profileDialect(settings.profile);
  const issuedTokens: ServiceToken[] = [];
  let refusalsInARow = 0;
  let lockedUntil = Number.NEGATIVE_INFINITY;

  function end(issued: ServiceToken, now: Date): void {
    issued.revoked = true;
    if (now < issued.expiresAt) issued.expiresAt = now;
  }

  /** The last token, if the service hands it out again, and the seconds that the reply promises. */
  function sameToken(now: Date): readonly [ServiceToken, number] | undefined {
    const lifetime = service.tokenLifetimeSeconds;
    const last = issuedTokens.at(-1);
    const remainingMs = last === undefined ? 0 : last.expiresAt.getTime() - now.getTime();
    if (last === undefined || remainingMs <= 0) return undefined;
    const isEarly = remainingMs > renewalWindowSeconds * 1000;
    switch (issuing) {
      case 'new':
      case 'new-revoking-old':
        return undefined;
      case 'sliding':
        last.expiresAt = after(now, lifetime);
        return [last, lifetime];
      case 'same-to-the-end':
        return [last, lifetime];
      case 'same-claiming-whole-lifetime':
        return isEarly ? [last, lifetime] : undefined;
      case 'same-until-late':
        return isEarly ? [last, Math.floor(remainingMs / 1000)] : undefined;
    }
  }

  function anotherToken(now: Date): readonly [ServiceToken, number] {
    if (issuing === 'new-revoking-old') service.revokeAll(now);
    const lifetime = service.tokenLifetimeSeconds;
    const expiresAt = after(now, lifetime * service.livedShare);
    const issued: ServiceToken = { token: newToken(), issuedAt: now, expiresAt, revoked: false };
    issuedTokens.push(issued);
    return [issued, lifetime];
  }

  /** A token and the seconds that the answer promises; undefined for a refusal, which counts towards a lock. */
  function logIn(isRight: boolean, now: Date): readonly [ServiceToken, number] | undefined {
    if (isRight) {
      refusalsInARow = 0;
      return sameToken(now) ?? anotherToken(now);
    }
    refusalsInARow += 1;
    if (lockOut !== undefined && refusalsInARow >= lockOut.afterRefusals) {
      lockedUntil = after(now, lockOut.seconds).getTime();
      refusalsInARow = 0;
    }
    return undefined;
  }

  function answerBy(dialect: ProfileDialect, request: SoapMessage, now: Date): SoapAnswer {
    const isBarred = service.isAccountLocked || now.getTime() < lockedUntil;
    const granted = isBarred ? undefined : logIn(dialect.isRight(request, service.credentials), now);
    if (granted === undefined) return { ...dialect.refusal(), login: 'refused' };
    const [{ token, expiresAt }, seconds] = granted;
    return { ...dialect.success(token, expiresAt, seconds), login: 'granted' };
  }

  function refuseLogin(code: string): SoapAnswer {
    return { ...ok(refusalEnvelope('access_tokenResponse', code)), login: 'refused' };
  }

  function accessNewToken(given: readonly string[], now: Date): SoapAnswer {
    const [username, passwd, clientId, clientSecret, grantType] = given;
    const right = service.credentials;
    if (grantType === undefined) return refuseLogin('invalid_request');
    // The OAuth back end looks at the client first, which is why a wrong order of arguments ends here.
    if (clientId !== right.client_id || clientSecret !== right.client_secret) return refuseLogin('invalid_client');
    if (grantType !== (right.grant_type ?? 'password')) return refuseLogin('unsupported_grant_type');
    if (service.isAccountLocked || now.getTime() < lockedUntil) return refuseLogin('access_denied');
    const granted = logIn(username === right.username && passwd === right.password, now);
    if (granted === undefined) return refuseLogin('invalid_grant');
    const [issued, promisedSeconds] = granted;
    const envelope = successEnvelope('access_new_tokenResponse', {
      access_token: issued.token,
      expires_in: String(promisedSeconds),
      token_type: 'bearer',
      error_description: '',
    });
    return { ...ok(envelope), login: 'granted' };
  }

  function eInvoiceGet([accessToken, userGstin, irn]: readonly string[], now: Date): SoapAnswer {
    const issued = issuedTokens.find(({ token }) => token === accessToken);
    if (issued === undefined || issued.expiresAt <= now) {
      return ok(refusalEnvelope('eInvoiceGetResponse', 'invalid_token'));
    }
    if (!userGstin || !irn) return ok(refusalEnvelope('eInvoiceGetResponse', 'invalid_request'));
    return ok(
      successEnvelope('eInvoiceGetResponse', {
        AckNo: '142110006377068',
        AckDt: '2021-06-01 20:31:00',
        Irn: irn,
        Status: 'ACT',
      }),
    );
  }

  const service: SoapService = {
    issuedTokens,
    credentials: settings.credentials,
    tokenLifetimeSeconds: settings.tokenLifetimeSeconds ?? TOKEN_LIFETIME_SECONDS,
    livedShare: 1,
    isAccountLocked: false,
    answer(request, now) {
      if (dialect !== undefined) return answerBy(dialect, request, now);
      const fault = refusedMessage(request, soapAction);
      if (fault !== undefined) return fault;
      const { operation = '', arguments: given = [] } = readRequest(request.body) ?? {};
      // NuSOAP drops every parameter of a request whose type it does not know.
      const bound = request.contentType === REQUEST_CONTENT_TYPE ? given : [];
      if (operation === 'access_new_token') return accessNewToken(bound, now);
      if (operation === 'eInvoiceGet') return eInvoiceGet(bound, now);
      return clientFault(`Operation '${operation}' is not defined in the WSDL for this service`);
    },
    revoke(token, now) {
      for (const issued of issuedTokens) if (issued.token === token) end(issued, now);
    },
    revokeAll(now) {
      for (const issued of issuedTokens) if (!issued.revoked) end(issued, now);
    },
  };
  return service;
}

/** The fault for a request that is not even looked into. */
function refusedMessage({ body, contentType, soapAction }: SoapMessage, right: string): SoapAnswer | undefined {
  if (/;\s*action=/i.test(contentType ?? '')) return clientFault('Content-Type must not carry an action.');
  const encoding = declaredEncoding(body);
  if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
    return clientFault(
      `Charset from HTTP Content-Type 'UTF-8' does not match encoding from XML declaration '${encoding}'`,
    );
  }
  if (![undefined, '', '""', `"${right}"`].includes(soapAction)) {
    return clientFault('SOAPAction is not that of an operation of this service');
  }
  return undefined;
}

function after(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}

function ok(envelope: string): SoapAnswer {
  return { status: 200, contentType: ANSWER_CONTENT_TYPE, body: envelope };
}

function clientFault(reason: string): SoapAnswer {
  return { status: 500, contentType: ANSWER_CONTENT_TYPE, body: faultEnvelope('Client', reason) };
}
