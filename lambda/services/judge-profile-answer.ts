import { decodeBody } from '../soap/decode-body.ts';
import { isHtml, isMime, isSuccess, isTransient, type SoapReply, soapBodyChild } from '../soap/soap-reply.ts';
import { parseXml, withDescendants, type XmlElement, XmlError } from '../soap/strict-xml.ts';
import { type ElementPath, elementsAt, isAllowed, ownText, type PathScope, stepsOf } from './element-path.ts';
import { emptyTokenCode, type ListedCode, listedCode, type SpokenText } from './listed-code.ts';
import type { ServiceProfile } from './profile.ts';
import { rootPart } from './root-part.ts';
import type { JudgedToken, ServiceResult } from './service.ts';
import { endFromInstant, endFromSeconds, type TokenEnd } from './token-end.ts';
import { malformed, type NoToken, refused, unavailable } from './token-result.ts';

/**
 * Judges an answer by the profile alone: the document first, and the status where the document does not decide. No prose
 * is read.
 */
export function judgeProfileAnswer(profile: ServiceProfile, reply: SoapReply): ServiceResult {
  const { status, contentType } = reply;
  if (typeof reply.body === 'string') {
    return { ...noEnvelope(profile, status, undefined, `the answer is ${reply.body}`), mayHaveBeenJudged: true };
  }
  const result = judgeBody(profile, reply, reply.body);
  if (result.kind === 'token') return result;
  const { text, isCertain } = decodeBody(reply.body, contentType);
  // UTF-16 under a wrong label shows as zeros between the letters.
  const readable = text.replaceAll('\0', '');
  const isGateways = [408, 429, 502, 503, 504].includes(status) && isCertain && !isMime(contentType);
  const speaksOfIt = /envelope/i.test(readable) || holdsRefusal(profile, readable);
  return { ...result, mayHaveBeenJudged: !isGateways || speaksOfIt };
}

function holdsRefusal({ codes }: ServiceProfile, text: string): boolean {
  return listedCode([prose(text)], { credentials: codes.credentials ?? [] }) !== undefined;
}

function judgeBody(
  profile: ServiceProfile,
  { status, contentType }: SoapReply,
  body: Uint8Array,
): JudgedToken | NoToken {
  const root = rootPart({ contentType, body });
  if (root === undefined) {
    const unread = { texts: [decodeBody(body, contentType).text], isHtmlOrEmpty: false };
    return noEnvelope(profile, status, unread, 'the answer is a MIME message without a part for the envelope');
  }
  const { text, isCertain } = decodeBody(root.body, root.contentType);
  let why = 'the answer is not text in its declared charset';
  try {
    const envelope = parseXml(text);
    const result = judgeEnvelope(profile, { envelope, ...soapBodyChild(envelope) }, status);
    // Where the charset is uncertain, what is in plain sight counts, and a token never does.
    if (isCertain || (result.kind !== 'token' && result.kind !== 'malformed')) return result;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    if (isCertain) why = `the answer is not a SOAP envelope (${error.message})`;
  }
  const isHtmlOrEmpty = /^\s*$/.test(text) || isHtml(text, root.contentType);
  // Of a MIME message the other parts count as well.
  const texts = isMime(contentType) ? [text, decodeBody(body, contentType).text] : [text];
  return noEnvelope(profile, status, { texts, isHtmlOrEmpty }, why);
}

/** @param body undefined where there is none to read */
function noEnvelope(
  { codes }: ServiceProfile,
  status: number,
  body: { readonly texts: readonly string[]; readonly isHtmlOrEmpty: boolean } | undefined,
  why: string,
): NoToken {
  if (status === 401 || status === 403) {
    const listed = body && listedCode(body.texts.map(prose), codes);
    if (listed !== undefined) return byList(listed);
    return { kind: 'request refused', why: `HTTP status ${status} without a SOAP answer or a code of the profile` };
  }
  if (isTransient(status)) return unavailable(`HTTP status ${status} without a SOAP answer`);
  if (isSuccess(status) && body?.isHtmlOrEmpty) {
    return unavailable(`HTTP status ${status} with an empty answer or an HTML page`);
  }
  if (status >= 300 && status <= 399) {
    return malformed(`HTTP status ${status}: redirects are not followed, the credentials would be sent elsewhere`);
  }
  return malformed(`HTTP status ${status}: ${why}`);
}

interface Answer {
  readonly envelope: XmlElement;
  /** The one element in the Body. */
  readonly child: XmlElement;
  readonly isFault: boolean;
}

function judgeEnvelope(profile: ServiceProfile, answer: Answer, status: number): JudgedToken | NoToken {
  const scope: PathScope = { ...answer, namespaces: profile.namespaces };
  if (answer.isFault) return judgeFault(profile, scope);
  const { child } = answer;
  if (child.name !== profile.answer || !isAllowed(child, scope)) {
    return otherEnvelope(status, 'the answer belongs to another operation or service');
  }
  const [lastStep = ''] = stepsOf(profile.token).slice(-1);
  const tokens = withDescendants(answer.envelope).filter(({ name }) => name === lastStep);
  if (tokens.every((token) => ownText(token) === '' && token.children.length === 0)) {
    return judgeRefusal(profile, scope, status);
  }
  const token = tokenBeyondDoubt(profile, scope, tokens);
  if (typeof token === 'string') return otherEnvelope(status, token);
  if (isSuccess(status)) return token;
  return otherEnvelope(status, `HTTP status ${status} with a token, which contradict each other`);
}

/** The row of the table for every envelope that says nothing for certain. */
function otherEnvelope(status: number, why: string): NoToken {
  return isTransient(status) ? unavailable(`HTTP status ${status} without a readable fault`) : malformed(why);
}

/** @returns the doubt, where there is one */
function tokenBeyondDoubt(
  profile: ServiceProfile,
  scope: PathScope,
  tokens: readonly XmlElement[],
): JudgedToken | string {
  const [token] = tokens;
  if (token === undefined || tokens.length > 1) return 'there is more than one element with the name of the token';
  const [led, ...others] = elementsAt(profile.token, scope);
  if (led !== token || others.length > 0) return 'the token does not stand where it belongs';
  const accessToken = ownText(token);
  if (token.children.length > 0 || !/^[\x21-\x7e]{1,8192}$/.test(accessToken)) {
    return 'the token is not 1 to 8192 visible ASCII characters';
  }
  const { text: code, isDoubt } = textAt(profile.code, scope);
  if (isDoubt) return 'there is more than one code';
  if (profile.success !== undefined && code !== profile.success)
    return 'the code beside the token is not that of success';
  if (
    profile.success === undefined &&
    code !== undefined &&
    listedCode([codePlace(code)], profile.codes) !== undefined
  ) {
    return 'there is a code of the profile beside the token';
  }
  const end = endOf(profile, scope);
  if (end === 'a doubt') return 'the end of the token is not usable';
  if (end === 'not said') return { kind: 'token', accessToken, expiresInSeconds: undefined };
  return 'in' in end
    ? { kind: 'token', accessToken, expiresInSeconds: end.in }
    : { kind: 'token', accessToken, expiresInSeconds: undefined, expiresAt: end.at };
}

function endOf({ expiresIn, expiresAt }: ServiceProfile, scope: PathScope): TokenEnd {
  const { text, isDoubt } = textAt(expiresIn ?? expiresAt, scope);
  if (isDoubt) return 'a doubt';
  if (text === undefined) return 'not said';
  return expiresIn !== undefined ? endFromSeconds(text) : endFromInstant(text);
}

/** No token: the code decides. */
function judgeRefusal(profile: ServiceProfile, scope: PathScope, status: number): NoToken {
  const texts = withDescendants(scope.child)
    .map(ownText)
    .filter((text) => text !== '');
  const { text: code, isDoubt } = textAt(profile.code, scope);
  if (isDoubt) return otherEnvelope(status, 'there is no token, and more than one code');
  if (code !== undefined && code !== '' && code !== profile.success) {
    const listed = listedCode([codePlace(code)], profile.codes);
    const refusal = listed === undefined ? refused(undefined) : byList(listed);
    return { ...refusal, serviceText: texts.join(' ') };
  }
  const empty = emptyTokenCode(profile.codes);
  const isEmptyToken = elementsAt(profile.token, scope).length === 1 && texts.length === 0;
  if (empty !== undefined && isEmptyToken) return byList(empty);
  // What it said is not told: it may be a token that stands elsewhere.
  return otherEnvelope(status, 'there is neither a token nor a code');
}

function judgeFault(profile: ServiceProfile, scope: PathScope): NoToken {
  const { codes, texts } = faultParts(scope);
  const [code, ...others] = profile.code === undefined ? [] : elementsAt(profile.code, scope);
  const spoken = [
    ...codes.map((element) => codePlace(ownText(element))),
    ...texts.map((element) =>
      element === code && others.length === 0 ? codePlace(ownText(element)) : prose(ownText(element)),
    ),
  ];
  const serviceText =
    texts
      .map(ownText)
      .filter((text) => text !== '')
      .join(' ') || undefined;
  const listed = listedCode(spoken, profile.codes);
  if (listed !== undefined) return { ...byList(listed), serviceText };
  if (codes.some((element) => blamesServer(ownText(element)))) {
    return { ...unavailable('the service reports a fault of its own (SOAP Server fault)'), serviceText };
  }
  return {
    kind: 'request refused',
    why: 'the service answered with a SOAP fault without a code of the profile',
    serviceText,
  };
}

/** Where a fault says what it is, in the elements of its SOAP version and nowhere else. */
function faultParts({ envelope, child: { children } }: PathScope): {
  readonly codes: readonly XmlElement[];
  readonly texts: readonly XmlElement[];
} {
  const within = (name: string) => children.filter((child) => child.name === name).flatMap(withDescendants);
  if (envelope.namespace === SOAP_11) {
    return {
      codes: children.filter(({ name }) => name === 'faultcode'),
      texts: [...children.filter(({ name }) => name === 'faultstring'), ...within('detail')],
    };
  }
  return {
    codes: within('Code').filter(({ name }) => name === 'Value'),
    texts: [...within('Reason').filter(({ name }) => name === 'Text'), ...within('Detail')],
  };
}

const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';

/** `soap-env:Server.SystemFailure` names the server first, and then what ails it. */
function blamesServer(code: string): boolean {
  return /^(?:[^:]*:)?(?:server|receiver|wsdl|internalservicefault)(?:\.|$)/i.test(code);
}

function byList({ meaning, code }: ListedCode): NoToken {
  return refused({ meaning, reason: code, by: 'code' });
}

/** The text at the end of a path; no `text` where it is absent, and a doubt where two elements stand there. */
function textAt(
  path: ElementPath | undefined,
  scope: PathScope,
): { readonly text: string | undefined; readonly isDoubt: boolean } {
  const [element, second] = path === undefined ? [] : elementsAt(path, scope);
  return { text: element && ownText(element), isDoubt: second !== undefined };
}

function codePlace(text: string): SpokenText {
  return { text, isCodePlace: true };
}

function prose(text: string): SpokenText {
  return { text, isCodePlace: false };
}
