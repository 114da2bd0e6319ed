/**
 * What a setting must look like: one set of rules for the construct, which checks at synth, and for the function, which
 * checks its environment. Each rule gives the remedies for what is wrong, none for a good value.
 */

/** The function reads at most eight digits, which is three years. */
const MAX_SECONDS = 99_999_999;

/**
 * SSM allows 15 levels, and the status parameter takes one.
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 */
const MAX_PARAMETER_LEVELS = 14;

/** An http or https address without a user name or a password. */
export function endpointRemedies(text: string): readonly string[] {
  const url = parseHttpUrl(text);
  if (url === undefined) return ['give the whole https address, as text that is known at synth'];
  if (url.username === '' && url.password === '') return [];
  return ['leave user name and password out; credentials belong into the secret'];
}

/**
 * The value of the SOAPAction header, without its quotation marks; empty is allowed.
 * @see https://www.w3.org/TR/2000/NOTE-SOAP-20000508/ section 6.1.1
 */
export function soapActionRemedies(text: string): readonly string[] {
  if (/^[\x21\x23-\x7e]*$/.test(text)) return [];
  return ['use printable ASCII without spaces and quotation marks; those around it are added'];
}

/** The name of the token parameter, which leaves a level for the parameters below it. */
export function parameterNameRemedies(name: string): readonly string[] {
  if (!/^(\/[A-Za-z0-9._-]+)+$/.test(name)) {
    return ['start with "/" and use letters, digits, ".", "-", "_" and "/" only, for example /my-service/access-token'];
  }
  const remedies: string[] = [];
  if (/^\/(aws|ssm)/i.test(name)) {
    remedies.push('begin otherwise: SSM keeps names that begin with "aws" or "ssm" for itself');
  }
  if (/\/(status|attempt|rejected)$/.test(name)) {
    remedies.push('end otherwise: the name may belong to the status, the attempt or the report of another token');
  }
  if (name.split('/').length - 1 > MAX_PARAMETER_LEVELS) {
    remedies.push(`use at most ${MAX_PARAMETER_LEVELS} levels: the status parameter needs one of SSM's 15`);
  }
  return remedies;
}

/** A duration in seconds: whole, from 1 to 99,999,999. */
export function secondsRemedies(seconds: number): readonly string[] {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_SECONDS) return [];
  return [`use whole seconds, from 1 to ${MAX_SECONDS}`];
}

/**
 * How many logins a service allows in 24 hours: the schedule needs one, and one is kept for a person. The attempt
 * parameter holds an instant for each, and SSM takes 8,192 bytes.
 */
export function loginsPerDayRemedies(logins: number): readonly string[] {
  return Number.isInteger(logins) && logins >= 2 && logins <= 200 ? [] : ['give a whole number from 2 to 200'];
}

/** `http://host:port`. A password for a proxy has no place in a variable that everybody can read. */
export function proxyRemedies(text: string): readonly string[] {
  const url = parseHttpUrl(text);
  const isPlain = url?.protocol === 'http:' && /^http:\/\/[^/?#@\\]+\/?$/i.test(text);
  return isPlain ? [] : ['give http://host:port, without user and path'];
}

/** An absolute http or https address without white space; undefined for anything else. */
export function parseHttpUrl(text: string): URL | undefined {
  if (/\s/.test(text)) return undefined;
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}
