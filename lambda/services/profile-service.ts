import { parseXml } from '../soap/strict-xml.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { fillTemplate, placeholders } from './fill-template.ts';
import { judgeProfileAnswer } from './judge-profile-answer.ts';
import type { ServiceProfile } from './profile.ts';
import type { Circumstances, Envelope, SecretField, Service } from './service.ts';

/**
 * The service that a profile describes.
 * @param profile one that `checkProfile` found no fault with
 * @param soapAction takes the place of the profile's, unless blank
 * @throws {XmlError} where the profile's request is no XML
 */
export function serviceOf(profile: ServiceProfile, soapAction = ''): Service {
  const headersOfVersion = versionHeaders(profile.request, soapAction.trim() || profile.soapAction || '');
  return {
    fields: fieldNames(profile).map((name) => secretField(name, profile)),
    codes: Object.values(profile.codes).flat(),
    request: (values, circumstances) => fillRequest(profile, headersOfVersion, values, circumstances),
    judge: (reply) => judgeProfileAnswer(profile, reply),
  };
}

const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';

function versionHeaders(request: string, soapAction: string): Readonly<Record<string, string>> {
  if (parseXml(request).namespace !== SOAP_12) {
    return { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: `"${soapAction}"`, Accept: 'text/xml' };
  }
  const action = soapAction === '' ? '' : `; action="${soapAction}"`;
  return {
    'Content-Type': `application/soap+xml; charset=utf-8${action}`,
    Accept: 'application/soap+xml, multipart/related',
  };
}

function fillRequest(
  { request, headers = {} }: ServiceProfile,
  headersOfVersion: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
  { now, uuid, endpoint }: Circumstances,
): Envelope {
  const textFor = (name: string): string => {
    switch (name) {
      case '$uuid':
        return uuid;
      case '$now':
        return new Date(now).toISOString();
      case '$endpoint':
        return endpoint;
      case '$basic':
        return Buffer.from(`${field('username')}:${field('password')}`).toString('base64');
      default:
        return field(name);
    }
  };
  const field = (name: string): string => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`no value for the field ${name}`);
    return value;
  };
  const own = Object.entries(headers).map(([name, template]) => [name, fillTemplate(template, textFor)] as const);
  return {
    headers: { ...headersOfVersion, ...Object.fromEntries(own) },
    body: fillTemplate(request, (name) => escapeXml(textFor(name))),
  };
}

/** The names in `request` and `headers`. With none, the client certificate is the login. */
function fieldNames({ request, headers = {} }: ServiceProfile): readonly string[] {
  const names = [request, ...Object.values(headers)]
    .flatMap(placeholders)
    .flatMap((name) => (name === '$basic' ? ['username', 'password'] : [name]))
    .filter((name) => !name.startsWith('$'));
  return names.length > 0 ? [...new Set(names)] : ['tls_certificate', 'tls_key'];
}

function secretField(name: string, { headers = {} }: ServiceProfile): SecretField {
  const inHeaders = Object.values(headers).flatMap(placeholders);
  return {
    name,
    remedy(value) {
      if (inHeaders.includes(name) && !/^[\x20-\x7e]*$/.test(value)) {
        return 'use visible ASCII characters and spaces only: it goes into an HTTP header as it is';
      }
      if (name === 'username' && inHeaders.includes('$basic') && value.includes(':')) {
        return 'a user name with ":" cannot be sent by HTTP Basic';
      }
      return undefined;
    },
  };
}
