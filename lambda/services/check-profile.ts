import { didYouMean } from '../did-you-mean.ts';
import { isObject } from '../parse-json.ts';
import { parseSoap, type SoapDocument } from '../soap/soap-reply.ts';
import { withDescendants } from '../soap/strict-xml.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { DURATION_PATTERN, DURATION_RULE } from '../timing.ts';
import { elementsAt, lastStep, stepsOf } from './element-path.ts';
import { fillTemplate, placeholders } from './fill-template.ts';
import type { ServiceCodes, ServiceProfile, ServiceTiming } from './profile.ts';

/** One thing about a profile. */
export interface ProfileFault {
  /** Where, as in JavaScript: `codes.credentials[1]`; `profile` for the whole. */
  readonly key: string;
  /** What to do about it, as an order. Nothing of the profile's values is in it, but names of placeholders and elements. */
  readonly remedy: string;
}

/** What `checkProfile` found. With a fault, there is no profile. */
export interface CheckedProfile {
  /** The profile, if nothing is wrong with it. */
  readonly profile: ServiceProfile | undefined;
  /** All that is wrong. */
  readonly faults: readonly ProfileFault[];
  /** What may be meant, but should be looked at. */
  readonly warnings: readonly ProfileFault[];
}

/**
 * Checks a profile, whatever was given for one, at synth and at the function's start. Pure; never throws.
 * @returns all faults at once, each by its key
 */
export function checkProfile(value: unknown): CheckedProfile {
  if (!isObject(value)) {
    return { profile: undefined, faults: [{ key: 'profile', remedy: 'give an object' }], warnings: [] };
  }
  const faults: ProfileFault[] = [];
  const fault: AddFault = (key, remedy) => {
    faults.push({ key, remedy });
  };
  const [headers, codes, timing] = [recordOf(value.headers), recordOf(value.codes), recordOf(value.timing)];
  checkKeys('', value, SHAPE, fault);
  for (const name of REQUIRED) if (value[name] === undefined) fault(name, 'set it');
  for (const [index, namespace] of listOf(value.namespaces).entries()) {
    if (typeof namespace !== 'string') fault(`namespaces[${index}]`, 'give a text');
  }
  const request = typeof value.request === 'string' ? checkTemplate(value.request, fault) : undefined;
  checkHeaders(headers, fault);
  checkTogether(value, request, fault);
  checkCodes(codes, fault);
  checkKeys('timing', timing, TIMING, fault);
  if (timing.renewal !== undefined && timing.refreshEvery !== undefined) {
    const why = 'such a service gives out no token before the old one ends';
    fault('timing.refreshEvery', `leave it out beside renewal: ${why}`);
  }
  if (isProfile(value, faults) && Buffer.byteLength(JSON.stringify(serviceVariable(value))) > MAX_BYTES) {
    fault('profile', `shorten it: as a variable of the function it may take ${MAX_BYTES} bytes, without timing`);
  }
  const warnings = [...fixedSecrets(request, headers), ...shortSentences(codes)];
  return { profile: isProfile(value, faults) ? value : undefined, faults, warnings };
}

/** Lambda allows 4,096 bytes for all variables together. */
const MAX_BYTES = 2_600;

/** The profile as the function is given it: JSON without `timing`, which became props, and with sorted keys. */
export function serviceVariable({ timing: _, ...profile }: ServiceProfile): string {
  return JSON.stringify(profile, (_key, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

type JsonRecord = Readonly<Record<string, unknown>>;
type AddFault = (key: string, remedy: string) => void;

/** The shape was checked, key by key: without a fault, it is a profile. */
function isProfile(_value: object, faults: readonly ProfileFault[]): _value is ServiceProfile {
  return faults.length === 0;
}

function recordOf(value: unknown): JsonRecord {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What to do about a value; undefined for a good one. */
type Rule = (value: unknown) => string | undefined;

const record: Rule = (value) => (isObject(value) ? undefined : 'give an object');
const list: Rule = (value) => (Array.isArray(value) ? undefined : 'give a list of texts');
/** A text that fits the pattern. */
const matching =
  (pattern: RegExp, remedy: string): Rule =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : remedy;

const LOCAL_NAME = '[\\p{L}_][\\p{L}\\p{M}\\p{N}_.\\-\\u00b7]*';
const PATH = new RegExp(`^/?${LOCAL_NAME}(?:/${LOCAL_NAME})*$`, 'u');

const element = matching(new RegExp(`^${LOCAL_NAME}$`, 'u'), 'give the local name of an element, without a prefix');
const path = matching(PATH, 'join local names by /, as in return/authToken; a / in front starts below the Envelope');
const duration = matching(DURATION_PATTERN, DURATION_RULE);

const SHAPE: Readonly<Record<keyof ServiceProfile, Rule>> = {
  request: matching(/./, 'give a text with something in it'),
  soapAction: matching(
    /^(?:(?!\{\{|\}\})[\x21\x23-\x7e])*$/,
    'use printable ASCII without spaces, quotation marks and double braces: the marks are added',
  ),
  headers: record,
  answer: element,
  refusal: element,
  charset: matching(/^ISO-8859-1$/, 'use "ISO-8859-1" or leave it out'),
  namespaces: list,
  token: path,
  expiresIn: path,
  expiresAt: path,
  code: path,
  success: matching(/^/, 'give a text'),
  codes: record,
  timing: record,
};
const REQUIRED = ['request', 'answer', 'token', 'codes'];
const CODES: Readonly<Record<keyof ServiceCodes, Rule>> = { credentials: list, request: list, unavailable: list };
const TIMING: Readonly<Record<keyof ServiceTiming, Rule>> = {
  tokenLifetime: duration,
  refreshEvery: duration,
  checkEvery: duration,
  renewal: matching(/^at expiry$/, 'use "at expiry" or leave it out'),
  loginsPerDay: (value) =>
    Number.isSafeInteger(value) && Number(value) > 0 ? undefined : 'use a whole number above 0',
};

/** Each key by its rule, and none that has no rule. @param at where the record stands; empty for the profile itself */
function checkKeys(at: string, value: JsonRecord, rules: Readonly<Record<string, Rule>>, fault: AddFault): void {
  const known = Object.keys(rules);
  for (const name of Object.keys(value).filter((each) => !known.includes(each))) {
    const meant = didYouMean(name, known, '; ') || `; the keys are ${known.join(', ')}`;
    fault(keyOf(at, name), `there is no such key${meant}`);
  }
  for (const [name, rule] of Object.entries(rules)) {
    const remedy = value[name] === undefined ? undefined : rule(value[name]);
    if (remedy !== undefined) fault(keyOf(at, name), remedy);
  }
}

/** Nobody misspells by more. */
const MAX_NAME = 100;

function keyOf(at: string, name: string): string {
  const shown = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
  if (at === '') return shown;
  return /^[A-Za-z_]\w*$/.test(shown) ? `${at}.${shown}` : `${at}[${JSON.stringify(shown)}]`;
}

const IN_REQUEST = ['$uuid', '$now', '$endpoint'];
const IN_HEADERS = [...IN_REQUEST, '$basic'];
/** Whatever could end an element, an attribute, a comment or a CDATA section, or be changed on the way. */
const PROBE = ']]>{{x}}<&"\'-->\ré';

/** @returns the request, where it can be read */
function checkTemplate(template: string, fault: AddFault): SoapDocument | undefined {
  checkBraces('request', template, IN_REQUEST, fault);
  if (/^<\?xml[^>]*\sencoding\s*=\s*["'](?!utf-8["'])/i.test(template)) {
    fault('request', 'declare UTF-8 or no encoding: it is sent as UTF-8');
  }
  const request = parseSoap(template);
  if (typeof request === 'string') {
    fault('request', `write one SOAP envelope with one element in its Body: ${request}`);
    return undefined;
  }
  // Each placeholder is tried on its own; of a template that is too long anyway, none.
  if (template.length > MAX_BYTES) {
    fault('request', `shorten it: the whole profile may take ${MAX_BYTES} bytes`);
    return request;
  }
  for (const [index, name] of placeholders(template).entries()) {
    if (!isKnown(name, IN_REQUEST) || standsAsText(template, index, name)) continue;
    const rule = `must be the whole text of one element without children, in the Header or in the Body's element`;
    fault('request', `{{${name}}} ${rule}; not in a tag, an attribute, a comment or CDATA`);
  }
  return request;
}

function checkBraces(key: string, template: string, known: readonly string[], fault: AddFault): void {
  for (const name of new Set(placeholders(template))) {
    if (isKnown(name, known)) continue;
    const names = known.map((each) => `{{${each}}}`).join(', ');
    const rule = `is no field of a secret (letters, digits and _, a letter first) and none of ${names}`;
    fault(key, `{{${name.slice(0, MAX_NAME)}}} ${rule}`);
  }
  if (/\{\{|\}\}/.test(fillTemplate(template, () => '')))
    fault(key, 'use double braces around a name only, as in {{username}}');
}

/** A field of the secret, or one of those. */
function isKnown(name: string, known: readonly string[]): boolean {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(name) || known.includes(name);
}

/** Whether a value that is filled in comes back as it was given, and not as a part of something else. */
function standsAsText(template: string, index: number, name: string): boolean {
  const filled = parseSoap(fillTemplate(template, (_, each) => (each === index ? escapeXml(PROBE) : 'x')));
  if (typeof filled === 'string') return false;
  const parts = filled.envelope.children.filter((part) => part.name === 'Header' || part.name === 'Body');
  const within = parts.flatMap(({ children }) => children).flatMap(withDescendants);
  const [found, second] = within.filter(({ text }) => text.includes(PROBE));
  if (found === undefined || second !== undefined || found.children.length > 0) return false;
  // What the product fills in has no white space and no markup: it may have text around it, as in `urn:uuid:…`.
  return name.startsWith('$') || found.text === PROBE;
}

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const OURS = /^(?:content-.*|soapaction|accept.*|host|connection|transfer-encoding|user-agent|proxy-.*)$/i;

function checkHeaders(headers: JsonRecord, fault: AddFault): void {
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const key = keyOf('headers', name);
    if (!TOKEN.test(name)) fault(key, 'use a name that HTTP allows: letters, digits and -');
    if (OURS.test(name)) fault(key, 'remove it: this header is set by the product');
    if (seen.has(name.toLowerCase())) fault(key, 'give a header once: case does not count');
    seen.add(name.toLowerCase());
    if (typeof value !== 'string') {
      fault(key, 'give a text');
      continue;
    }
    if (!/^[\x20-\x7e]*$/.test(value)) fault(key, 'use printable ASCII');
    checkBraces(key, value, IN_HEADERS, fault);
  }
}

/** What several keys make wrong together. */
function checkTogether(value: JsonRecord, request: SoapDocument | undefined, fault: AddFault): void {
  const { token, answer, refusal, expiresIn, expiresAt, success, code } = value;
  if (refusal !== undefined && refusal === answer) fault('refusal', 'leave it out: answer names the same element');
  if (expiresIn !== undefined && expiresAt !== undefined) fault('expiresAt', 'give expiresIn or expiresAt, not both');
  if (success !== undefined && code === undefined) fault('success', 'set code too: the path at which it stands');
  if (typeof token !== 'string' || !PATH.test(token)) return;
  const last = lastStep(token);
  if (last === answer || last === refusal) fault('token', 'end it with another name than answer and refusal have');
  if (stepsOf(token).slice(0, -1).includes(last)) fault('token', 'its last name may stand in it only once');
  const namespaces = Array.isArray(value.namespaces)
    ? value.namespaces.filter((name) => typeof name === 'string')
    : undefined;
  if (request !== undefined && elementsAt(token, { ...request, namespaces }).length > 0) {
    fault('token', 'it leads to an element of the request: an echo of that would be taken for a token');
  }
}

function checkCodes(codes: JsonRecord, fault: AddFault): void {
  checkKeys('codes', codes, CODES, fault);
  const places = new Map<string, string>();
  for (const { meaning, key, code } of listedCodes(codes)) {
    if (typeof code !== 'string') {
      fault(key, 'give a text');
      continue;
    }
    if (!/^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/.test(code)) {
      fault(key, 'use printable ASCII without white space around it');
    }
    const before = places.get(code) ?? meaning;
    if (before !== meaning) fault(key, `it stands in codes.${before} too: give it one meaning`);
    places.set(code, before);
  }
}

function listedCodes(codes: JsonRecord) {
  return Object.keys(CODES).flatMap((meaning) =>
    listOf(codes[meaning]).map((code, index) => ({ meaning, key: `codes.${meaning}[${index}]`, code })),
  );
}

/** Texts of the request and headers that stand in the profile where a secret belongs. */
function fixedSecrets(request: SoapDocument | undefined, headers: JsonRecord): readonly ProfileFault[] {
  const elements = request === undefined ? [] : withDescendants(request.envelope);
  const texts = [
    ...elements.map(({ name, text }) => ({ key: 'request', name, text, what: `the text of <${name}>` })),
    ...Object.entries(headers).map(([name, text]) => ({ key: keyOf('headers', name), name, text, what: 'its value' })),
  ];
  const sight = 'a profile is in plain sight in the console and in `cdk diff`';
  return texts
    .filter(({ name, text }) => isFixed(text) && namesSecret(name))
    .map(({ key, what }) => ({
      key,
      remedy: `${what} is fixed, and ${sight}: if it is a secret, put it into the secret, as {{name}}`,
    }));
}

function isFixed(text: unknown): boolean {
  return typeof text === 'string' && /\S/.test(text) && !text.includes('{{');
}

/** What databases and directories say of their own trouble would be taken for the service's refusal. */
function shortSentences(codes: JsonRecord): readonly ProfileFault[] {
  const remedy = 'two words are too few: databases say so too; give the whole sentence';
  return listedCodes(codes)
    .filter(({ code }) => typeof code === 'string' && /^\S+\s+\S+$/.test(code))
    .map(({ key }) => ({ key, remedy }));
}

/** By its words, however they are joined: `api_key`, `apiKey`, `userPIN`; not `shipping` or `monkeys`. */
function namesSecret(name: string): boolean {
  const words = name
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .split(/[^\p{L}]+/u);
  return (
    /passw|secret/i.test(name) || words.some((word) => /^(?:pwd|pin|pass|passphrase|authorization|.*key)$/.test(word))
  );
}
