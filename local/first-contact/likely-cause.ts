import type { TickLogLine } from '../../lambda/refresher/tick-log.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { serviceOf } from '../../lambda/services/service.ts';
import { SOAP_12, soapNamespace } from '../world/soap/soap-envelope.ts';
import type { AnswerKind } from './answer-structure.ts';
import type { Contact } from './contact.ts';

/** A request that got no token, and what is known of it. */
export interface FailedContact extends Contact, Pick<TickLogLine, 'code' | 'message' | 'said'> {
  /** Of the service that was asked. */
  readonly profile: ServiceProfile;
  readonly endpoint: string;
  readonly proxyUrl?: string | undefined;
  /** What a server shows that did not verify, in words. */
  readonly certificate?: string | undefined;
  /** What may mislead in the profile, or on this machine. */
  readonly hints: readonly string[];
}

const PATH = "Compare the path with the vendor's documentation, letter by letter.";
const SOAP_ADDRESS =
  "Look for the service's own address in the vendor's documentation; it often ends in .php, .asmx or .svc.";
const DESCRIBE = 'Another service: see docs/services.md, "Your own", and --service.';
const EXAMPLE = "compare request and soapAction of the profile with an example of the vendor's";

/**
 * Why it got none, most likely, and what to do: whole sentences, of the first row that holds. At a first contact, a redirect
 * is a wrong path before it is an outage.
 */
export function likelyCause(failed: FailedContact) {
  const { answer, fault, certificate, endpoint, code, profile } = failed;
  const { what = '', remedy: advice = '' } = fault ?? {};
  const { status = 0, redirectTo = 'nowhere that can be read', challenge } = answer ?? {};
  const kind = answer?.structure.kind;
  const [sent, other] = soapNamespace(profile.request) === SOAP_12 ? ['1.2', '1.1'] : ['1.1', '1.2'];
  const otherVersion = `Give the Envelope of the profile's request the namespace of SOAP ${other}, or look for another address in the vendor's documentation. ${DESCRIBE}`;
  const isMute = kind !== undefined && !SPEAKING.includes(kind);
  const rows: readonly (readonly [holds: boolean, cause: string, remedy: string])[] = [
    [
      certificate !== undefined,
      `The certificate ${certificate}: ${what}.`,
      `${advice}. NODE_EXTRA_CA_CERTS, set to a file with an authority, works here as tls_ca does.`,
    ],
    [answer === undefined, `${address(failed)}: ${what}.`, `${advice}.`],
    [
      fault !== undefined && kind === 'empty',
      `The server began an answer and did not end it: ${what}.`,
      'Run the command once more. If it stays so, ask the vendor.',
    ],
    [
      status >= 300 && status < 400,
      `The address sends you on to ${redirectTo}. Credentials do not follow a redirect.`,
      redirectTo === `https://${new URL(endpoint).hostname}`
        ? 'Use https in --endpoint.'
        : 'Use the address that the vendor names for the SOAP service; a login page is often behind a redirect.',
    ],
    [status === 415, `The service wants another content type: most likely SOAP ${other}, or no SOAP.`, otherVersion],
    [
      status === 401 && challenge !== undefined && kind !== 'this service',
      `The server wants an HTTP login (${challenge}) before it reads the request, and this request has none.`,
      `Compare the address. If it is right, a profile can send one (headers). ${DESCRIBE}`,
    ],
    [
      isMute && [404, 405, 410].includes(status),
      `The server is there, but takes no SOAP request at this path (HTTP ${status}).`,
      PATH,
    ],
    [
      isMute && [401, 403].includes(status),
      `A gateway before the service refuses (HTTP ${status}): most likely an allow-list without your address.`,
      'Ask the vendor whether your address must be on a list, and whether the path is right. If the service itself refuses in such a text, put its code into codes.credentials of the profile.',
    ],
    [
      isMute && (status === 429 || status >= 500),
      `The server, or a gateway before it, is not available (HTTP ${status}) and says no more in SOAP.`,
      'Run the command again in some minutes. If it stays so, compare the path, then ask the vendor.',
    ],
    [
      code === 'CREDENTIALS_REFUSED',
      `The service is the right one, and does not accept these credentials: ${suspectFields(failed)}.`,
      'Compare the file with what the vendor sent, field by field, before you try again: some services lock an account after few tries.',
    ],
    [kind === 'empty', 'The address answers with nothing: most likely the path is not that of the service.', PATH],
    [kind === 'login page', 'This is a page for people to log in, not the SOAP service.', SOAP_ADDRESS],
    [
      kind === 'HTML page',
      'This is a page for people, not the SOAP service: most likely another path, or a network that wants a login first.',
      SOAP_ADDRESS,
    ],
    [
      kind === 'WSDL',
      "This is the address of the service's description (WSDL), not of the service.",
      'Leave out ?wsdl, or take the address that stands in the description as soap:address.',
    ],
    [kind === 'other SOAP version', `The service speaks SOAP ${other}; this request is SOAP ${sent}.`, otherVersion],
    [
      kind === 'another service',
      'The service answers in SOAP, but under another name or namespace: another service.',
      `Compare the lines above, then correct \`answer\` and \`namespaces\` in the profile. ${DESCRIBE}`,
    ],
    [
      kind === 'SOAP fault' && code === 'ENDPOINT_UNAVAILABLE',
      'The address speaks SOAP, and reports a fault of its own: an outage, or a request that it does not know.',
      `Read above what it said. Run the command again in some minutes; if it stays so, ${EXAMPLE}.`,
    ],
    [
      kind === 'SOAP fault',
      'The service gives a reason that the profile does not list: a refusal, or a request that it does not know.',
      `Read above what it said. If it is about the credentials, put its code into codes.credentials before it is asked again. Else ${EXAMPLE}. ${DESCRIBE}`,
    ],
    [kind === 'JSON', 'This is an API that speaks JSON, not SOAP.', SOAP_ADDRESS],
    [kind === 'XML', 'This is XML, but no SOAP envelope.', PATH],
    [kind === 'text', 'This is neither SOAP nor XML.', PATH],
    [
      true,
      'This is the answer that the profile names, but no token beyond doubt stands in it.',
      'Compare the paths of the profile with the lines above (token, code, success, expiresIn, expiresAt), and its codes with what it said.',
    ],
  ];
  const [, cause = '', remedy = ''] = rows.find(([holds]) => holds) ?? [];
  return { cause, remedy };
}

/** What an answer of these kinds says counts for more than its status. */
const SPEAKING: readonly AnswerKind[] = ['this service', 'another service', 'SOAP fault', 'other SOAP version', 'JSON'];

function address({ endpoint, proxyUrl }: FailedContact): string {
  const { hostname, port, protocol } = new URL(endpoint);
  const through = proxyUrl === undefined ? '' : `, through the proxy ${new URL(proxyUrl).host}`;
  return `${hostname}, port ${port || (protocol === 'https:' ? '443' : '80')}${through}`;
}

/** OAuth's codes say whether it is the user or the client. */
function suspectFields({ message = '', profile }: FailedContact): string {
  const names = serviceOf(profile).fields.map(({ name }) => name);
  const isOfClient = /invalid_client|unauthorized_client/.test(message);
  if (!isOfClient && !message.includes('invalid_grant')) return names.join(', ');
  const suspects = names.filter((name) => name.startsWith('client_') === isOfClient);
  return suspects.length === names.length ? names.join(', ') : `most likely ${suspects.join(' or ')} is wrong`;
}
