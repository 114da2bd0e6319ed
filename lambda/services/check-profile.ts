import { didYouMean } from '../did-you-mean.ts';
import { isObject } from '../parse-json.ts';
import { soapBodyChild } from '../soap/soap-reply.ts';
import { parseXml, withDescendants, type XmlElement, XmlError } from '../soap/strict-xml.ts';
import { escapeXml } from '../soap/xml-text.ts';
import { DURATION_PATTERN, DURATION_RULE } from '../timing.ts';
import { elementsAt, ownText, stepsOf } from './element-path.ts';
import { fillTemplate, isFieldName, placeholders } from './fill-template.ts';
import type { ServiceProfile } from './profile.ts';

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
  const faults: ProfileFault[] = [];
  const fault = (key: string, remedy: string): void => {
    faults.push({ key, remedy });
  };
  if (!isObject(value)) {
    return { profile: undefined, faults: [{ key: 'profile', remedy: 'give an object' }], warnings: [] };
  }
  checkShape(value, fault);
  const request = typeof value.request === 'string' ? checkTemplate(value.request, fault) : undefined;
  if (isObject(value.headers)) checkHeaders(value.headers, fault);
  if (typeof value.soapAction === 'string' && !/^(?:(?!\{\{|\}\})[\x21\x23-\x7e])*$/.test(value.soapAction)) {
    fault('soapAction', 'use printable ASCII without spaces, quotation marks and double braces: the marks are added');
  }
  checkPaths(value, request, fault);
  if (isObject(value.codes)) checkCodes(value.codes, fault);
  if (isObject(value.timing)) checkTiming(value.timing, fault);
  const profile = faultless(value, faults);
  if (profile !== undefined && Buffer.byteLength(JSON.stringify(serviceVariable(profile))) > MAX_BYTES) {
    fault('profile', `shorten it: as a variable of the function it may take ${MAX_BYTES} bytes, without timing`);
  }
  const warnings = [
    ...(request === undefined ? [] : fixedSecrets(request)),
    ...fixedHeaders(value.headers),
    ...shortSentences(value.codes),
  ];
  return { profile: faults.length === 0 ? profile : undefined, faults, warnings };
}

/** Lambda allows 4,096 bytes for all variables together. */
const MAX_BYTES = 2_600;

/** The profile as the function is given it: JSON without `timing`, which became props, and with sorted keys. */
export function serviceVariable({ timing: _, ...profile }: ServiceProfile): string {
  return JSON.stringify(profile, (_key, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

type AddFault = (key: string, remedy: string) => void;

/** The shape was checked, key by key; without a fault, it is a profile. */
function faultless(value: unknown, faults: readonly ProfileFault[]): ServiceProfile | undefined {
  const isProfile = (candidate: unknown): candidate is ServiceProfile => isObject(candidate) && faults.length === 0;
  return isProfile(value) ? value : undefined;
}

type Rule = (value: unknown) => string | undefined;

const text: Rule = (value) => (typeof value === 'string' ? undefined : 'give a text');
const oneOrMore: Rule = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'give a text with something in it';
const record: Rule = (value) => (isObject(value) ? undefined : 'give an object');
const list: Rule = (value) => (Array.isArray(value) ? undefined : 'give a list of texts');

const SHAPE: Readonly<Record<keyof ServiceProfile, Rule>> = {
  request: oneOrMore,
  soapAction: text,
  headers: record,
  answer: oneOrMore,
  refusal: oneOrMore,
  charset: (value) => (value === 'ISO-8859-1' ? undefined : 'use "ISO-8859-1" or leave it out'),
  namespaces: list,
  token: oneOrMore,
  expiresIn: oneOrMore,
  expiresAt: oneOrMore,
  code: oneOrMore,
  success: text,
  codes: record,
  timing: record,
};
const REQUIRED = ['request', 'answer', 'token', 'codes'];
const MEANINGS = ['credentials', 'request', 'unavailable'];

function checkShape(value: Readonly<Record<string, unknown>>, fault: AddFault): void {
  refuseUnknown('', value, Object.keys(SHAPE), fault);
  for (const name of REQUIRED) if (value[name] === undefined) fault(name, 'set it');
  for (const [name, rule] of Object.entries(SHAPE)) {
    const remedy = value[name] === undefined ? undefined : rule(value[name]);
    if (remedy !== undefined) fault(name, remedy);
  }
  if (Array.isArray(value.namespaces)) checkTexts('namespaces', value.namespaces, fault);
}

function checkTexts(key: string, values: readonly unknown[], fault: AddFault): void {
  for (const [index, value] of values.entries())
    if (typeof value !== 'string') fault(`${key}[${index}]`, 'give a text');
}

function refuseUnknown(
  at: string,
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  fault: AddFault,
): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const meant = didYouMean(name, known, '; ') || `; the keys are ${known.join(', ')}`;
    fault(keyOf(at, name), `there is no such key${meant}`);
  }
}

/** Nobody misspells by more. */
const MAX_NAME = 100;

function keyOf(at: string, name: string): string {
  const shown = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
  if (at === '') return shown;
  return /^[A-Za-z_]\w*$/.test(shown) ? `${at}.${shown}` : `${at}[${JSON.stringify(shown)}]`;
}

/** A request template that could be read. */
interface RequestTemplate {
  readonly envelope: XmlElement;
  readonly child: XmlElement;
}

const IN_REQUEST = ['$uuid', '$now', '$endpoint'];
const IN_HEADERS = [...IN_REQUEST, '$basic'];
/** Whatever could end an element, an attribute, a comment or a CDATA section, or be changed on the way. */
const PROBE = ']]>{{x}}<&"\'-->\ré';

function checkTemplate(template: string, fault: AddFault): RequestTemplate | undefined {
  checkBraces('request', template, IN_REQUEST, fault);
  if (/^<\?xml[^>]*\sencoding\s*=\s*["'](?!utf-8["'])/i.test(template)) {
    fault('request', 'declare UTF-8 or no encoding: it is sent as UTF-8');
  }
  const request = parseTemplate(template);
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
    if (!isKnown(name, IN_REQUEST) || standsAsText(template, index)) continue;
    const rule = `must be the whole text of one element without children, in the Header or in the Body's element`;
    fault('request', `{{${name}}} ${rule}; not in a tag, an attribute, a comment or CDATA`);
  }
  return request;
}

/** @returns what is wrong with it, where it cannot be read */
function parseTemplate(template: string): RequestTemplate | string {
  try {
    const envelope = parseXml(template);
    return { envelope, child: soapBodyChild(envelope).child };
  } catch (error) {
    if (error instanceof XmlError) return error.message;
    throw error;
  }
}

function checkBraces(key: string, template: string, known: readonly string[], fault: AddFault): void {
  for (const name of new Set(placeholders(template))) {
    if (isKnown(name, known)) continue;
    const names = known.map((each) => `{{${each}}}`).join(', ');
    fault(
      key,
      `{{${name.slice(0, MAX_NAME)}}} is no field of a secret (letters, digits and _, a letter first) and none of ${names}`,
    );
  }
  if (/\{\{|\}\}/.test(fillTemplate(template, () => '')))
    fault(key, 'use double braces around a name only, as in {{username}}');
}

function isKnown(name: string, known: readonly string[]): boolean {
  return isFieldName(name) || known.includes(name);
}

/** Whether a value that is filled in comes back as it was given, and not as a part of something else. */
function standsAsText(template: string, index: number): boolean {
  const [name = ''] = placeholders(template).slice(index, index + 1);
  const filled = parseTemplate(fillTemplate(template, (_, each) => (each === index ? escapeXml(PROBE) : 'x')));
  if (typeof filled === 'string') return false;
  const headers = filled.envelope.children.filter((part) => part.name === 'Header');
  const found = [
    ...headers.flatMap(({ children }) => children).flatMap(withDescendants),
    ...withDescendants(filled.child),
  ].filter(({ text: own }) => own.includes(PROBE));
  // What the product fills in has no white space and no markup: it may have text around it, as in `urn:uuid:…`.
  return (
    found.length === 1 &&
    found.every((each) => each.children.length === 0 && (name.startsWith('$') || each.text === PROBE))
  );
}

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const OURS = /^(?:content-.*|soapaction|accept.*|host|connection|transfer-encoding|user-agent|proxy-.*)$/i;

function checkHeaders(headers: Readonly<Record<string, unknown>>, fault: AddFault): void {
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

const LOCAL_NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_.\-\u00b7]*$/u;

function checkPaths(
  value: Readonly<Record<string, unknown>>,
  request: RequestTemplate | undefined,
  fault: AddFault,
): void {
  const { answer, refusal, token, code } = value;
  for (const [name, local] of Object.entries({ answer, refusal })) {
    if (typeof local === 'string' && local !== '' && !LOCAL_NAME.test(local)) {
      fault(name, 'give the local name of an element, without a prefix');
    }
  }
  if (refusal !== undefined && refusal === answer) fault('refusal', 'leave it out: answer names the same element');
  for (const name of ['token', 'expiresIn', 'expiresAt', 'code']) {
    const path = value[name];
    if (typeof path === 'string' && path !== '' && !isPath(path)) {
      fault(name, 'join local names by /, as in return/authToken; a / in front starts below the Envelope');
    }
  }
  if (value.expiresIn !== undefined && value.expiresAt !== undefined) {
    fault('expiresAt', 'give expiresIn or expiresAt, not both');
  }
  if (value.success !== undefined && code === undefined) fault('success', 'set code too: the path at which it stands');
  if (typeof token === 'string' && isPath(token)) checkTokenPath(token, value, request, fault);
}

function isPath(path: string): boolean {
  return stepsOf(path).every((step) => LOCAL_NAME.test(step));
}

function checkTokenPath(
  path: string,
  value: Readonly<Record<string, unknown>>,
  request: RequestTemplate | undefined,
  fault: AddFault,
): void {
  const steps = stepsOf(path);
  const [last] = steps.slice(-1);
  if (last === value.answer || last === value.refusal) {
    fault('token', 'end it with another name than answer and refusal have');
  }
  if (steps.filter((step) => step === last).length > 1) fault('token', 'its last name may stand in it only once');
  const namespaces = Array.isArray(value.namespaces)
    ? value.namespaces.filter((name) => typeof name === 'string')
    : undefined;
  if (request !== undefined && elementsAt(path, { ...request, namespaces }).length > 0) {
    fault('token', 'it leads to an element of the request: an echo of that would be taken for a token');
  }
}

function checkCodes(codes: Readonly<Record<string, unknown>>, fault: AddFault): void {
  refuseUnknown('codes', codes, MEANINGS, fault);
  const places = new Map<string, string>();
  for (const meaning of MEANINGS) {
    const listed = codes[meaning];
    if (listed === undefined) continue;
    if (!Array.isArray(listed)) {
      fault(`codes.${meaning}`, 'give a list of texts');
      continue;
    }
    checkTexts(`codes.${meaning}`, listed, fault);
    for (const [index, code] of listed.entries()) {
      if (typeof code !== 'string') continue;
      const key = `codes.${meaning}[${index}]`;
      if (!/^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/.test(code)) {
        fault(key, 'use printable ASCII without white space around it');
      }
      const before = places.get(code);
      if (before !== undefined && before !== meaning)
        fault(key, `it stands in codes.${before} too: give it one meaning`);
      places.set(code, before ?? meaning);
    }
  }
}

const TIMING: Readonly<Record<keyof NonNullable<ServiceProfile['timing']>, Rule>> = {
  tokenLifetime: duration,
  refreshEvery: duration,
  checkEvery: duration,
  renewal: (value) => (value === 'at expiry' ? undefined : 'use "at expiry" or leave it out'),
  loginsPerDay: (value) =>
    Number.isSafeInteger(value) && Number(value) > 0 ? undefined : 'use a whole number above 0',
};

function duration(value: unknown): string | undefined {
  return typeof value === 'string' && DURATION_PATTERN.test(value) ? undefined : DURATION_RULE;
}

function checkTiming(timing: Readonly<Record<string, unknown>>, fault: AddFault): void {
  refuseUnknown('timing', timing, Object.keys(TIMING), fault);
  for (const [name, rule] of Object.entries(TIMING)) {
    const remedy = timing[name] === undefined ? undefined : rule(timing[name]);
    if (remedy !== undefined) fault(`timing.${name}`, remedy);
  }
  if (timing.renewal !== undefined && timing.refreshEvery !== undefined) {
    fault(
      'timing.refreshEvery',
      'leave it out beside renewal: such a service gives out no token before the old one ends',
    );
  }
}

function fixedSecrets({ envelope }: RequestTemplate): readonly ProfileFault[] {
  return withDescendants(envelope)
    .filter((element) => namesSecret(element.name) && ownText(element) !== '' && !/\{\{/.test(element.text))
    .map(({ name }) => ({ key: 'request', remedy: `the text of <${name}> is fixed, ${IN_SIGHT}` }));
}

function fixedHeaders(headers: unknown): readonly ProfileFault[] {
  return Object.entries(isObject(headers) ? headers : {})
    .filter(
      ([name, value]) => typeof value === 'string' && value.trim() !== '' && !/\{\{/.test(value) && namesSecret(name),
    )
    .map(([name]) => ({ key: keyOf('headers', name), remedy: `its value is fixed, ${IN_SIGHT}` }));
}

/** What databases and directories say of their own trouble would be taken for the service's refusal. */
function shortSentences(codes: unknown): readonly ProfileFault[] {
  return Object.entries(isObject(codes) ? codes : {}).flatMap(([meaning, listed]) =>
    (Array.isArray(listed) ? listed : []).flatMap((code, index) =>
      typeof code === 'string' && /^\S+\s+\S+$/.test(code)
        ? [
            {
              key: `codes.${meaning}[${index}]`,
              remedy: 'two words are too few: databases say so too; give the whole sentence',
            },
          ]
        : [],
    ),
  );
}

const IN_SIGHT =
  'and a profile is in plain sight in the console and in `cdk diff`: if it is a secret, put it into the secret, as {{name}}';

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
