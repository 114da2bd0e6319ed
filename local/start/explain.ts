import { isCertificateFault } from '../../lambda/refresher/adapters/connection-fault.ts';
import { firstContactScreen } from '../first-contact/first-contact.ts';
import { likelyCause } from '../first-contact/likely-cause.ts';
import { peerCertificate } from '../first-contact/peer-certificate.ts';
import type { Invocation } from './function-process.ts';
import { failureLine } from './narrative.ts';
import { type Stage, width } from './stage.ts';

/** What a request to a real service met that got no token; undefined where none was sent, or a token came. */
export async function firstContact({ options, endpointUrl }: Stage, run: Invocation): Promise<string | undefined> {
  const { tick, contact } = run;
  const { code, message = '', said } = tick;
  if (options.endpoint === undefined) return undefined;
  // The message names every field; alarms and later ticks are no matter of a first contact.
  if (code === 'CREDENTIALS_MALFORMED') return failureLine(tick, width());
  if (tick.outcome !== 'failed' || contact === undefined || code === 'STORE_FAILED') return undefined;
  const { fault, answer } = contact;
  const profile = options.service;
  const certificate = isCertificateFault(fault?.name ?? '') ? await peerCertificate(endpointUrl) : undefined;
  const cause = likelyCause({ endpoint: endpointUrl, code, message, fault, answer, certificate, profile });
  // The rest of the message is advice for an operator whose service worked before.
  const [happened] = message.split('. ');
  return firstContactScreen({ contact, cause, failure: `${code}  ${happened}`, said, profile }, width());
}
