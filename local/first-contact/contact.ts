import { decodeContent } from '../../lambda/refresher/adapters/token-endpoint.ts';
import { inOneLine, redactServiceText } from '../../lambda/refresher/redact-service-text.ts';
import { placeholders } from '../../lambda/services/fill-template.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { rootPart } from '../../lambda/services/root-part.ts';
import { parseXml, withDescendants } from '../../lambda/soap/strict-xml.ts';
import { pathHints } from '../world/profile-hints.ts';
import { type AnswerStructure, answerStructure, type Redact } from './answer-structure.ts';
import type { SentRequest } from './sent-request.ts';
import { shownAddress } from './shown-address.ts';

/** What went over the wire between the function and the SOAP endpoint, last request only. No value is in it. */
export type Contact = ReturnType<typeof describeContact>;

const MASK = '•••';

/** What was sent is shown nowhere, should it come back as a name. */
export function describeContact(sent: SentRequest, endpoint: string, profile: ServiceProfile) {
  const { headers, body, wasSent, fault, answer } = sent;
  const secrets = sentFields(sent, profile);
  const redact = (name: string) => inOneLine(redactServiceText(name, secrets, [])) ?? '';
  // SOAP 1.2 has its action in the Content-Type.
  const shownHeaders = ['Content-Type', 'SOAPAction'].filter((name) => name.toLowerCase() in headers);
  const maskedHeaders = Object.keys(profile.headers ?? {}).toSorted();
  const head = [
    `POST ${shownAddress(endpoint).slice(new URL(endpoint).origin.length)}`,
    ...shownHeaders.map((name) => `${name}: ${headers[name.toLowerCase()]}`),
    ...maskedHeaders.map((name) => `${name}: ${MASK}`),
  ];
  return {
    /** `POST /path`, then the headers that a SOAP service looks at, and those of the profile with their values masked. */
    requestHead: head.join(', '),
    // Text between two tags, but for white space; the escaping leaves no other "<" or ">" in it.
    requestBody: body.replace(/>\s*[^\s<][^<]*</g, `>${MASK}<`),
    wasSent,
    fault,
    answer: answer && describeAnswer(answer, endpoint, redact, profile),
  };
}

type Answer = NonNullable<SentRequest['answer']>;

function describeAnswer(answer: Answer, endpoint: string, redact: Redact, profile: ServiceProfile) {
  const { status, headers, bytes } = answer;
  const { location, 'content-type': contentType } = headers;
  // A media type and a charset are no place for more.
  const typePieces = contentType?.slice(0, 80).split(/([/;=])/);
  const body = decodeContent(Buffer.from(bytes), headers['content-encoding']);
  const structure: AnswerStructure =
    typeof body === 'string'
      ? { kind: 'text', lines: [`${bytes.length} bytes, ${body}`] }
      : answerStructure(rootPart({ contentType, body }) ?? { contentType, body }, redact, profile);
  return {
    status,
    contentType: typePieces?.map(redact).join('').replace(';', '; '),
    // Scheme and host: a path or a query may carry a session.
    redirectTo: location === undefined ? undefined : URL.parse(location, endpoint)?.origin,
    /** How the server wants an HTTP login, such as `Basic`. */
    challenge: /^[A-Za-z]{1,20}(?![^ ,])/.exec(headers['www-authenticate'] ?? '')?.[0],
    structure,
    /** Paths of the profile that lead nowhere in it. */
    lostPaths: pathHints(profile, { status, contentType, body }, redact),
  };
}

/** The secret's fields, wherever the profile has put them; the fixed texts of its request are no secret. */
function sentFields({ body, headers: sent }: SentRequest, profile: ServiceProfile): readonly string[] {
  if (body === '') return [];
  const { request, headers = {} } = profile;
  const templates = withDescendants(parseXml(request));
  const inBody = withDescendants(parseXml(body)).filter((_, at) =>
    placeholders(templates[at]?.text ?? '').some((name) => !name.startsWith('$')),
  );
  const filled = Object.keys(headers).filter((name) => placeholders(headers[name] ?? '').length > 0);
  const inHeaders = filled.flatMap((name) => String(sent[name.toLowerCase()] ?? '').split(' '));
  return [
    ...inBody.map(({ text }) => text),
    ...inHeaders.flatMap((part) => [part, ...Buffer.from(part, 'base64').toString().split(':')]),
  ];
}
