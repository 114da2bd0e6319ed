import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { serviceOf } from '../../lambda/services/service.ts';
import type { Answer, Contact } from './contact.ts';
import type { ShownCertificate } from './peer-certificate.ts';

/** Why a first request got no token, most likely, and what to do: whole sentences. */
export interface LikelyCause {
  readonly cause: string;
  readonly remedy: string;
}

/** What is known of a request that got no token. */
export interface FailedContact extends Pick<Contact, 'error' | 'answer'> {
  readonly endpoint: string;
  /** The function's error code. */
  readonly code: string | undefined;
  /** The service's own word for a refusal, as the function logs it. */
  readonly message: string | undefined;
  /** Of a server that did not verify. */
  readonly certificate: ShownCertificate | undefined;
  /** Of the service that was asked; undefined for Masters India's. */
  readonly profile: ServiceProfile | undefined;
}

const DESCRIBE =
  'Without --service this is access_new_token of Masters India. Describe the other one in a file (docs/services.md, "Your own"), and give it with --service.';

/** A first contact: an address that does not resolve is a typing mistake before it is an outage. */
export function likelyCause(failed: FailedContact): LikelyCause {
  const { answer, error } = failed;
  if (answer === undefined) return withoutAnswer(failed, error ?? '');
  // Cut in the middle, so nothing is known of what it would have been.
  if (error !== undefined && error !== 'ABORT_ERR' && answer.structure.kind === 'empty') {
    return {
      cause: `The server began an answer and broke off (${error}).`,
      remedy: 'Run the command once more. If it stays so, ask the vendor.',
    };
  }
  return byStatus(failed, answer) ?? byContent(failed, answer);
}

function withoutAnswer({ endpoint, certificate }: FailedContact, error: string): LikelyCause {
  const url = new URL(endpoint);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const address = `${url.hostname}, port ${port}`;
  if (error === 'ENOTFOUND') {
    return {
      cause: `There is no host ${url.hostname}: most likely a typing mistake in --endpoint.`,
      remedy: "Compare it with the vendor's documentation. If it is right, you may need a VPN to look it up.",
    };
  }
  if (error === 'EAI_AGAIN') {
    return {
      cause: `${url.hostname} could not be looked up: most likely a typing mistake in --endpoint, or no network here.`,
      remedy: 'Compare the host, then look up another name from this machine.',
    };
  }
  if (error === 'ECONNREFUSED') {
    return {
      cause: `Nothing listens at ${address}: most likely the port or the scheme of --endpoint is wrong.`,
      remedy:
        'Compare both with what the vendor names. http means port 80 and https port 443 unless you say otherwise.',
    };
  }
  if (isCertificateError(error)) return untrusted(url.hostname, error, certificate);
  if (error === 'EPROTO' || error.startsWith('ERR_SSL_')) {
    return {
      cause: `${address} could not agree on TLS: most likely it does not speak TLS.`,
      remedy: 'Try the http address if the vendor names one. Otherwise, ask the vendor which TLS it accepts.',
    };
  }
  if (error.startsWith('HPE_')) {
    return {
      cause: `${address} does not answer in HTTP: most likely another kind of server listens there.`,
      remedy: 'Compare scheme and port with what the vendor names.',
    };
  }
  if (error === 'ABORT_ERR') {
    return {
      cause: `${address} took the request and did not answer in time.`,
      remedy: 'Run the command once more. If it stays so, compare port and path, then ask the vendor.',
    };
  }
  if (/^(?:CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(error)) {
    return {
      cause: `${address} cannot be reached from here: most likely a firewall, or an allow-list without your address.`,
      remedy: 'Ask the vendor whether your address must be on a list, and your network for the way out.',
    };
  }
  return {
    cause: `The connection to ${address} broke before an answer came (${error || 'no reason given'}).`,
    remedy: 'Compare scheme and port: a TLS port that is asked with http ends so. Then ask the vendor.',
  };
}

/** Node's names for what OpenSSL found. */
export function isCertificateError(error: string | undefined): boolean {
  return /CERT|UNABLE_TO_|_SIGNATURE$/.test(error ?? '');
}

function untrusted(host: string, error: string, certificate: ShownCertificate | undefined): LikelyCause {
  const { subject, issuer, validTo, names } = certificate ?? {
    subject: host,
    issuer: '(unknown)',
    validTo: '(unknown)',
    names: '(unknown)',
  };
  if (error === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      cause: `The certificate is for other hosts: ${names || subject}.`,
      remedy: 'Use the host that the vendor names. If it is this one, inform the vendor.',
    };
  }
  if (error === 'CERT_HAS_EXPIRED' || error === 'CERT_NOT_YET_VALID') {
    return {
      cause: `The certificate ${subject} is not valid now: it ends ${validTo}.`,
      remedy: "Check this machine's clock, then inform the vendor.",
    };
  }
  return {
    cause: `This machine does not trust the certificate ${subject}, issued by ${issuer}, valid to ${validTo}.`,
    remedy:
      'For a private authority, put its certificate (PEM) into the file of --credentials as tls_ca, or set NODE_EXTRA_CA_CERTS to a file with it. Otherwise a proxy opens TLS, or the server leaves out a certificate of its chain.',
  };
}

function byStatus(
  { endpoint, profile }: FailedContact,
  { status, redirectTo, challenge, structure }: Answer,
): LikelyCause | undefined {
  if (status >= 300 && status <= 399) {
    const url = new URL(endpoint);
    const isOwnTls = redirectTo === `https://${url.hostname}`;
    const same = redirectTo === url.origin ? ', the same host: most likely another path' : '';
    return {
      cause: `The address sends you on to ${redirectTo ?? 'nowhere that can be read'}${same}. Credentials do not follow a redirect.`,
      remedy: isOwnTls
        ? 'Use https in --endpoint.'
        : 'Use the address that the vendor names for the SOAP service; a login page is often behind a redirect.',
    };
  }
  if (status === 415) {
    const [sent, other] = versions(profile);
    return {
      cause: `The service wants another content type: most likely it speaks ${other}, or no SOAP. This request is ${sent}.`,
      remedy:
        profile === undefined
          ? `Look for a SOAP 1.1 address in the vendor's documentation. ${DESCRIBE}`
          : otherVersion(other),
    };
  }
  if (status === 401 && challenge !== undefined && structure.kind !== 'this service') {
    return {
      cause: `The server wants an HTTP login (${challenge}) before it reads the request, and this request has none.`,
      remedy:
        `Compare the address. If it is right, the profile can send one (headers). ${profile === undefined ? DESCRIBE : ''}`.trim(),
    };
  }
  if (['this service', 'another service', 'SOAP fault', 'other SOAP version', 'JSON'].includes(structure.kind))
    return undefined;
  if (status === 404 || status === 405 || status === 410) {
    return {
      cause: `The server is there, but takes no SOAP request at this path (HTTP ${status}).`,
      remedy: "Compare the path with the vendor's documentation, letter by letter.",
    };
  }
  if (status === 401 || status === 403) {
    return {
      cause: `A gateway before the service refuses (HTTP ${status}): most likely an allow-list without your address.`,
      remedy:
        'Ask the vendor whether your address must be on a list, and whether the path is right.' +
        (profile === undefined
          ? ''
          : ' If the service itself refuses in such a text, put its code into codes.credentials.'),
    };
  }
  if (status === 429 || status >= 500) {
    return {
      cause: `The server, or a gateway before it, is in trouble (HTTP ${status}) and says no more in SOAP.`,
      remedy: 'Run the command again in some minutes. If it stays so, compare the path, then ask the vendor.',
    };
  }
  return undefined;
}

function byContent({ code, message = '', profile }: FailedContact, { structure }: Answer): LikelyCause {
  if (code === 'CREDENTIALS_REFUSED') return refused(message, profile);
  switch (structure.kind) {
    case 'empty':
      return {
        cause: 'The address answers with nothing: most likely the path is not that of the service.',
        remedy: "Compare the path with the vendor's documentation.",
      };
    case 'login page':
      return {
        cause: 'This is a page for people to log in, not the SOAP service.',
        remedy:
          "Look for the service's own address in the vendor's documentation; it often ends in .php, .asmx or .svc.",
      };
    case 'HTML page':
      return {
        cause:
          'This is a page for people, not the SOAP service: most likely another path, or a network that wants a login first.',
        remedy: "Compare the path with the vendor's documentation.",
      };
    case 'WSDL':
      return {
        cause: "This is the address of the service's description (WSDL), not of the service.",
        remedy: 'Leave out ?wsdl, or take the address that stands in the description as soap:address.',
      };
    case 'other SOAP version': {
      const [sent, other] = versions(profile);
      return {
        cause: `The service speaks ${other}; this request is ${sent}${profile === undefined ? ': another service' : ''}.`,
        remedy: profile === undefined ? DESCRIBE : otherVersion(other),
      };
    }
    case 'another service':
      return {
        cause: `The service answers in SOAP, but under another name or namespace: another service${profile === undefined ? '' : ' or operation than the profile describes'}.`,
        remedy: `Compare the lines above. ${profile === undefined ? DESCRIBE : 'If this is the answer to a login, correct `answer` and `namespaces` in the profile.'}`,
      };
    case 'SOAP fault':
      if (code === 'ENDPOINT_UNAVAILABLE') {
        return {
          cause:
            'The address speaks SOAP, and reports a fault of its own: an outage, or a request that it does not know.',
          remedy: 'Read above what it said. Run the command again in some minutes; if it stays so, ask the vendor.',
        };
      }
      return profile === undefined
        ? {
            cause:
              'The address speaks SOAP, and could not make sense of the request: most likely another service, or it wants a SOAPAction.',
            remedy: `Compare the request with an example of the vendor's. ${DESCRIBE}`,
          }
        : {
            cause:
              'The service gives a reason that the profile does not list: a refusal, or a request that it does not know.',
            remedy:
              "Read above what it said. If it is about the credentials, put its code into codes.credentials before it is asked again. Else compare request and soapAction with an example of the vendor's.",
          };
    case 'JSON':
      return {
        cause: 'This is an API that speaks JSON, not SOAP.',
        remedy: "Look for the SOAP address in the vendor's documentation.",
      };
    case 'XML':
      return {
        cause: 'This is XML, but no SOAP envelope.',
        remedy: "Compare the path with the vendor's documentation.",
      };
    case 'text':
      return { cause: 'This is neither SOAP nor XML.', remedy: "Compare the path with the vendor's documentation." };
    case 'this service':
      if (profile !== undefined) {
        return {
          cause: 'This is the answer that the profile names, but no token beyond doubt stands in it.',
          remedy:
            'Compare the paths of the profile with the lines above (token, code, success, expiresIn, expiresAt), and its codes with what it said.',
        };
      }
      return {
        cause: 'This is the right service, but it gave no token.',
        remedy: 'Read above what it said, and ask the vendor.',
      };
  }
}

/** What was sent, and what was not. */
function versions(profile: ServiceProfile | undefined): readonly [sent: string, other: string] {
  const isSoap12 = profile?.request.includes('http://www.w3.org/2003/05/soap-envelope');
  return isSoap12 ? ['SOAP 1.2', 'SOAP 1.1'] : ['SOAP 1.1', 'SOAP 1.2'];
}

function otherVersion(other: string): string {
  return `Give the Envelope of the profile's request the namespace of ${other}, or look for another address in the vendor's documentation.`;
}

function refused(message: string, profile: ServiceProfile | undefined): LikelyCause {
  if (profile !== undefined) {
    const names = serviceOf(profile).fields.map(({ name }) => name);
    return {
      cause: `The service is the right one, and does not accept these credentials: ${names.join(', ')}.`,
      remedy: COMPARE_FIELDS,
    };
  }
  const isClient = /invalid_client|unauthorized_client/.test(message);
  const which = isClient ? 'client_id or client_secret' : 'username or password';
  return {
    cause: `The service is the right one, and does not accept these credentials: most likely ${which} is wrong.`,
    remedy: COMPARE_FIELDS,
  };
}

const COMPARE_FIELDS =
  'Compare the file with what the vendor sent, field by field, before you try again: some services lock an account after few tries.';
