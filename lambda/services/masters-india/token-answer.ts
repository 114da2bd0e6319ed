import { isBlank, withDescendants, type XmlElement } from '../../soap/strict-xml.ts';
import { type Judgement, malformed, type NoToken, refused } from '../token-result.ts';
import { readReason } from './refusal-reason.ts';

const SERVICE_NAMESPACE = 'urn:server';

/**
 * The operation's own answer: `access_new_tokenResponse`, or under another name, as documented, a refusal.
 * @param envelope all around it: a second token is a doubt, wherever it stands
 */
export function judgeAnswer(answer: XmlElement, envelope: XmlElement): Judgement {
  // NuSOAP sends a refusal, and nothing but a refusal, without a namespace too.
  const isRefusal = answer.name === 'access_tokenResponse' && isOwn(answer);
  const announcesToken = answer.name === 'access_new_tokenResponse' && answer.namespace === SERVICE_NAMESPACE;
  if (!isRefusal && !announcesToken) return malformed('the answer is not one of this operation');
  const tokens = withDescendants(envelope).filter(({ name }) => name === 'access_token');
  if (tokens.every((token) => isBlank(allText(token)))) return judgeRefusal(answer);
  return announcesToken
    ? judgeToken(answer, tokens)
    : malformed('there is an access_token in an answer that announces none');
}

/** A token beyond doubt: exactly one, where it belongs, and nothing in the answer that speaks against it. */
function judgeToken(answer: XmlElement, [token, ...others]: readonly XmlElement[]): Judgement {
  if (token === undefined || others.length > 0) return malformed('there is more than one access_token');
  const errors = withDescendants(answer).filter(({ name }) => /error|fault/i.test(name));
  if (!errors.every((error) => isBlank(allText(error)))) return malformed('there is an error beside the access_token');
  const fields = fieldsOf(answer);
  if (!fields.includes(token) || !isBlank(answer.text))
    return malformed('access_token does not stand where it belongs');
  // Gateways that indent put white space around it, XML's own.
  const accessToken = /^[ \t\r\n]*([\x21-\x7e]{1,4096})[ \t\r\n]*$/.exec(token.text)?.[1];
  if (token.children.length > 0 || !isOwn(token) || accessToken === undefined) {
    return malformed('access_token is not 1 to 4096 visible ASCII characters');
  }
  const types = fields.filter(({ name }) => name === 'token_type');
  if (types.length > 1 || !types.every((type) => /^(?:bearer)?$/i.test(type.text.trim()))) {
    return malformed('token_type is not bearer');
  }
  const [lifetime, ...otherLifetimes] = fields.filter(({ name }) => name === 'expires_in');
  if (otherLifetimes.length > 0) return malformed('there is more than one expires_in');
  const expiresIn = lifetime?.children.length === 0 ? lifetime.text.trim() : '';
  if (expiresIn !== '' && Number(expiresIn) <= 0) return malformed('the token has expired already');
  const expiresInSeconds = /^\d{1,8}$/.test(expiresIn) ? Number(expiresIn) : undefined;
  return { kind: 'token', accessToken, expiresInSeconds };
}

/** The reason stands in the element itself or in a field, whatever that is called. */
function judgeRefusal(answer: XmlElement): NoToken {
  const fields = fieldsOf(answer).filter(({ name }) => !['access_token', 'expires_in', 'token_type'].includes(name));
  const texts = [answer.text, ...fields.map(allText)].filter((text) => !isBlank(text));
  if (texts.length === 0) return malformed('there is neither an access_token nor a reason');
  const reason = readReason(texts);
  // Some stacks answer in JSON, in escaped XML or as a map, inside the envelope.
  if (!reason && texts.some((text) => text.includes('access_token'))) {
    return malformed('there is an access_token in a shape of another service');
  }
  return { ...refused(reason), serviceText: texts.join(' ') };
}

/** The named fields of an answer: its children, or those of the one wrapper (`return`) that some stacks put around them. */
function fieldsOf({ children }: XmlElement): readonly XmlElement[] {
  const [only, second] = children;
  const isWrapper = only !== undefined && second === undefined && only.name !== 'access_token' && isBlank(only.text);
  return isWrapper && only.children.length > 0 ? only.children : children;
}

/** Fields are unqualified, or in the service's own namespace where a stack qualifies them. */
function isOwn({ namespace }: XmlElement): boolean {
  return namespace === '' || namespace === SERVICE_NAMESPACE;
}

function allText(element: XmlElement): string {
  return withDescendants(element)
    .map(({ text }) => text)
    .join(' ');
}
