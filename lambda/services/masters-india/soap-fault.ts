import { isBlank, withDescendants, type XmlElement } from '../../soap/strict-xml.ts';
import { malformed, type NoToken, refused, unavailable } from '../token-result.ts';
import { codeOf, readReason } from './refusal-reason.ts';

/** Who or where, not why: of the fault itself, and within its detail as Axis, CXF and WCF put it there. */
const NO_REASON = ['faultcode', 'Code', 'faultactor', 'Role', 'Node'];
const NO_REASON_WITHIN = ['hostname', 'stackTrace', 'StackTrace'];

/** A fault of either SOAP version: `faultcode` or `Code` says whose fault it is, the other texts may say why. */
export function judgeFault(fault: XmlElement): NoToken {
  const texts = textsWithin(fault, (name) => !NO_REASON.includes(name));
  // `SOAP-ENV:Server.Timeout` names the server first; SOAP 1.2 says `Receiver`, with subcodes in elements of their own.
  const codes = textsWithin(fault, (name) => name === 'faultcode' || name === 'Code');
  const names = codes.flatMap((code) => code.split(/^[^:]*:|\./));
  return { ...judge(names, texts), serviceText: texts.join(' ') || undefined };
}

function textsWithin(fault: XmlElement, isWanted: (name: string) => boolean): readonly string[] {
  const wanted = fault.children.filter(({ name }) => isWanted(name)).flatMap(withDescendants);
  const telling = wanted.filter(({ name }) => !NO_REASON_WITHIN.includes(name));
  return telling.map(({ text }) => text).filter((text) => !isBlank(text));
}

function judge(names: readonly string[], texts: readonly string[]): NoToken {
  // A prefix and `Client` are no prose: only a whole name of the code can be a reason.
  const reason = readReason([...names.flatMap((name) => codeOf(name) ?? []), ...texts]);
  if (names.some((name) => /^\s*(?:server|receiver|wsdl|internalservicefault)\s*$/i.test(name))) {
    // Applications put refusals into Server faults as well, beside the server's own trouble: too uncertain to latch.
    if (reason === undefined || reason.meaning === 'unavailable')
      return unavailable('the service reports a fault of its own (SOAP Server fault)');
    const why = `the service speaks of ${reason.reason}, in a fault of its own (SOAP Server fault)`;
    return { kind: 'request refused', why };
  }
  // One word of that make is a code, as in OAuth; a sentence is about the message.
  if (reason || texts.some((text) => /^\s*[a-z]+(?:_[a-z]+)+\s*$/.test(text))) return refused(reason);
  const whose = names.some((name) => /^\s*(?:client|sender)\s*$/i.test(name)) ? 'SOAP Client fault' : 'SOAP fault';
  return malformed(`the service could not make sense of the request (${whose})`);
}
