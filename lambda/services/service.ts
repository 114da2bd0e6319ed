import { SOAP_12, type SoapReply } from '../soap/soap-reply.ts';
import { parseXml } from '../soap/strict-xml.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { fillTemplate, placeholders } from './fill-template.ts';
import { judge } from './judge.ts';
import type { JudgedToken, NoToken } from './judged-answer.ts';
import type { ServiceProfile } from './profile.ts';

/** One SOAP service that hands out a token. Pure: it knows no network, no clock and no environment. */
export interface Service {
  /** What the secret must hold. */
  readonly fields: readonly SecretField[];
  /**
   * What is sent. Each try builds it anew, with a UUID of its own.
   * @param values a text for each of `fields`, by its name
   */
  request(values: Readonly<Record<string, string>>, context: RequestContext): Envelope;
  /**
   * The codes and sentences that the service answers in place of a token. A log may show them even where they resemble a
   * secret, or nobody could see what the service said.
   */
  readonly codes: readonly string[];
  /** What an answer means. Never throws. */
  judge(reply: SoapReply): JudgedToken | NoToken;
}

/** One key of the secret's JSON. */
export interface SecretField {
  readonly name: string;
  /** Whether no log may show what stands in it. */
  readonly isSecret: boolean;
  /** What must hold for the value beyond being a text that XML can carry: what to do about it, or undefined if it fits. */
  readonly remedy?: (value: string) => string | undefined;
  /** What may be wrong with a value that is sent all the same, for the end of a sentence; undefined for nothing. */
  readonly doubt?: (value: string) => string | undefined;
}

/** What else may stand in a request. */
export interface RequestContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Version 4, another one for each try. */
  readonly uuid: string;
  /** The service's address, as configured. */
  readonly endpoint: string;
}

/** One HTTP request: the headers that the service decides, and the body as UTF-8 text. */
export interface Envelope {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The service that a profile describes.
 * @param profile one that `checkProfile` found no fault with
 * @param soapAction takes the place of the profile's, unless blank
 * @throws {XmlError} where the profile's request is no XML
 */
export function serviceOf(profile: ServiceProfile, soapAction = ''): Service {
  const { request, headers = {}, codes } = profile;
  const headersOfVersion = versionHeaders(request, soapAction.trim() || profile.soapAction || '');
  return {
    fields: secretFields(profile),
    codes: Object.values(codes).flat(),
    request(values, context) {
      const textFor = textsFor(values, context);
      const own = Object.entries(headers).map(([name, template]) => [name, fillTemplate(template, textFor)] as const);
      return {
        headers: { ...headersOfVersion, ...Object.fromEntries(own) },
        body: fillTemplate(request, (name) => escapeXml(textFor(name))),
      };
    },
    judge: (reply) => judge(profile, reply),
  };
}

function versionHeaders(request: string, soapAction: string): Readonly<Record<string, string>> {
  if (parseXml(request).namespace !== SOAP_12) {
    // Exactly this type: NuSOAP drops every parameter under another one, and faults on an added parameter.
    return { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: `"${soapAction}"`, Accept: 'text/xml' };
  }
  const action = soapAction === '' ? '' : `; action="${soapAction}"`;
  return {
    'Content-Type': `application/soap+xml; charset=utf-8${action}`,
    Accept: 'application/soap+xml, multipart/related',
  };
}

/** What stands for each placeholder, by its name. */
function textsFor(values: Readonly<Record<string, string>>, { now, uuid, endpoint }: RequestContext) {
  const texts: Readonly<Record<string, string>> = {
    ...values,
    $uuid: uuid,
    $now: new Date(now).toISOString(),
    $endpoint: endpoint,
    $basic: Buffer.from(`${values.username}:${values.password}`).toString('base64'),
  };
  return (name: string): string => {
    const text = texts[name];
    if (text === undefined) throw new TypeError(`no value for the field ${name}`);
    return text;
  };
}

/** The names in `request` and `headers`. With none, the client certificate is the login. */
function secretFields({ request, headers = {}, charset }: ServiceProfile): readonly SecretField[] {
  const inHeaders = Object.values(headers).flatMap(placeholders);
  const names = [...placeholders(request), ...inHeaders]
    .flatMap((name) => (name === '$basic' ? ['username', 'password'] : [name]))
    .filter((name) => !name.startsWith('$'));
  return (names.length > 0 ? [...new Set(names)] : ['tls_certificate', 'tls_key']).map((name) => ({
    name,
    isSecret: true,
    remedy(value) {
      if (inHeaders.includes(name) && !/^[\x20-\x7e]*$/.test(value)) {
        return 'use visible ASCII characters and spaces only: it goes into an HTTP header as it is';
      }
      if (name === 'username' && inHeaders.includes('$basic') && value.includes(':')) {
        return 'a user name with ":" cannot be sent by HTTP Basic';
      }
      return undefined;
    },
    doubt(value) {
      if (charset === undefined || !/[^\0-\xff]/.test(value)) return undefined;
      return `holds characters beyond ${charset}, which the SOAP service may misread`;
    },
  }));
}
