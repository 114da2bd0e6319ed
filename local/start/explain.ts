import { timingOfProps } from '../../infra/timing-props.ts';
import { isCertificateFault } from '../../lambda/refresher/adapters/connection-fault.ts';
import { firstContactScreen } from '../first-contact/first-contact.ts';
import { peerCertificate } from '../first-contact/peer-certificate.ts';
import { codeHint, lifetimeHint } from '../world/profile-hints.ts';
import { failureLine, warningLine, width } from './narrative.ts';
import { jsonFaultLine, SECRET_ID } from './secret.ts';
import type { Invocation, Stage } from './stage.ts';

/** What a request to a real service met that got no token; undefined where none was sent, or a token came. */
export async function firstContact(stage: Stage, run: Invocation): Promise<string | undefined> {
  const { tick, contact } = run;
  const { endpoint, service: profile } = stage.options;
  const { code, outcome } = tick;
  if (endpoint === undefined) return undefined;
  // The message names every field; alarms and later ticks are no matter of a first contact.
  if (code === 'CREDENTIALS_MALFORMED') return [failureLine(tick, width()), ...jsonLines(stage)].join('\n');
  if (outcome !== 'failed' || contact === undefined || code === 'STORE_FAILED') return undefined;
  const { url, proxyUrl } = endpoint;
  const certificate = isCertificateFault(contact.fault?.name ?? '') ? await peerCertificate(url) : undefined;
  const hints = contact.answer === undefined ? unusedProxy(stage) : profileHints(stage, run);
  const failed = { ...contact, ...tick, profile, endpoint: url, proxyUrl, certificate, hints };
  return firstContactScreen(failed, width());
}

/** Where the file stops being JSON. */
function jsonLines({ aws, options }: Stage): readonly string[] {
  const line = jsonFaultLine(aws.secrets.secretString(SECRET_ID) ?? '{}');
  if (line === undefined) return [];
  const place = `${options.endpoint?.credentialsFile}, line ${line}`;
  const look = 'from here on it is no JSON. Look for a comma too many, or a missing quotation mark.';
  return ['', warningLine(`${place}: ${look}`, width())];
}

/** A proxy that other programs here use. */
function unusedProxy({ options, endpointUrl }: Stage): readonly string[] {
  const scheme = endpointUrl.startsWith('https:') ? 'HTTPS' : 'HTTP';
  const names = [`${scheme}_PROXY`, `${scheme.toLowerCase()}_proxy`, 'ALL_PROXY', 'all_proxy'];
  const name = names.find((one) => process.env[one]);
  const advice = 'Give --proxy http://host:port for one.';
  if (name === undefined || options.endpoint?.proxyUrl !== undefined) return [];
  return [`${name} is set here, and is not used: the request went without a proxy. ${advice}`];
}

/** What may mislead in the profile, by the answer of a real service. */
export function profileHints({ options }: Stage, { tick, contact }: Invocation): readonly string[] {
  const { service } = options;
  const { answer } = contact ?? {};
  if (answer === undefined) return [];
  const { code, outcome, secondsRemaining, profileEntry } = tick;
  const isToken = outcome === 'refreshed' && secondsRemaining !== undefined;
  return [
    ...answer.lostPaths,
    code === 'CREDENTIALS_REFUSED' ? undefined : codeHint(service),
    profileEntry && `if that is a refusal of the credentials, add to the profile: ${profileEntry}`,
    isToken ? lifetimeHint(timingOfProps({ service }), secondsRemaining) : undefined,
  ].filter((hint) => hint !== undefined);
}
