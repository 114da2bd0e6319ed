import { decodeBody } from '../../soap/decode-body.ts';
import { isHtml, isMime, isSuccess, isTransient, type SoapReply, soapBodyChild } from '../../soap/soap-reply.ts';
import { parseXml, type XmlElement, XmlError } from '../../soap/strict-xml.ts';
import { type Judgement, malformed, type NoToken, type TokenResult, unavailable } from '../token-result.ts';
import { mayRefuse } from './refusal-reason.ts';
import { judgeFault } from './soap-fault.ts';
import { judgeAnswer } from './token-answer.ts';

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

function envelopeWithin(text: string): string {
  const start = text.search(/<(?:[\w.-]{1,50}:)?Envelope[\s>]/);
  return start < 0 ? '' : text.slice(start, text.lastIndexOf('Envelope>') + 'Envelope>'.length);
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
