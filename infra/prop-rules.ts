import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import { checkProfile } from '../lambda/services/check-profile.ts';
import {
  endpointRemedies,
  loginsPerDayRemedies,
  parameterNameRemedies,
  parseHttpUrl,
  proxyRemedies,
  renewalWindowRemedies,
  secondsRemedies,
  soapActionRemedies,
} from '../lambda/setting-rules.ts';
import { durationText, type Timing } from '../lambda/timing.ts';
import type { Fault } from './fault.ts';
import { secondsOf, timingOfProps } from './timing.ts';
import type { TokenRefresherProps } from './token-refresher-props.ts';

/** The props that can be wrong although they compile. */
export type CheckedProps = Partial<
  Pick<
    TokenRefresherProps,
    | 'endpoint'
    | 'allowHttp'
    | 'soapAction'
    | 'tokenParameterName'
    | 'tokenLifetime'
    | 'refreshEvery'
    | 'checkEvery'
    | 'renewalWindow'
    | 'renewal'
    | 'service'
    | 'proxy'
    | 'loginsPerDay'
    | 'runbookUrl'
    | 'reservedConcurrency'
    | 'removalPolicy'
    | 'credentialsMaxAge'
  >
> & { readonly alarmActions?: unknown };

/**
 * CloudWatch takes periods of up to a day, and RefreshFailing looks at three times checkEvery. All periods that an alarm
 * looks at may span a day, or a week where each has an hour or more: the four of TokenRejected stay far below.
 */
const MAX_CHECK_EVERY_MINUTES = 8 * 60;

/** Keeps the alarms' names and the function's description, which carry the name, below 256 characters. */
const MAX_PARAMETER_NAME_LENGTH = 200;

/** Keeps the alarms' descriptions below CloudWatch's 1024 characters. */
const MAX_RUNBOOK_URL_LENGTH = 200;

/** Everything that is wrong with the props, all at once. */
export function propFaults(props: CheckedProps): readonly Fault[] {
  const profileFaults = [...serviceFaults(props)];
  return [
    ...profileFaults,
    ...proxyFaults(props),
    ...renewalFaults(props),
    ...endpointFaults(props),
    ...soapActionFaults(props),
    ...parameterNameFaults(props),
    // The timing of a profile that is wrong is no timing.
    ...timingFaults(profileFaults.length === 0 ? props : { ...props, service: undefined }),
    ...alarmActionsFaults(props),
    ...runbookUrlFaults(props),
    ...reservedConcurrencyFaults(props),
    ...removalPolicyFaults(props),
  ];
}

function* serviceFaults({ service }: CheckedProps): Iterable<Fault> {
  if (service === undefined) return;
  for (const { key, remedy } of checkProfile(service).faults) yield { names: ['service'], value: key, remedy };
}

function* proxyFaults({ proxy }: CheckedProps): Iterable<Fault> {
  if (proxy === undefined) return;
  // A user and a password may stand in it.
  const value = proxy.includes('@') ? '(not shown)' : proxy;
  for (const remedy of proxyRemedies(Token.isUnresolved(proxy) ? '' : proxy)) yield { names: ['proxy'], value, remedy };
}

function* renewalFaults(props: CheckedProps): Iterable<Fault> {
  const renewal: unknown = props.renewal ?? props.service?.timing?.renewal;
  if (renewal === undefined) return;
  if (renewal !== 'at expiry')
    yield { names: ['renewal'], value: renewal, remedy: 'give "at expiry", or leave it out' };
  for (const name of ['refreshEvery', 'renewalWindow'] as const) {
    if (props[name] === undefined) continue;
    const remedy = 'leave it out: the service renews at expiry, so a token is replaced at its end';
    yield { names: [name, 'renewal'], value: props[name], remedy };
  }
}

function* endpointFaults({ endpoint, allowHttp }: CheckedProps): Iterable<Fault> {
  // What stands before an "@" may be a password.
  const value = `${endpoint}`.includes('@') ? '(not shown)' : endpoint;
  // An unresolved token is no address yet.
  for (const remedy of endpointRemedies(known(endpoint))) yield { names: ['endpoint'], value, remedy };
  if (/^http:/i.test(`${endpoint}`) && allowHttp !== true) {
    const remedy = 'use https, or set allowHttp to true to send the credentials unencrypted';
    yield { names: ['endpoint', 'allowHttp'], value, remedy };
  }
}

function* soapActionFaults({ soapAction = '' }: CheckedProps): Iterable<Fault> {
  for (const remedy of soapActionRemedies(soapAction)) yield { names: ['soapAction'], value: soapAction, remedy };
}

function* parameterNameFaults({ tokenParameterName: name }: CheckedProps): Iterable<Fault> {
  const fault = (remedy: string): Fault => ({ names: ['tokenParameterName'], value: name, remedy });
  for (const remedy of parameterNameRemedies(known(name))) yield fault(remedy);
  if (name !== undefined && name.length > MAX_PARAMETER_NAME_LENGTH) {
    yield fault(
      `use at most ${MAX_PARAMETER_NAME_LENGTH} characters: alarms and descriptions carry the name, and have limits of their own`,
    );
  }
}

/** Nothing where it is known only when deploying. */
function known(text = ''): string {
  return Token.isUnresolved(text) ? '' : text;
}

const DURATIONS = ['tokenLifetime', 'refreshEvery', 'checkEvery', 'renewalWindow', 'credentialsMaxAge'] as const;

function timingFaults(props: CheckedProps): readonly Fault[] {
  const unresolved = DURATIONS.filter((name) => props[name]?.isUnresolved());
  // Durations that are no usable numbers cannot be compared.
  if (unresolved.length > 0) {
    const remedy = 'give a literal duration; it is checked against the others';
    return unresolved.map((name) => ({ names: [name], value: 'a value known only when deploying', remedy }));
  }
  const timing = timingOfProps(props);
  const each = DURATIONS.flatMap((name) => [...durationFaults(name, props, timing)]);
  if (each.length > 0) return each;
  return [...checkEveryFaults(timing), ...relationFaults(timing), ...loginsPerDayFaults(props, timing)];
}

function* durationFaults(name: (typeof DURATIONS)[number], props: CheckedProps, timing: Timing): Iterable<Fault> {
  const seconds = name === 'credentialsMaxAge' ? secondsOf(props.credentialsMaxAge) : timing[`${name}Seconds`];
  if (seconds === undefined) return;
  const remedies = name === 'renewalWindow' ? renewalWindowRemedies(seconds) : secondsRemedies(seconds);
  for (const remedy of remedies) yield { names: [name], value: duration(seconds), remedy };
}

function* checkEveryFaults({ checkEverySeconds }: Timing): Iterable<Fault> {
  if (checkEverySeconds % 60 === 0 && checkEverySeconds <= MAX_CHECK_EVERY_MINUTES * 60) return;
  const remedy = 'use whole minutes, at most 8 hours: schedules and CloudWatch periods allow no others';
  yield { names: ['checkEvery'], value: duration(checkEverySeconds), remedy };
}

function* relationFaults(timing: Timing): Iterable<Fault> {
  const { tokenLifetimeSeconds, refreshEverySeconds, checkEverySeconds, renewalWindowSeconds: windowSeconds } = timing;
  const checkEvery = duration(checkEverySeconds);
  if (windowSeconds === 0) return;
  if (windowSeconds !== undefined) {
    if (windowSeconds > tokenLifetimeSeconds) {
      const remedy = `make it at most tokenLifetime (${durationText(tokenLifetimeSeconds)})`;
      yield { names: ['renewalWindow', 'tokenLifetime'], value: duration(windowSeconds), remedy };
    }
    if (checkEverySeconds * 3 > windowSeconds) {
      const remedy = `make it at most a third of renewalWindow (${durationText(windowSeconds)}), so that a failed tick is followed by others`;
      yield { names: ['checkEvery', 'renewalWindow'], value: checkEvery, remedy };
    }
    return;
  }
  if (checkEverySeconds > refreshEverySeconds) {
    const remedy = `make it at most refreshEvery (${durationText(refreshEverySeconds)}), which could not be kept otherwise`;
    yield { names: ['checkEvery', 'refreshEvery'], value: checkEvery, remedy };
  }
  if (timing.replacedAfterSeconds + 2 * checkEverySeconds > tokenLifetimeSeconds) {
    const remedy = `make checkEvery or refreshEvery (${durationText(refreshEverySeconds)}) shorter: one failed tick could let a token of ${durationText(tokenLifetimeSeconds)} expire`;
    yield { names: ['checkEvery', 'refreshEvery', 'tokenLifetime'], value: checkEvery, remedy };
  }
}

/** Whether the schedule alone leaves room in the ration: one login is kept for a person, and one for a failure. */
function* loginsPerDayFaults(props: CheckedProps, { replacedAfterSeconds }: Timing): Iterable<Fault> {
  const loginsPerDay = props.loginsPerDay ?? props.service?.timing?.loginsPerDay;
  if (loginsPerDay === undefined) return;
  const fault = (remedy: string): Fault => ({ names: ['loginsPerDay'], value: loginsPerDay, remedy });
  const remedies = loginsPerDayRemedies(loginsPerDay);
  for (const remedy of remedies) yield fault(remedy);
  const needed = Math.ceil(86_400 / replacedAfterSeconds);
  if (remedies.length === 0 && needed > loginsPerDay - 2) {
    yield fault(`let tokens grow older: the schedule alone needs ${needed} logins a day, and two are kept back`);
  }
}

function* alarmActionsFaults({ alarmActions }: CheckedProps): Iterable<Fault> {
  // The type says so already, but only to those who compile.
  if (alarmActions !== undefined) return;
  const remedy = "say whom the alarms notify: { page, ticket }, or 'none'";
  yield { names: ['alarmActions'], value: alarmActions, remedy };
}

function* runbookUrlFaults({ runbookUrl }: CheckedProps): Iterable<Fault> {
  if (runbookUrl === undefined) return;
  if (parseHttpUrl(known(runbookUrl)) !== undefined && runbookUrl.length <= MAX_RUNBOOK_URL_LENGTH) return;
  const remedy = `give an http or https address of at most ${MAX_RUNBOOK_URL_LENGTH} characters`;
  yield { names: ['runbookUrl'], value: runbookUrl, remedy };
}

function* reservedConcurrencyFaults({ reservedConcurrency: reserved }: CheckedProps): Iterable<Fault> {
  if (reserved === undefined || reserved === 'none' || (Number.isInteger(reserved) && reserved >= 1)) return;
  const remedy = 'use a whole number from 1, or "none"; to stop the function, set paused to true';
  yield { names: ['reservedConcurrency'], value: reserved, remedy };
}

function* removalPolicyFaults({ removalPolicy }: CheckedProps): Iterable<Fault> {
  // The type says so already, but only to those who compile.
  if (removalPolicy === undefined || [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY].includes(removalPolicy)) return;
  yield { names: ['removalPolicy'], value: removalPolicy, remedy: 'use RemovalPolicy.RETAIN or RemovalPolicy.DESTROY' };
}

function duration(seconds: number): Duration {
  return Duration.millis(seconds * 1000);
}
