import { firstReason, readCode, readLeadingCode, readProse } from './refusal-reason.ts';
import { descendants, isBlank } from './soap-body.ts';
import type { XmlElement } from './strict-xml.ts';
import { malformed, refused, type TokenResult, unavailable } from './token-result.ts';

/** A fault of either SOAP version: `faultcode` or `Code` says whose fault it is, the other texts may say why. */
export function judgeFault(fault: XmlElement): TokenResult {
  const texts = [fault, ...descendants(fault)].map(({ text }) => text).filter((text) => !isBlank(text));
  if (isServerSide(fault)) {
    // The server's own trouble may quote anything, such as the refusal of its database.
    const reason = firstReason(texts, readLeadingCode);
    return reason ? refused(reason) : unavailable('the service reports a fault of its own (SOAP Server fault)');
  }
  const stated = firstReason(texts, readCode);
  if (stated) return refused(stated);
  const meant = firstReason(texts, readProse);
  if (meant && meant.meaning !== 'request') return refused(meant);
  // One word of that make is a code, as in OAuth; a sentence is about the message.
  if (texts.some((text) => /^\s*[a-z]+(?:_[a-z]+)+\s*$/.test(text))) return refused(undefined);
  return malformed('the service could not make sense of the request (SOAP Client fault)');
}

/** `SOAP-ENV:Server.Timeout` is the server's, and so is WCF's `a:InternalServiceFault`; SOAP 1.2 says `Receiver`. */
function isServerSide(fault: XmlElement): boolean {
  const soap12Code = fault.children.find(({ name }) => name === 'Code');
  const code =
    fault.children.find(({ name }) => name === 'faultcode') ??
    soap12Code?.children.find(({ name }) => name === 'Value');
  return /^(?:[^:]*:)?(?:server|receiver|internalservicefault)(?:\.|$)/i.test(code?.text.trim() ?? '');
}
