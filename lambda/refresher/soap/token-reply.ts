import { decodeBody } from './decode-body.ts';
import { type OAuthErrorCode, type RefusalReason, readCode, readLeadingCode, readProse } from './refusal-reason.ts';
import { parseXml, type XmlElement, XmlError } from './strict-xml.ts';

/** One HTTP answer of the endpoint, whole and with any content coding undone. */
export interface SoapReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array | UnreadableBody;
}

/** Why there is no body to read. */
export type UnreadableBody = 'larger than 64 KiB' | 'not in its declared content coding';

/** What the answer means. `why` is fit for a log: it never holds anything that the service sent. */
export type TokenReply =
  | { readonly kind: 'token'; readonly accessToken: string; readonly expiresInSeconds: number | undefined }
  | { readonly kind: 'credentials refused'; readonly reason: OAuthErrorCode; readonly why: string }
  | { readonly kind: 'request refused' | 'unavailable' | 'malformed'; readonly why: string };

/**
 * Judges an answer. Status and meaning do not line up in the field (refusals come with 200 and with 500, faults come
 * with 200), so the document is read first and the status only decides where the document does not.
 */
export function parseTokenReply(reply: SoapReply): TokenReply {
  if (typeof reply.body === 'string') return withoutDocument(reply, undefined, `the answer is ${reply.body}`);
  const text = decodeBody(reply.body, reply.contentType);
  if (text === undefined) return withoutDocument(reply, undefined, 'the answer is not text in its declared charset');
  try {
    return inTheLightOf(reply.status, judge(soapBodyChild(parseXml(text))));
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return withoutDocument(reply, text, `the answer is not a SOAP envelope (${error.message})`);
  }
}

const SOAP_NAMESPACES = ['http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope'];
const SERVICE_NAMESPACE = 'urn:server';
const UNKNOWN_REASON = requestRefused('a reason that this version does not know');

function soapBodyChild(root: XmlElement): XmlElement {
  if (root.name !== 'Envelope' || !SOAP_NAMESPACES.includes(root.namespace)) throw new XmlError('no SOAP Envelope');
  const bodies = root.children.filter(({ name, namespace }) => name === 'Body' && namespace === root.namespace);
  const [body, secondBody] = bodies;
  if (body === undefined || secondBody !== undefined) throw new XmlError('not exactly one SOAP Body');
  const [child, secondChild] = body.children;
  if (child === undefined || secondChild !== undefined) throw new XmlError('not exactly one element in the SOAP Body');
  if (!isBlank(root.text) || !isBlank(body.text)) throw new XmlError('text beside the elements of the SOAP envelope');
  return child;
}

function judge(child: XmlElement): TokenReply {
  if (child.name === 'Fault' && SOAP_NAMESPACES.includes(child.namespace)) return judgeFault(child);
  if (child.namespace !== SERVICE_NAMESPACE) return malformed('the answer is not one of this service');
  if (child.name === 'access_new_tokenResponse') return judgeResponse(child);
  if (child.name === 'access_tokenResponse') return judgeRefusal(child);
  return malformed('the answer belongs to another operation');
}

function judgeResponse(response: XmlElement): TokenReply {
  const fields = fieldsOf(response);
  const tokens = fields.filter(({ name }) => name === 'access_token');
  const errors = fields.filter(({ name }) => name.startsWith('error')).map(allText);
  const token = tokens[0];
  if (token === undefined || (tokens.length === 1 && isBlank(allText(token)))) {
    return judgeRefusal(response);
  }
  if (tokens.length > 1) return malformed('there is more than one access_token');
  if (!errors.every(isBlank)) return malformed('there is an error beside the access_token');
  // Checked before it is trusted, never trimmed: a token is exactly the text that the document holds.
  if (token.children.length > 0 || !isOwn(token) || !/^[\x21-\x7e]{1,4096}$/.test(token.text)) {
    return malformed('access_token is not 1 to 4096 visible ASCII characters');
  }
  const types = fields.filter(({ name }) => name === 'token_type');
  if (types.length > 1 || !types.every((type) => /^(?:bearer)?$/i.test(type.text.trim()))) {
    return malformed('token_type is not bearer');
  }
  const lifetimes = fields.filter(({ name }) => name === 'expires_in').map(({ text }) => text.trim());
  const expiresIn = lifetimes.length === 1 ? lifetimes[0] : undefined;
  if (lifetimes.length > 1) return malformed('there is more than one expires_in');
  if (expiresIn !== undefined && /^-\d+$|^0+$/.test(expiresIn)) return malformed('the token has expired already');
  return {
    kind: 'token',
    accessToken: token.text,
    expiresInSeconds: expiresIn !== undefined && /^\d{1,8}$/.test(expiresIn) ? Number(expiresIn) : undefined,
  };
}

/** The reason stands in the element itself or in a child, whatever that is called. */
function judgeRefusal(response: XmlElement): TokenReply {
  const fields = fieldsOf(response);
  if (fields.some((field) => field.name === 'access_token' && !isBlank(allText(field)))) {
    return malformed('there is an access_token in an answer that announces none');
  }
  const reasons = fields.filter(({ name }) => !['access_token', 'expires_in', 'token_type'].includes(name));
  const texts = [response.text, ...reasons.map(allText)].filter((text) => !isBlank(text));
  if (texts.length === 0) return malformed('there is neither an access_token nor a reason');
  return refusedFor(firstReason(texts, readCode) ?? firstReason(texts, readProse)) ?? UNKNOWN_REASON;
}

/** A fault of either SOAP version: `faultcode` or `Code` says whose fault it is, the other texts may say why. */
function judgeFault(fault: XmlElement): TokenReply {
  const texts = leafTexts(fault);
  const side = faultSide(fault);
  if (side === 'Server' || side === 'Receiver') {
    // The server's own trouble may quote anything, such as the refusal of its database.
    const refused = refusedFor(firstReason(texts, readLeadingCode));
    return refused ?? { kind: 'unavailable', why: 'the service reports a fault of its own (SOAP Server fault)' };
  }
  const prose = firstReason(texts, readProse);
  const refused = refusedFor(firstReason(texts, readCode) ?? (prose?.meaning === 'credentials' ? prose : undefined));
  if (refused !== undefined) return refused;
  if (texts.some((text) => /^\s*[a-z]+(?:_[a-z]+)+\s*$/.test(text))) return UNKNOWN_REASON;
  return malformed('the service could not make sense of the request (SOAP Client fault)');
}

/** `SOAP-ENV:Server.Timeout` gives `Server`. */
function faultSide(fault: XmlElement): string | undefined {
  const soap12Code = fault.children.find(({ name }) => name === 'Code');
  const code =
    fault.children.find(({ name }) => name === 'faultcode') ??
    soap12Code?.children.find(({ name }) => name === 'Value');
  return code?.text.trim().replace(/^.*:/, '').split('.')[0];
}

function refusedFor(reason: RefusalReason | undefined): TokenReply | undefined {
  switch (reason?.meaning) {
    case 'credentials':
      return { kind: 'credentials refused', reason: reason.code, why: `the service refused: ${reason.code}` };
    case 'request':
      return requestRefused(reason.code);
    case 'unavailable':
      return { kind: 'unavailable', why: `the service answered ${reason.code}` };
    default:
      return undefined;
  }
}

function firstReason(
  texts: readonly string[],
  read: (text: string) => RefusalReason | undefined,
): RefusalReason | undefined {
  return texts.map(read).find((reason) => reason !== undefined);
}

/** The named fields of an answer: its children, or those of the one wrapper (`return`) that some stacks put around them. */
function fieldsOf(response: XmlElement): readonly XmlElement[] {
  const [only, second] = response.children;
  const isWrapped = only?.name !== 'access_token' && second === undefined && (only?.children.length ?? 0) > 0;
  return isWrapped ? (only?.children ?? []) : response.children;
}

/** Fields are unqualified, or in the service's own namespace where a stack qualifies them. */
function isOwn({ namespace }: XmlElement): boolean {
  return namespace === '' || namespace === SERVICE_NAMESPACE;
}

function leafTexts(element: XmlElement): readonly string[] {
  return [element.text, ...element.children.flatMap(leafTexts)].filter((text) => !isBlank(text));
}

function allText(element: XmlElement): string {
  return element.text + element.children.map(allText).join(' ');
}

/** A token counts only on success. */
function inTheLightOf(status: number, verdict: TokenReply): TokenReply {
  if (verdict.kind !== 'token' || isSuccess(status)) return verdict;
  const why = `HTTP status ${status} with a token, which contradict each other`;
  return isTransient(status) ? { kind: 'unavailable', why } : malformed(why);
}

/** The verdict by status alone; `text` is undefined where the body could not be decoded. */
function withoutDocument({ status, contentType }: SoapReply, text: string | undefined, why: string): TokenReply {
  const answered = `HTTP status ${status}: ${why}`;
  if (isTransient(status)) return { kind: 'unavailable', why: `HTTP status ${status} without a SOAP answer` };
  if (status === 401 || status === 403) {
    return { kind: 'request refused', why: `HTTP status ${status} from a gateway that does not speak SOAP` };
  }
  if (status >= 300 && status <= 399) {
    return malformed(`HTTP status ${status}: redirects are not followed, the credentials would be sent elsewhere`);
  }
  if (isSuccess(status) && text !== undefined) {
    if (isBlank(text)) return { kind: 'unavailable', why: `HTTP status ${status} with an empty answer` };
    if (isHtml(text, contentType)) return { kind: 'unavailable', why: `HTTP status ${status} with an HTML page` };
  }
  return malformed(answered);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599);
}

/** A page, as PHP prints for a fatal error; a document that was promised as XML is no page, whatever was printed before it. */
function isHtml(text: string, contentType = ''): boolean {
  return /^\s*text\/html\b|^\s*application\/xhtml\b/i.test(contentType) && /^\s*<(?!\?xml)[!a-z]/i.test(text);
}

function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

function requestRefused(what: string): TokenReply {
  return { kind: 'request refused', why: `the service refused: ${what}` };
}

function malformed(why: string): TokenReply {
  return { kind: 'malformed', why };
}
