import { mastersIndia } from '../../../lambda/services/masters-india.ts';
import type { ServiceProfile } from '../../../lambda/services/profile.ts';
import { type ProfileDialect, profileDialect } from './profile-dialect.ts';
import {
  ANSWER_CONTENT_TYPE,
  faultEnvelope,
  readRequest,
  refusalEnvelope,
  type SoapAnswer,
  type SoapMessage,
  successEnvelope,
  tokenEnvelope,
} from './soap-envelope.ts';
import { type IssuerSettings, TokenIssuer } from './token-issuer.ts';

/** The secret's JSON: `username`, `password`, `client_id`, `client_secret`, or the fields of the profile. */
export type SoapCredentials = Readonly<Record<string, string>>;

/** The same with another password; where none is called so, with another text in the last field. */
export function withPassword(credentials: SoapCredentials, change: (text: string) => string): SoapCredentials {
  const name = 'password' in credentials ? 'password' : (Object.keys(credentials).at(-1) ?? '');
  return { ...credentials, [name]: change(credentials[name] ?? '') };
}

/** How the service behaves. */
export interface SoapServiceSettings extends IssuerSettings {
  readonly credentials: SoapCredentials;
  /** The one value besides none that the SOAPAction header may have, without its quotation marks. */
  readonly soapAction?: string;
  /** What describes the service: Masters India's if left out, which is played as its vendor documents it. */
  readonly profile?: ServiceProfile;
}

const REQUEST_CONTENT_TYPE = 'text/xml; charset=utf-8';

/**
 * A SOAP service that behaves like the documented one on NuSOAP, as a pure state machine: `access_new_token` hands out
 * tokens, `eInvoiceGet` takes those that were handed out here and have neither expired nor been revoked.
 *
 * Invented, because nothing is published: how `eInvoiceGet` refuses a token (`invalid_token`, the word of the OAuth
 * back end, in the shape in which access_new_token refuses), that its third argument is `irn`, the names of its
 * answer's fields, which are those of the vendor's REST sample, and that a locked account gets `access_denied`.
 */
export class SoapService extends TokenIssuer {
  /** What the service takes for right; a new value is a changed password. */
  credentials: SoapCredentials;
  readonly #soapAction: string;
  /** Undefined for Masters India. */
  readonly #dialect: ProfileDialect | undefined;

  constructor({ soapAction = '', profile = mastersIndia, ...settings }: SoapServiceSettings) {
    super(settings);
    this.credentials = settings.credentials;
    this.#soapAction = soapAction;
    this.#dialect = profile === mastersIndia ? undefined : profileDialect(profile);
  }

  /** The password that was right is refused from now on. */
  changePassword(): void {
    this.credentials = withPassword(this.credentials, (password) => `${password}-changed`);
  }

  answer(request: SoapMessage, now: Date): SoapAnswer {
    if (this.#dialect !== undefined) return this.#answerBy(this.#dialect, request, now);
    const { body, headers = { 'content-type': REQUEST_CONTENT_TYPE } } = request;
    const { 'content-type': contentType = '', soapaction = '' } = headers;
    const mistake = this.#mistakeIn(body, contentType, soapaction);
    if (mistake !== undefined) return clientFault(mistake);
    const { operation = '', arguments: given = [] } = readRequest(body) ?? {};
    // NuSOAP drops every parameter of a request whose type it does not know.
    const bound = contentType === REQUEST_CONTENT_TYPE ? given : [];
    if (operation === 'access_new_token') return this.#accessNewToken(bound, now);
    if (operation === 'eInvoiceGet') return ok(this.#eInvoiceGet(bound, now));
    return clientFault(`Operation '${operation}' is not defined in the WSDL for this service`);
  }

  #answerBy(dialect: ProfileDialect, request: SoapMessage, now: Date): SoapAnswer {
    const granted = this.logIn(dialect.isRight(request, this.credentials), now);
    if (granted === undefined) return { ...dialect.refusal(), login: 'refused' };
    const [{ token, expiresAt }, seconds] = granted;
    return { ...dialect.success(token, expiresAt, seconds), login: 'granted' };
  }

  /** Why a request is not even looked into. */
  #mistakeIn(body: string, contentType: string, soapAction: string): string | undefined {
    if (/;\s*action=/i.test(contentType)) return 'Content-Type must not carry an action.';
    const [, encoding = 'utf-8'] = /^<\?xml[^>]*\sencoding=["']([^"']+)["']/.exec(body) ?? [];
    if (encoding.toLowerCase() !== 'utf-8') {
      return `Charset from HTTP Content-Type 'UTF-8' does not match encoding from XML declaration '${encoding}'`;
    }
    const isRight = ['', '""', `"${this.#soapAction}"`].includes(soapAction);
    return isRight ? undefined : 'SOAPAction is not that of an operation of this service';
  }

  #accessNewToken(given: readonly string[], now: Date): SoapAnswer {
    const [username, passwd, clientId, clientSecret, grantType] = given;
    const right = this.credentials;
    const refuse = (code: string) =>
      ({ ...ok(refusalEnvelope('access_tokenResponse', code)), login: 'refused' }) as const;
    if (grantType === undefined) return refuse('invalid_request');
    // The OAuth back end looks at the client first, which is why a wrong order of arguments ends here.
    if (clientId !== right.client_id || clientSecret !== right.client_secret) return refuse('invalid_client');
    if (grantType !== 'password') return refuse('unsupported_grant_type');
    const refusal = this.isBarred(now) ? 'access_denied' : 'invalid_grant';
    const granted = this.logIn(username === right.username && passwd === right.password, now);
    if (granted === undefined) return refuse(refusal);
    const [{ token }, seconds] = granted;
    return { ...ok(tokenEnvelope(token, seconds)), login: 'granted' };
  }

  #eInvoiceGet([accessToken, userGstin, irn]: readonly string[], now: Date): string {
    const name = 'eInvoiceGetResponse';
    if (!this.accepts(accessToken, now)) return refusalEnvelope(name, 'invalid_token');
    if (!userGstin || !irn) return refusalEnvelope(name, 'invalid_request');
    const invoice = { AckNo: '142110006377068', AckDt: '2021-06-01 20:31:00', Irn: irn, Status: 'ACT' };
    return successEnvelope(name, invoice);
  }
}

function ok(envelope: string): SoapAnswer {
  return { status: 200, contentType: ANSWER_CONTENT_TYPE, body: envelope };
}

function clientFault(reason: string): SoapAnswer {
  return { status: 500, contentType: ANSWER_CONTENT_TYPE, body: faultEnvelope('Client', reason) };
}
