import { decodeBody } from './decode-body.ts';
import { mayRefuse } from './refusal-reason.ts';
import { judgeFault } from './soap-fault.ts';
import { isBlank, parseXml, type XmlElement, XmlError } from './strict-xml.ts';
import { judgeAnswer } from './token-answer.ts';
import { type Judgement, malformed, type NoToken, type TokenResult, unavailable } from './token-result.ts';

/** One HTTP answer of the endpoint, whole and with any content coding undone. */
export interface SoapReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array | UnreadableBody;
  /** Whether the answer holds `Retry-After`: then it is not asked again at once. */
  readonly retryAfter?: boolean;
}

/** Why there is no body to read. */
export type UnreadableBody = 'larger than 64 KiB' | 'not in its declared content coding';

/**
 * Judges an answer. Status and meaning do not line up in the field (refusals come with 200 and with 500, faults come
 * with 200), so the document is read first and the status only decides where the document does not.
 */
export function parseTokenReply(reply: SoapReply): TokenResult {
  const { status, contentType } = reply;
  if (typeof reply.body === 'string') {
    return { ...judgeByStatus(reply, undefined, `the answer is ${reply.body}`), mayHaveBeenJudged: true };
  }
  const { text, isCertain } = decodeBody(reply.body, contentType);
  const result = judgeText(reply, text, isCertain);
  if (result.kind === 'token') return result;
  const isGateways = [408, 429, 502, 503, 504].includes(status) && isCertain && !isMime(contentType);
  // UTF-16 under a wrong label shows as zeros between the letters.
  const readable = text.replaceAll('\0', '');
  return { ...result, mayHaveBeenJudged: !isGateways || /envelope/i.test(readable) || mayRefuse(readable) };
}

function judgeText(reply: SoapReply, text: string, isCertain: boolean): Judgement {
  let why = isCertain ? '' : 'not text in its declared charset';
  // An envelope in other text, as behind a PHP warning, or in an uncertain charset is good for a refusal, never for a token.
  // Around the root part of a MIME message (MTOM, SwA), other text belongs.
  const inOther = [envelopeWithin(text), isCertain && isMime(reply.contentType)] as const;
  for (const [xml, isWhole] of [[text, isCertain] as const, inOther]) {
    try {
      const result = judgeDocument(parseXml(xml), reply.status);
      if (isWhole || / refused$/.test(result.kind)) return result;
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      why ||= `not a SOAP envelope (${error.message})`;
    }
  }
  return judgeByStatus(reply, isCertain ? text : undefined, `the answer is ${why}`);
}

export function isMime(contentType = ''): boolean {
  return /^\s*multipart\//i.test(contentType);
}

function envelopeWithin(text: string): string {
  const start = text.search(/<(?:[\w.-]{1,50}:)?Envelope[\s>]/);
  return start < 0 ? '' : text.slice(start, text.lastIndexOf('Envelope>') + 'Envelope>'.length);
}

const SOAP_NAMESPACES = ['http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope'];

/**
 * The one element in the one Body of a SOAP 1.1 or 1.2 envelope.
 * @throws {XmlError} for any other document.
 */
export function soapBodyChild(envelope: XmlElement): { readonly child: XmlElement; readonly isFault: boolean } {
  const { name, namespace, children } = envelope;
  if (name !== 'Envelope' || !SOAP_NAMESPACES.includes(namespace)) throw new XmlError('no SOAP Envelope');
  if (children.some((part) => part.namespace !== namespace)) throw new XmlError('a stranger beside the SOAP Body');
  const [body, secondBody] = children.filter((part) => part.name === 'Body');
  if (body === undefined || secondBody !== undefined) throw new XmlError('not exactly one SOAP Body');
  const [child, secondChild] = body.children;
  if (child === undefined || secondChild !== undefined) throw new XmlError('not exactly one element in the SOAP Body');
  if (!isBlank(envelope.text + body.text)) throw new XmlError('text beside the elements of the SOAP envelope');
  return { child, isFault: child.name === 'Fault' && child.namespace === namespace };
}

/** @throws {XmlError} where the document is no SOAP envelope. */
function judgeDocument(envelope: XmlElement, status: number): Judgement {
  const { child, isFault } = soapBodyChild(envelope);
  if (isFault) return judgeFault(child);
  const answer = judgeAnswer(child, envelope);
  const isDoubtful = answer.kind === 'token' && !isSuccess(status);
  const result = isDoubtful ? malformed('there is a token, which contradicts the status') : answer;
  return result.kind === 'malformed' && isTransient(status)
    ? unavailable(`HTTP status ${status}: ${result.why}`)
    : result;
}

/** `text` is undefined where the body could not be decoded. */
function judgeByStatus({ status, contentType }: SoapReply, text: string | undefined, why: string): NoToken {
  if (isTransient(status)) return unavailable(`HTTP status ${status} without a SOAP answer`);
  if (status === 401 || status === 403) {
    return { kind: 'request refused', why: `HTTP status ${status} from a gateway that does not speak SOAP` };
  }
  if (status >= 300 && status <= 399) {
    return malformed(`HTTP status ${status}: redirects are not followed, the credentials would be sent elsewhere`);
  }
  if (isSuccess(status) && text !== undefined) {
    if (/^\s*$/.test(text)) return unavailable(`HTTP status ${status} with an empty answer`);
    if (isHtml(text, contentType)) return unavailable(`HTTP status ${status} with an HTML page`);
  }
  return malformed(`HTTP status ${status}: ${why}`);
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599);
}

/** A page; or a part of one, as PHP prints for a fatal error, unless the answer was announced as XML. */
export function isHtml(text: string, contentType = ''): boolean {
  const isPage = /^\s*(?:<\?xml[^>]*\?>\s*)?<(?:!doctype\s+html|html)\b/i.test(text);
  return isPage || (/^\s*(?:text\/html|application\/xhtml)\b/i.test(contentType) && /^\s*<(?!\?)[!a-z]/i.test(text));
}
