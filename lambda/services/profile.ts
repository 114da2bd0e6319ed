/**
 * How one SOAP service hands out a token: what to send, and where things stand in what comes back. Data only; nothing in
 * it runs.
 *
 * A path is local names joined by `/`, from the `answer` element: `return/authToken`. With a `/` in front it starts below
 * the Envelope: `/Header/Security/BinarySecurityToken`. No attributes, no XPath, no patterns.
 *
 * @example
 * const acme: ServiceProfile = {
 *   request:
 *     '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><a:login xmlns:a="urn:acme">' +
 *     '<user>{{username}}</user><password>{{password}}</password></a:login></e:Body></e:Envelope>',
 *   answer: 'loginResponse',
 *   token: 'sessionId',
 *   expiresIn: 'secondsToLive',
 *   code: 'returnCode',
 *   codes: { credentials: ['BAD_LOGIN', 'Wrong user or password'], unavailable: ['BUSY'] },
 *   timing: { tokenLifetime: '1 hour' },
 * };
 */
export interface ServiceProfile {
  /**
   * The envelope. `{{name}}` is a field of the secret; `{{$uuid}}`, `{{$now}}` and `{{$endpoint}}` are filled in. Its
   * namespace says SOAP 1.1 or 1.2.
   */
  readonly request: string;
  /** SOAPAction, in SOAP 1.2 the parameter `action`. Default: an empty SOAPAction, no `action`. */
  readonly soapAction?: string;
  /** Further HTTP headers. Values take the same placeholders and `{{$basic}}`: Base64 of `username:password` in UTF-8. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Local name of the element in the answer's Body. */
  readonly answer: string;
  /** Local name of another element that stands there where the service refuses, and never holds a token. */
  readonly refusal?: string;
  /** The characters that the service keeps of a value; others get a warning with the field's name. Default: all. */
  readonly charset?: 'ISO-8859-1';
  /**
   * Namespaces that `answer` and the elements on the paths may have. The elements on the paths, and an answer without a
   * token, may also have none. Default: any.
   */
  readonly namespaces?: string[];
  /** Path of the token. */
  readonly token: string;
  /** Path of the token's lifetime in whole seconds. Not together with `expiresAt`. */
  readonly expiresIn?: string;
  /** Path of the instant at which the token ends (ISO 8601; without a zone, UTC). Not together with `expiresIn`. */
  readonly expiresAt?: string;
  /** Path of a return code, where a code without a letter may stand, and where a text that is not listed refuses. */
  readonly code?: string;
  /** What stands at `code` beside a token; `''` also for an element that is absent. */
  readonly success?: string;
  /** What the service says, by what it means. */
  readonly codes: ServiceCodes;
  /** How the service wants to be used: defaults of the construct's props of these names. */
  readonly timing?: ServiceTiming;
}

/**
 * Codes, and sentences as they stand (an entry with a blank in it; case does not count). `''` is an empty token and nothing
 * else.
 */
export interface ServiceCodes {
  /** The credentials are wrong or barred: asking again does not help, and may lock the account. */
  readonly credentials?: string[];
  /** The request is wrong: for a developer. */
  readonly request?: string[];
  /** It heals by itself. */
  readonly unavailable?: string[];
}

/** Written as in cdk.json: "90 seconds", "15 minutes", "4 hours", "1 day". */
export interface ServiceTiming {
  /** How long a token lives. */
  readonly tokenLifetime?: string;
  /** How old it may grow. */
  readonly refreshEvery?: string;
  /** How often to look whether it is due. */
  readonly checkEvery?: string;
  /** The service gives out a new token only after the old one's end. */
  readonly renewal?: 'at expiry';
  /** How many logins the service allows in 24 hours. */
  readonly loginsPerDay?: number;
}
