import { Duration, Token } from 'aws-cdk-lib';
import { checkProfile } from '../lambda/services/check-profile.ts';
import { mastersIndia } from '../lambda/services/masters-india.ts';
import type { ServiceProfile } from '../lambda/services/profile.ts';
import { serviceOf } from '../lambda/services/service.ts';
import { loginsPerDayRemedies, proxyRemedies } from '../lambda/setting-rules.ts';
import type { Fault } from './fault.ts';
import { parseDuration, type TimingProps, timingOf } from './timing.ts';

/** The props by which a service that is not Masters India's is described and reached. */
export interface ServiceProps extends TimingProps {
  readonly service?: ServiceProfile;
  readonly loginsPerDay?: number;
  readonly proxy?: string;
}

/** The props with the profile's own timing where they say nothing. */
export function withTimingOf<Props extends ServiceProps>(props: Props): Props {
  const { tokenLifetime, refreshEvery, checkEvery, renewal, loginsPerDay } = props.service?.timing ?? {};
  const given = Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));
  const defaults: ServiceProps = {
    tokenLifetime: parseDuration(tokenLifetime),
    refreshEvery: parseDuration(refreshEvery),
    checkEvery: parseDuration(checkEvery),
    renewal,
    loginsPerDay,
  };
  return { ...props, ...defaults, ...given };
}

/** Where a person puts the credentials: the secret's JSON, its values left open. */
export function credentialsTemplate(service: ServiceProfile | undefined): string {
  const { fields } = serviceOf(service ?? mastersIndia);
  return JSON.stringify(Object.fromEntries(fields.map(({ name }) => [name, '...'])));
}

/** Everything that is wrong with the service's description. */
export function* serviceFaults({ service, proxy }: ServiceProps): Iterable<Fault> {
  if (service !== undefined) {
    for (const { key, remedy } of checkProfile(service).faults) {
      yield { names: ['service'], value: key, remedy };
    }
  }
  if (proxy !== undefined) {
    // A user and a password may stand in it.
    const value = proxy.includes('@') ? '(not shown)' : proxy;
    for (const remedy of proxyRemedies(Token.isUnresolved(proxy) ? '' : proxy))
      yield { names: ['proxy'], value, remedy };
  }
}

/**
 * Whether the schedule alone leaves room in the ration: one login is kept for a person, and one for a failure.
 * @param props with the profile's timing
 */
export function* loginsPerDayFaults({ loginsPerDay, ...timing }: ServiceProps): Iterable<Fault> {
  if (loginsPerDay === undefined) return;
  const fault = (remedy: string): Fault => ({ names: ['loginsPerDay'], value: loginsPerDay, remedy });
  const remedies = loginsPerDayRemedies(loginsPerDay);
  for (const remedy of remedies) yield fault(remedy);
  const needed = Math.ceil(Duration.days(1).toSeconds() / timingOf(timing).replacedAfterSeconds);
  if (remedies.length === 0 && needed > loginsPerDay - 2) {
    yield fault(`let tokens grow older: the schedule alone needs ${needed} logins a day, and two are kept back`);
  }
}

/** Lambda allows 4 KB for all variables together. */
const MAX_VARIABLES_BYTES = 4096;
/** The longest ARN that may stand for one that is known when deploying only. */
const ARN_CHARACTERS = 200;

/** @returns what is wrong with the function's variables, all of them together */
export function* variablesFaults(environment: Readonly<Record<string, string>>): Iterable<Fault> {
  const whole = Object.entries(environment).map(([name, value]) => [
    name,
    Token.isUnresolved(value) ? 'x'.repeat(ARN_CHARACTERS) : value,
  ]);
  const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(whole)));
  if (bytes > MAX_VARIABLES_BYTES) {
    const remedy = `shorten the profile: the function's variables take ${bytes} bytes, and Lambda allows ${MAX_VARIABLES_BYTES}`;
    yield { names: ['service'], value: 'profile', remedy };
  }
}
