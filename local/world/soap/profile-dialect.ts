import type { ServiceProfile } from '../../../lambda/services/profile.ts';
import { escapeXml } from '../../../lambda/soap/xml-text.ts';
import { SOAP_12, type SoapAnswer, type SoapMessage, soapNamespace } from './soap-envelope.ts';

/** How a service that a profile describes is spoken with: all that can be known of it from the profile alone. */
export interface ProfileDialect {
  /** Whether the request is the profile's, filled with these values. */
  isRight(request: SoapMessage, values: Readonly<Record<string, string>>): boolean;
  success(token: string, expiresAt: Date, lifetimeSeconds: number): SoapAnswer;
  /** The first of the codes by which the service refuses credentials. */
  refusal(): SoapAnswer;
}

/** @param profile one that `checkProfile` found no fault with */
export function profileDialect(profile: ServiceProfile): ProfileDialect {
  const { request, headers = {}, answer, token, expiresIn, expiresAt, code, success = '', codes } = profile;
  const version = soapNamespace(request);
  const contentType = version === SOAP_12 ? 'application/soap+xml; charset=utf-8' : 'text/xml; charset=utf-8';
  const [namespace = ''] = profile.namespaces ?? [];
  const send = (status: number, body: string): SoapAnswer => ({ status, contentType, body });

  /** Texts by their paths, as one envelope. */
  function envelopeWith(texts: ReadonlyMap<string | undefined, string>): string {
    const places = [...texts].flatMap(([path, text]) =>
      path === undefined ? [] : [[stepsFrom(path, answer), text] as const],
    );
    const within = (first: string) =>
      places.filter(([[step]]) => step === first).map(([[, ...rest], text]) => [rest, text] as const);
    const header = within('Header');
    const body = within('Body');
    return (
      `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="${version}">` +
      (header.length > 0 ? `<soap:Header>${elements(header, namespace)}</soap:Header>` : '') +
      `<soap:Body>${elements(body.length > 0 ? body : [[[answer], '']], namespace)}</soap:Body></soap:Envelope>`
    );
  }

  function fault(text: string): string {
    const escaped = escapeXml(text);
    const inside =
      version === SOAP_12
        ? `<soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">${escaped}</soap:Text></soap:Reason>`
        : `<faultcode>${/[a-z]/i.test(text) ? 'soap:Client' : escaped}</faultcode><faultstring>${escaped}</faultstring>`;
    return (
      `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="${version}"><soap:Body>` +
      `<soap:Fault>${inside}</soap:Fault></soap:Body></soap:Envelope>`
    );
  }

  return {
    isRight({ body, headers: sent = {} }, values) {
      const basic = Buffer.from(`${values.username}:${values.password}`).toString('base64');
      const all = { ...values, $basic: basic };
      return (
        isFilled(request, body, all, escapeXml) &&
        Object.entries(headers).every(([name, template]) => isFilled(template, sent[name.toLowerCase()] ?? '', all))
      );
    },
    success: (issued, end, lifetimeSeconds) =>
      send(
        200,
        envelopeWith(
          new Map([
            [code, success],
            [token, issued],
            [expiresIn, String(lifetimeSeconds)],
            [expiresAt, end.toISOString()],
          ]),
        ),
      ),
    refusal() {
      const [refused = 'a reason that the profile does not list'] = codes.credentials ?? [];
      if (refused === '') return send(200, envelopeWith(new Map([[token, '']])));
      return code === undefined ? send(500, fault(refused)) : send(200, envelopeWith(new Map([[code, refused]])));
    },
  };
}

/** From below the Envelope, whichever way the path is written. */
function stepsFrom(path: string, answer: string): readonly string[] {
  return path.startsWith('/') ? path.slice(1).split('/') : ['Body', answer, ...path.split('/')];
}

type Place = readonly [steps: readonly string[], text: string];

/** The elements of all places, each made once: texts with the same first steps share them. */
function elements(places: readonly Place[], namespace: string): string {
  const byName = Map.groupBy(places, ([[name = '']]) => name);
  return [...byName]
    .map(([name, all]) => {
      const deeper = all.flatMap(([[, ...rest], text]): Place[] => (rest.length > 0 ? [[rest, text]] : []));
      const text = all.filter(([steps]) => steps.length === 1).map(([, own]) => escapeXml(own));
      return `<${name} xmlns="${escapeXml(namespace)}">${text.join('')}${elements(deeper, namespace)}</${name}>`;
    })
    .join('');
}

/** Whether the text is the template filled with these values; what stands for `$uuid`, `$now` and `$endpoint` may be anything. */
function isFilled(
  template: string,
  text: string,
  values: Readonly<Record<string, string>>,
  spell = (value: string) => value,
): boolean {
  let at = 0;
  for (const [index, part] of template.split(/\{\{(\$?\w+)\}\}/).entries()) {
    const value = index % 2 === 0 ? part : values[part] && spell(values[part]);
    if (value !== undefined) {
      if (!text.startsWith(value, at)) return false;
      at += value.length;
    } else {
      const end = text.indexOf('<', at);
      at = end === -1 ? text.length : end;
    }
  }
  return at === text.length;
}
