import { stepsOf } from '../../../lambda/services/element-path.ts';
import type { ServiceProfile } from '../../../lambda/services/profile.ts';
import { escapeXml } from '../../../lambda/soap/xml-text.ts';
import { SOAP_12, type SoapAnswer, type SoapMessage, soapNamespace } from './soap-envelope.ts';

export type ProfileDialect = ReturnType<typeof profileDialect>;

/**
 * How a service that a profile describes is spoken with: all that can be known of it from the profile alone.
 * @param profile one that `checkProfile` found no fault with
 */
export function profileDialect(profile: ServiceProfile) {
  const { request, headers = {}, answer, token, expiresIn, expiresAt, code, success = '', codes } = profile;
  const version = soapNamespace(request);
  const contentType = version === SOAP_12 ? 'application/soap+xml; charset=utf-8' : 'text/xml; charset=utf-8';
  const [namespace = ''] = profile.namespaces ?? [];
  const send = (status: number, content: string, header = ''): SoapAnswer => {
    const envelope =
      `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="${version}">` +
      `${header && `<soap:Header>${header}</soap:Header>`}<soap:Body>${content}</soap:Body></soap:Envelope>`;
    // A character for each byte of its UTF-8.
    return { status, contentType, body: Buffer.from(envelope).toString('latin1') };
  };

  /** Texts by their paths, as one envelope. */
  function sendTexts(...texts: readonly (readonly [path: string | undefined, text: string])[]): SoapAnswer {
    const places = texts.flatMap(([path, text]): Place[] => {
      if (path === undefined) return [];
      return [[[...(path.startsWith('/') ? [] : ['Body', answer]), ...stepsOf(path)], text]];
    });
    const body = placesIn('Body', places);
    return send(
      200,
      elements(body.length > 0 ? body : [[[answer], '']], namespace),
      elements(placesIn('Header', places), namespace),
    );
  }

  function sendFault(text: string): SoapAnswer {
    const escaped = escapeXml(text);
    const inside =
      version === SOAP_12
        ? `<soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">${escaped}</soap:Text></soap:Reason>`
        : `<faultcode>${/[a-z]/i.test(text) ? 'soap:Client' : escaped}</faultcode><faultstring>${escaped}</faultstring>`;
    return send(500, `<soap:Fault>${inside}</soap:Fault>`);
  }

  return {
    /** Whether the request is the profile's, filled with these values. */
    isRight({ body, headers: sent = {} }: SoapMessage, values: Readonly<Record<string, string>>): boolean {
      const basic = Buffer.from(`${values.username}:${values.password}`).toString('base64');
      const all = { ...values, $basic: basic };
      return (
        isFilled(request, body, all, escapeXml) &&
        Object.entries(headers).every(([name, template]) => isFilled(template, sent[name.toLowerCase()] ?? '', all))
      );
    },
    success: (issued: string, end: Date, lifetimeSeconds: number) =>
      sendTexts([code, success], [token, issued], [expiresIn, String(lifetimeSeconds)], [expiresAt, end.toISOString()]),
    /** The first of the codes by which the service refuses credentials. */
    refusal() {
      const [refused = 'a reason that the profile does not list'] = codes.credentials ?? [];
      if (refused === '') return sendTexts([token, '']);
      return code === undefined ? sendFault(refused) : sendTexts([code, refused]);
    },
  };
}

/** From below the Envelope. */
type Place = readonly [steps: readonly string[], text: string];

/** What lies in the element of that name. */
function placesIn(name: string, places: readonly Place[]): readonly Place[] {
  return places.flatMap(([[first, ...rest], text]): Place[] => (first === name ? [[rest, text]] : []));
}

/** The elements of all places, each made once: texts with the same first steps share them. */
function elements(places: readonly Place[], namespace: string): string {
  const names = new Set(places.flatMap(([steps]) => steps.slice(0, 1)));
  return [...names]
    .map((name) => {
      const inside = placesIn(name, places);
      const texts = inside.map(([steps, text]) => (steps.length === 0 ? escapeXml(text) : ''));
      return `<${name} xmlns="${escapeXml(namespace)}">${texts.join('')}${elements(inside, namespace)}</${name}>`;
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
