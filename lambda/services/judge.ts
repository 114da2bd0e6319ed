import { reasonInWords } from '../refresh-error.ts';
import { decodeBody } from '../soap/decode-body.ts';
import { isHtml, isSuccess, isTransient, parseSoap, SOAP_11, type SoapReply } from '../soap/soap-reply.ts';
import { withDescendants, type XmlElement } from '../soap/strict-xml.ts';
import { elementsAt, isAllowed, lastStep, ownText, type PathScope } from './element-path.ts';
import type { JudgedToken, NoToken } from './judged-answer.ts';
import { type AnswerText, codeInTokenPlace, emptyTokenCode, type ListedCode, listedCode } from './listed-code.ts';
import type { ServiceProfile } from './profile.ts';
import { rootPart } from './root-part.ts';
import { endFromInstant, endFromSeconds, type TokenEnd } from './token-end.ts';

/**
 * Judges an answer by the profile alone: the document first, for status and meaning do not line up in the field, and the
 * status where the document does not decide. No prose is read.
 * @see docs/services.md, "How an answer is judged"
 */
export function judge(profile: ServiceProfile, reply: SoapReply): JudgedToken | NoToken {
  const { status, contentType, body, wasCut } = reply;
  if (typeof body === 'string') return withoutEnvelope(profile, status, undefined, `the answer is ${body}`);
  const { text, isCertain } = decodeBody(body, contentType);
  const result = judgeBody(profile, { status, contentType, body }, text);
  if ('accessToken' in result) return result;
  const hasParts = /^\s*multipart\//i.test(contentType ?? '');
  const isGateways = isCertain && !wasCut && !hasParts && [408, 429, 502, 503, 504].includes(status);
  return { ...result, isSafeToRepeat: isGateways && isRead(body, text) && !mayRefuse(profile, text) };
}

/** Whether the text is what was written: a charset of one byte a character reads anything, compressed bytes too. */
function isRead(body: Uint8Array, text: string): boolean {
  return !/[^\P{Cc}\t\r\n]/u.test(text) && (/^\p{ASCII}*$/u.test(text) || Buffer.from(text).equals(body));
}

/** Whether a text of any shape may be a refusal. Wide: what it takes for one is only not sent a second time at once. */
function mayRefuse({ codes }: ServiceProfile, text: string): boolean {
  return ANY_REFUSAL.test(text) || listedCode([atCode(text)], codes) !== undefined;
}

/** An envelope, or one of the few words without which nobody refuses credentials. */
const ANY_REFUSAL =
  /envelope|passw|credential|log[ -]?[io]n|sign[ -]?in|user|client|account|auth|denied|invalid|wrong|locked/i;

/** @param whole the body as text, all parts of a MIME message */
function judgeBody(
  profile: ServiceProfile,
  { status, contentType, body }: SoapReply & { readonly body: Uint8Array },
  whole: string,
): JudgedToken | NoToken {
  const root = rootPart({ contentType, body });
  const { text, isCertain } = root ? decodeBody(root.body, root.contentType) : { text: '', isCertain: false };
  let why = root ? 'not text in its declared charset' : 'a MIME message without a part for the envelope';
  const found = judgeXml(profile, text, status);
  if (typeof found === 'string') why = isCertain ? `not a SOAP envelope (${found})` : why;
  else if (isCertain || isListed(found)) return found;
  // What stands within other text, as behind a PHP warning, is good for a listed code, never for a token.
  for (const envelope of envelopesWithin(whole)) {
    const within = judgeXml(profile, envelope, status);
    if (typeof within !== 'string' && isListed(within)) return within;
  }
  const isHtmlOrEmpty = root !== undefined && (/^\s*$/.test(text) || isHtml(text, root.contentType));
  return withoutEnvelope(profile, status, { text: whole, isHtmlOrEmpty }, `the answer is ${why}`);
}

/** @returns a text that says why it is no SOAP envelope, where it is none */
function judgeXml(profile: ServiceProfile, xml: string, status: number): JudgedToken | NoToken | string {
  const document = parseSoap(xml);
  if (typeof document === 'string') return document;
  return judgeEnvelope(profile, { ...document, namespaces: profile.namespaces }, status);
}

/** One after the other, none within another. */
function* envelopesWithin(text: string): Iterable<string> {
  const start = /<((?:[\w.-]{1,50}:)?Envelope)[\s>]/g;
  for (let found = start.exec(text); found !== null; found = start.exec(text)) {
    const tag = `</${found[1]}`;
    const close = text.indexOf(tag, found.index);
    if (close < 0) return;
    const end = text.indexOf('>', close) + 1;
    if (end > 0) yield text.slice(found.index, end);
    start.lastIndex = close + tag.length;
  }
}

function isListed(result: JudgedToken | NoToken): boolean {
  return 'code' in result && result.reason !== undefined;
}

/** @param body undefined where it cannot be read */
function withoutEnvelope(
  { codes }: ServiceProfile,
  status: number,
  body: { readonly text: string; readonly isHtmlOrEmpty: boolean } | undefined,
  why: string,
): NoToken {
  if (status === 401 || status === 403) {
    // Of a page, what people read: addresses in it name pages such as access_denied.
    const shown = body?.isHtmlOrEmpty ? body.text.replace(/<[^<>]*>/g, ' ') : body?.text;
    const listed = shown === undefined ? undefined : listedCode([elsewhere(shown)], codes);
    if (listed !== undefined) return asListed(listed);
    return noToken('REQUEST_REFUSED', `HTTP status ${status} without a SOAP answer or a code of the profile`);
  }
  if (isTransient(status)) return noToken('ENDPOINT_UNAVAILABLE', `HTTP status ${status} without a SOAP answer`);
  if (isSuccess(status) && body?.isHtmlOrEmpty) {
    return noToken('ENDPOINT_UNAVAILABLE', `HTTP status ${status} with an empty answer or an HTML page`);
  }
  if (status >= 300 && status <= 399) {
    const redirect = 'redirects are not followed, the credentials would be sent elsewhere';
    return noToken('REPLY_MALFORMED', `HTTP status ${status}: ${redirect}`);
  }
  return noToken('REPLY_MALFORMED', `HTTP status ${status}: ${why}`);
}

function judgeEnvelope(profile: ServiceProfile, answer: PathScope, status: number): JudgedToken | NoToken {
  if (answer.isFault) return judgeFault(profile, answer);
  const { child, envelope, namespaces } = answer;
  const isRefusal = child.name === profile.refusal;
  if ((child.name !== profile.answer && !isRefusal) || !isAllowed(child, answer)) {
    return inDoubt(status, 'the answer belongs to another operation or service');
  }
  const [place, secondPlace] = elementsAt(profile.token, answer);
  const listed = place && !secondPlace && codeInTokenPlace(ownText(place), profile.codes);
  if (listed) return { ...asListed(listed), serviceText: serviceText(profile, [ownText(place)]) };
  const tokens = withDescendants(envelope).filter(({ name }) => name === lastStep(profile.token));
  if (tokens.every((token) => ownText(token) === '' && token.children.length === 0)) {
    return judgeRefusal(profile, answer, isRefusal, status);
  }
  if (isRefusal) return inDoubt(status, 'there is a token in an answer that refuses');
  // Some stacks leave the namespace out of a refusal, and of nothing else.
  if (namespaces !== undefined && !namespaces.includes(child.namespace)) {
    return inDoubt(status, 'there is a token in an answer of no namespace');
  }
  const token = tokenBeyondDoubt(profile, answer, tokens);
  if (typeof token === 'string') return inDoubt(status, token);
  return isSuccess(status) ? token : inDoubt(status, 'there is a token, which contradicts the status');
}

/** The row of the table for every envelope that says nothing for certain. */
function inDoubt(status: number, why: string): NoToken {
  if (isTransient(status)) return noToken('ENDPOINT_UNAVAILABLE', `HTTP status ${status}: ${why}`);
  return noToken('REPLY_MALFORMED', isSuccess(status) ? why : `HTTP status ${status}: ${why}`);
}

/** @returns the doubt, where there is one */
function tokenBeyondDoubt(
  profile: ServiceProfile,
  scope: PathScope,
  [token, secondToken]: readonly XmlElement[],
): JudgedToken | string {
  if (token === undefined || secondToken) return 'there is more than one element with the name of the token';
  const [led, secondLed] = elementsAt(profile.token, scope);
  if (led !== token || secondLed) return 'the token does not stand where it belongs';
  const accessToken = ownText(token);
  if (token.children.length > 0 || !/^[\x21-\x7e]{1,8192}$/.test(accessToken)) {
    return 'the token is not 1 to 8192 visible ASCII characters';
  }
  const [code, secondCode] = elementsAt(profile.code, scope);
  if (secondCode) return 'there is more than one code';
  const listed = listedCode(answerTexts(profile, scope), profile.codes);
  if (listed) {
    const place = code ? ` (code: ${profile.code})` : '';
    return `beside the token stands "${listed.code}", which the profile lists under codes.${listed.meaning}${place}`;
  }
  if (profile.success !== undefined && (code ? ownText(code) : '') !== profile.success) {
    return `the code beside the token, at ${profile.code}, is not that of success`;
  }
  const end = endOf(profile, scope);
  return typeof end === 'string' ? end : { accessToken, end };
}

/** @returns the doubt, where there is one */
function endOf({ expiresIn, expiresAt }: ServiceProfile, scope: PathScope): TokenEnd | string {
  const path = expiresIn ?? expiresAt;
  if (path === undefined) return { unknown: 'the profile names no path for it' };
  const [element, second] = elementsAt(path, scope);
  if (second) return 'there is more than one end of the token';
  if (!element) return { unknown: `nothing stands at ${path}` };
  const end = expiresIn === undefined ? endFromInstant(ownText(element)) : endFromSeconds(ownText(element));
  return end ?? 'the token has expired already';
}

/** All that an answer says: the text at `code`, and every text of its element but the token's and its end's. */
function answerTexts({ code, token, expiresIn, expiresAt }: ServiceProfile, scope: PathScope): readonly AnswerText[] {
  const codes = elementsAt(code, scope);
  const read = [code, token, expiresIn, expiresAt].flatMap((path) => elementsAt(path, scope));
  const others = withDescendants(scope.child).filter((element) => !read.includes(element));
  return [...codes.map(ownText).map(atCode), ...others.map(ownText).map(elsewhere)].filter(({ text }) => text !== '');
}

/** No token: the code decides. */
function judgeRefusal(profile: ServiceProfile, scope: PathScope, isRefusal: boolean, status: number): NoToken {
  const [codeElement, secondCode] = elementsAt(profile.code, scope);
  if (secondCode) return inDoubt(status, 'there is no token, and more than one code');
  const code = codeElement ? ownText(codeElement) : '';
  const texts = answerTexts(profile, scope);
  const listed = listedCode([atCode(code)], profile.codes) ?? listedCode(texts, profile.codes);
  const isAnother = isRefusal ? texts.length > 0 : code !== '' && code !== profile.success;
  const empty = emptyTokenCode(profile.codes);
  const hasText = withDescendants(scope.child).some((element) => ownText(element) !== '');
  const said = texts.map(({ text }) => text);
  if (listed) return { ...asListed(listed), serviceText: serviceText(profile, said) };
  if (empty && !hasText && elementsAt(profile.token, scope).length === 1) return asListed(empty);
  if (isAnother) return { ...unlisted('the service refused'), serviceText: serviceText(profile, said) };
  // Only sentences: a single word may be a token that stands elsewhere.
  const sentences = said.filter((text) => /\s/.test(text));
  return { ...inDoubt(status, 'there is neither a token nor a code'), serviceText: serviceText(profile, sentences) };
}

function judgeFault(profile: ServiceProfile, scope: PathScope): NoToken {
  const { codes, texts } = faultParts(scope);
  const coded = elementsAt(profile.code, scope);
  const isAtCode = (element: XmlElement) => codes.includes(element) || (coded.length === 1 && coded[0] === element);
  const all = [...codes, ...texts].map((element) => ({ text: ownText(element), isCodePlace: isAtCode(element) }));
  const said = { serviceText: serviceText(profile, texts.map(ownText)) };
  const listed = listedCode(all, profile.codes);
  if (listed) return { ...asListed(listed), ...said };
  if (codes.some((element) => blamesServer(ownText(element)))) {
    const why = 'the service reports a fault of its own (SOAP Server fault)';
    return { ...noToken('ENDPOINT_UNAVAILABLE', why), ...said };
  }
  return { ...unlisted('the service answered with a SOAP fault'), ...said };
}

/** Where a fault says what it is, in the elements of its SOAP version and nowhere else. */
function faultParts({ envelope, child: { children } }: PathScope) {
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

/** `soap-env:Server.SystemFailure` names the server first, and then what ails it. */
function blamesServer(code: string): boolean {
  return /^(?:[^:]*:)?(?:server|receiver|wsdl|internalservicefault)(?:\.|$)/i.test(code);
}

/** What may be logged once its secrets are taken out, a line for each text: none that names the token's element, as in JSON. */
function serviceText({ token }: ServiceProfile, texts: readonly string[]): string | undefined {
  const name = lastStep(token);
  // A name such as `id` is a part of many words.
  const wordsOf = (text: string) => (name.length > 5 ? text : text.split(/[^\p{L}\p{N}]+/u));
  return texts.filter((text) => text !== '' && !wordsOf(text).includes(name)).join('\n') || undefined;
}

/** By the list in which the code stands. */
function asListed({ meaning, code: reason }: ListedCode): NoToken {
  const verb = meaning === 'unavailable' ? 'answered' : 'refused:';
  return { ...noToken(CODES[meaning], `the service ${verb} ${reasonInWords(reason)}`), reason };
}

const CODES = {
  credentials: 'CREDENTIALS_REFUSED',
  request: 'REQUEST_REFUSED',
  unavailable: 'ENDPOINT_UNAVAILABLE',
} as const;

function unlisted(what: string): NoToken {
  return noToken('REQUEST_REFUSED', `${what}, without a code or sentence that the profile lists`);
}

function noToken(code: NoToken['code'], why: string): NoToken {
  return { code, why, isSafeToRepeat: false };
}

function atCode(text: string): AnswerText {
  return { text, isCodePlace: true };
}

function elsewhere(text: string): AnswerText {
  return { text, isCodePlace: false };
}
