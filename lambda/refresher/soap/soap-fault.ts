import { codeOf, readReason } from './refusal-reason.ts';
import { descendants, isBlank } from './soap-body.ts';
import type { XmlElement } from './strict-xml.ts';
import { malformed, type NoToken, refused, unavailable } from './token-result.ts';

/** Who or where, not why. */
const NO_REASON = ['faultcode', 'Code', 'faultactor', 'Role', 'Node'];

/** A fault of either SOAP version: `faultcode` or `Code` says whose fault it is, the other texts may say why. */
export function judgeFault(fault: XmlElement): NoToken {
  const texts = fault.children
    .filter(({ name }) => !NO_REASON.includes(name))
    .flatMap((part) => [part, ...descendants(part)])
    .map(({ text }) => text)
    .filter((text) => !isBlank(text));
  const names = codeNames(fault);
  return { ...judge(names, texts), serviceText: texts.join(' ') || undefined };
}

function judge(names: readonly string[], texts: readonly string[]): NoToken {
  // A prefix and `Client` are no prose: only a whole name of the code can be a reason.
  const reason = readReason([...names.flatMap((name) => codeOf(name) ?? []), ...texts]);
  if (names.some((name) => /^(?:server|receiver|wsdl|internalservicefault)$/i.test(name))) {
    // Applications put refusals into Server faults as well, beside the server's own trouble: too uncertain to latch.
    return reason === undefined || reason.meaning === 'unavailable'
      ? unavailable('the service reports a fault of its own (SOAP Server fault)')
      : {
          kind: 'request refused',
          why: `the service speaks of ${reason.reason}, in a fault of its own (SOAP Server fault)`,
        };
  }
  // One word of that make is a code, as in OAuth; a sentence is about the message.
  if (reason || texts.some((text) => /^\s*[a-z]+(?:_[a-z]+)+\s*$/.test(text))) return refused(reason);
  const whose = names.some((name) => /^(?:client|sender)$/i.test(name)) ? 'SOAP Client fault' : 'SOAP fault';
  return malformed(`the service could not make sense of the request (${whose})`);
}

/** `SOAP-ENV:Server.Timeout` names the server first; SOAP 1.2 says `Receiver`, with subcodes in elements of their own. */
function codeNames(fault: XmlElement): readonly string[] {
  const codes = fault.children.filter(({ name }) => name === 'faultcode' || name === 'Code');
  return codes
    .flatMap((code) => [code, ...descendants(code)])
    .flatMap(({ text }) =>
      text
        .trim()
        .replace(/^[^:]*:/, '')
        .split('.'),
    );
}
