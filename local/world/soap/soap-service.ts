import { mastersIndia } from '../../../lambda/services/masters-india.ts';
import type { ServiceProfile } from '../../../lambda/services/profile.ts';
import { type ProfileDialect, profileDialect } from './profile-dialect.ts';
import {
  declaredEncoding,
  faultEnvelope,
  readRequest,
  refusalEnvelope,
  type SoapAnswer,
  type SoapMessage,
  successEnvelope,
} from './soap-envelope.ts';
import { createTokenIssuer, type IssuerSettings, type TokenIssuer } from './token-issuer.ts';

/** The secret's JSON: `username`, `password`, `client_id`, `client_secret`, or the fields of the profile. */
export type SoapCredentials = Readonly<Record<string, string>>;

/** How the service behaves. */
export interface SoapServiceSettings extends IssuerSettings {
  readonly credentials: SoapCredentials;
  /** The one value besides none that the SOAPAction header may have, without its quotation marks. */
  readonly soapAction?: string;
  /** What describes the service: Masters India's if left out, which is played as its vendor documents it. */
  readonly profile?: ServiceProfile;
}

/** The service and its memory. */
export interface SoapService extends TokenIssuer {
  /** What the service takes for right; a new value is a changed password. */
  credentials: SoapCredentials;
  answer(request: SoapMessage, now: Date): SoapAnswer;
}

const REQUEST_CONTENT_TYPE = 'text/xml; charset=utf-8';
const ANSWER_CONTENT_TYPE = 'text/xml; charset=ISO-8859-1';

/**
 * A SOAP service that behaves like the documented one on NuSOAP, as a pure state machine: `access_new_token` hands out
 * tokens, `eInvoiceGet` takes those that were handed out here and have neither expired nor been revoked.
 *
 * Invented, because nothing is published: how `eInvoiceGet` refuses a token (`invalid_token`, the word of the OAuth
 * back end, in the shape in which access_new_token refuses), that its third argument is `irn`, the names of its
 * answer's fields, which are those of the vendor's REST sample, and that a locked account gets `access_denied`.
 */
export function createSoapService(settings: SoapServiceSettings): SoapService {
  const { soapAction = '', profile = mastersIndia } = settings;
  const dialect = profile === mastersIndia ? undefined : profileDialect(profile);
  const issuer = createTokenIssuer(settings);

  function answerBy(dialect: ProfileDialect, request: SoapMessage, now: Date): SoapAnswer {
    const granted = issuer.isBarred(now) ? undefined : issuer.logIn(dialect.isRight(request, service.credentials), now);
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
    if (issuer.isBarred(now)) return refuseLogin('access_denied');
    const granted = issuer.logIn(username === right.username && passwd === right.password, now);
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
    const issued = issuer.issuedTokens.find(({ token }) => token === accessToken);
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

  const service: SoapService = Object.assign(issuer, {
    credentials: settings.credentials,
    answer(request: SoapMessage, now: Date) {
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
  });
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

function ok(envelope: string): SoapAnswer {
  return { status: 200, contentType: ANSWER_CONTENT_TYPE, body: envelope };
}

function clientFault(reason: string): SoapAnswer {
  return { status: 500, contentType: ANSWER_CONTENT_TYPE, body: faultEnvelope('Client', reason) };
}
