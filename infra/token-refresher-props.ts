import { type Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ServiceProfile } from '../lambda/services/profile.ts';
import {
  endpointRemedies,
  parameterNameRemedies,
  parseHttpUrl,
  secondsRemedies,
  soapActionRemedies,
} from '../lambda/setting-rules.ts';
import type { Fault } from './fault.ts';
import { loginsPerDayFaults, serviceFaults, withTimingOf } from './service-settings.ts';
import { timingOf } from './timing.ts';

/** What a refresher needs to be told. Only what has no sensible default is required. */
export interface TokenRefresherProps {
  /** Address of the SOAP endpoint that hands out the token. https, unless `allowHttp` is true. */
  readonly endpoint: string;

  /**
   * Whether the endpoint may be plain http. The credentials and the token then travel readable for everyone on the
   * way: for test hosts that offer nothing better.
   *
   * @default false
   */
  readonly allowHttp?: boolean;

  /**
   * Value of the SOAPAction header, without the quotation marks. A wrong one is refused by services that look at it.
   *
   * @default - empty, which every server tried accepts
   */
  readonly soapAction?: string;

  /**
   * Which service hands out the token: a profile that says what to send and where things stand in the answer. Those of
   * `soap-token-refresher/services`, or your own. Its `timing` is the default of the props of these names.
   *
   * @default - Masters India's e-invoicing, or whatever else runs `access_new_token` on NuSOAP
   */
  readonly service?: ServiceProfile;

  /**
   * An HTTP proxy through which the SOAP service is asked, and nothing else: `http://host:port`, without a user.
   *
   * @default - the service is asked directly
   */
  readonly proxy?: string;

  /**
   * The secret that holds the credentials as JSON: for Masters India `{"username", "password", "client_id",
   * "client_secret"}`, for another service the names in its profile's braces. With `"tls_certificate"` and `"tls_key"` the
   * function shows the service a client certificate; `"tls_ca"` takes the place of the public authorities (all PEM). It
   * is read afresh on every tick, so that a new version takes effect with the next one.
   *
   * @default - a new secret without a value, retained when the stack is deleted: put the credentials there once
   */
  readonly credentials?: ISecret;

  /**
   * Name of the SecureString parameter that holds the token, for example `/masters-india-staging/access-token`. The
   * status stands beside it, in `<name>/status`. At most 14 levels, because the status needs one more.
   */
  readonly tokenParameterName: string;

  /**
   * The key that encrypts the token. Share one among several tokens to save its monthly price: what each reader may
   * decrypt is still held apart, by the parameter's name.
   *
   * @default - a new key, rotated every year, retained when the stack is deleted
   */
  readonly encryptionKey?: IKey;

  /**
   * How long the service says that a token lives. Used where a reply does not say so itself, and to set the threshold of
   * the alarm TokenExpiring: keep it true.
   *
   * @default Duration.hours(4)
   */
  readonly tokenLifetime?: Duration;

  /**
   * How old a token may grow before it is replaced; half of its lifetime where that is shorter.
   *
   * @default Duration.hours(2)
   */
  readonly refreshEvery?: Duration;

  /**
   * How often the function looks whether the token is due: whole minutes, at most 8 hours. Also how soon it tries again
   * after a failure, and how soon it picks up changed credentials. Equal to `refreshEvery`, every tick refreshes.
   *
   * @default Duration.minutes(15)
   */
  readonly checkEvery?: Duration;

  /**
   * For services that hand out a new token only shortly before the old one expires: how long before. Takes the place of
   * `refreshEvery`. At least 3 times `checkEvery`.
   *
   * @default - the token is replaced according to `refreshEvery`
   */
  readonly renewalWindow?: Duration;

  /**
   * `'at expiry'` for services that hand out a new token only after the old one's end. The token is then due at its end,
   * `checkEvery` is a minute unless set, and TokenExpiring fires when there has been no token for three checks. Readers
   * have none for up to `checkEvery`. Not together with `refreshEvery` or `renewalWindow`.
   *
   * @default - the token is replaced while it lives
   */
  readonly renewal?: 'at expiry';

  /**
   * How many logins the service allows in 24 hours. The refresher counts them in the status, stops one short, and leaves
   * that one to a person who forces a refresh.
   *
   * @default - the service does not count
   */
  readonly loginsPerDay?: number;

  /** Whom the alarms tell, or an explicit `'none'`: alarms that reach nobody must be a decision. */
  readonly alarmActions: AlarmActions | 'none';

  /**
   * Address of your own runbook; every alarm's description carries it. At most 200 characters.
   *
   * @default - the descriptions speak for themselves
   */
  readonly runbookUrl?: string;

  /**
   * Stops the schedule and silences the alarms together, for a planned outage of the service.
   *
   * @default false
   */
  readonly paused?: boolean;

  /**
   * How many runs Lambda sets aside for this function, which is also the most it allows at once. The token does not need
   * it: of two runs at once only one logs in, since a run announces its login in the status first. The number is taken from
   * the quota that all functions of the account share. New accounts have a quota of 10, of which nothing can be set aside:
   * there every number fails the deployment.
   *
   * @default 'none'
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  readonly reservedConcurrency?: number | 'none';

  /**
   * From which age on somebody should put new credentials: some time ahead of the day on which the vendor ends the password,
   * say 80 days where that is after 90. Counted from when the secret's current version was put. Past it, CredentialsAging
   * makes a ticket. That alarm and its metric cost $0.40 a month.
   *
   * @default - nobody looks at their age
   */
  readonly credentialsMaxAge?: Duration;

  /**
   * How long the function's log is kept. It holds no secret.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * What becomes of the new secret and the new key when the stack is deleted. With `RemovalPolicy.DESTROY`, for environments
   * that live for a day, nothing is left that costs: the secret is deleted, and the key is scheduled for deletion in seven
   * days, in which it is not billed. Existing ones that were handed over stay. The parameters stay too, free of charge,
   * because the function wrote them: an output has the command that removes them.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy.RETAIN | RemovalPolicy.DESTROY;

  /**
   * Runs the function in this VPC, for services that admit fixed addresses only. Its subnets need a way to the service
   * and to SSM, Secrets Manager and CloudWatch Logs; a NAT gateway with an Elastic IP gives both, and the fixed address.
   *
   * @default - outside of any VPC
   */
  readonly vpc?: IVpc;

  /**
   * Which subnets of `vpc`.
   *
   * @default - its private subnets with egress
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * The function's security groups in `vpc`.
   *
   * @default - a new one that lets everything out and nothing in
   */
  readonly securityGroups?: ISecurityGroup[];
}

/** Where the alarms go. A page alarm also notifies when it is over. */
export interface AlarmActions {
  /** Wakes a person: TokenExpiring and CredentialsRefused. */
  readonly page: IAlarmAction;
  /**
   * Waits for working hours: RefreshFailing, TokenRejected and CredentialsAging.
   *
   * @default - these show in the console and on the dashboard only
   */
  readonly ticket?: IAlarmAction;
}

/** The props that can be wrong although they compile. */
export type CheckedProps = Pick<
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
export function propFaults(given: CheckedProps): readonly Fault[] {
  const described = [...serviceFaults(given)];
  const isDescribed = !described.some(({ names }) => names.includes('service'));
  // The timing of a profile that is wrong is no timing.
  const props = withTimingOf(isDescribed ? given : { ...given, service: undefined });
  return [
    ...described,
    ...renewalFaults(given, props.renewal),
    ...endpointFaults(props),
    ...soapActionFaults(props),
    ...parameterNameFaults(props),
    ...timingFaults(props),
    ...alarmActionsFaults(props),
    ...runbookUrlFaults(props),
    ...reservedConcurrencyFaults(props),
    ...removalPolicyFaults(props),
  ];
}

function* renewalFaults(given: CheckedProps, renewal: unknown): Iterable<Fault> {
  if (renewal === undefined) return;
  if (renewal !== 'at expiry')
    yield { names: ['renewal'], value: renewal, remedy: 'give "at expiry", or leave it out' };
  for (const name of ['refreshEvery', 'renewalWindow'] as const) {
    if (given[name] === undefined) continue;
    const remedy = 'leave it out: the service renews at expiry, so a token is replaced at its end';
    yield { names: [name, 'renewal'], value: given[name], remedy };
  }
}

function* endpointFaults({ endpoint, allowHttp }: CheckedProps): Iterable<Fault> {
  // What stands before an "@" may be a password.
  const value = `${endpoint}`.includes('@') ? '(not shown)' : endpoint;
  // An unresolved token is no address yet.
  for (const remedy of endpointRemedies(Token.isUnresolved(endpoint) ? '' : endpoint)) {
    yield { names: ['endpoint'], value, remedy };
  }
  if (/^http:/i.test(endpoint) && allowHttp !== true) {
    yield {
      names: ['endpoint', 'allowHttp'],
      value,
      remedy: 'use https, or set allowHttp to true to send the credentials unencrypted',
    };
  }
}

function* soapActionFaults({ soapAction = '' }: CheckedProps): Iterable<Fault> {
  for (const remedy of soapActionRemedies(soapAction)) yield { names: ['soapAction'], value: soapAction, remedy };
}

function* parameterNameFaults({ tokenParameterName: name }: CheckedProps): Iterable<Fault> {
  const fault = (remedy: string): Fault => ({ names: ['tokenParameterName'], value: name, remedy });
  for (const remedy of parameterNameRemedies(Token.isUnresolved(name) ? '' : name)) yield fault(remedy);
  if (name.length > MAX_PARAMETER_NAME_LENGTH) {
    yield fault(
      `use at most ${MAX_PARAMETER_NAME_LENGTH} characters: alarms and descriptions carry the name, and have limits of their own`,
    );
  }
}

function timingFaults(props: CheckedProps): readonly Fault[] {
  const { tokenLifetime, refreshEvery, checkEvery, renewalWindow, credentialsMaxAge } = props;
  const each = Object.entries({ tokenLifetime, refreshEvery, checkEvery, renewalWindow, credentialsMaxAge }).flatMap(
    ([name, duration]) => [...durationFaults(name, duration)],
  );
  // Durations that are no usable numbers cannot be compared.
  return each.length > 0 ? each : [...checkEveryFaults(props), ...relationFaults(props), ...loginsPerDayFaults(props)];
}

function* durationFaults(name: string, duration: Duration | undefined): Iterable<Fault> {
  if (duration === undefined) return;
  const fault = (value: unknown, remedy: string): Fault => ({ names: [name], value, remedy });
  if (duration.isUnresolved()) {
    yield fault('a value known only when deploying', 'give a literal duration; it is checked against the others');
    return;
  }
  for (const remedy of secondsRemedies(duration.toMilliseconds() / 1000)) yield fault(duration, remedy);
}

function* checkEveryFaults({ checkEvery }: CheckedProps): Iterable<Fault> {
  if (checkEvery === undefined) return;
  const minutes = checkEvery.toSeconds() / 60;
  if (!Number.isInteger(minutes) || minutes > MAX_CHECK_EVERY_MINUTES) {
    yield {
      names: ['checkEvery'],
      value: checkEvery,
      remedy: 'use whole minutes, at most 8 hours: schedules and CloudWatch periods allow no others',
    };
  }
}

function* relationFaults(props: CheckedProps): Iterable<Fault> {
  const { tokenLifetime, refreshEvery, checkEvery, renewalWindow, renewal, replacedAfterSeconds } = timingOf(props);
  if (renewal === 'at expiry') return;
  if (renewalWindow !== undefined) {
    if (renewalWindow.toSeconds() > tokenLifetime.toSeconds()) {
      yield {
        names: ['renewalWindow', 'tokenLifetime'],
        value: renewalWindow,
        remedy: `make it at most tokenLifetime (${tokenLifetime.toHumanString()})`,
      };
    }
    if (checkEvery.toSeconds() * 3 > renewalWindow.toSeconds()) {
      yield {
        names: ['checkEvery', 'renewalWindow'],
        value: checkEvery,
        remedy: `make it at most a third of renewalWindow (${renewalWindow.toHumanString()}), so that a failed tick is followed by others`,
      };
    }
    return;
  }
  if (checkEvery.toSeconds() > refreshEvery.toSeconds()) {
    yield {
      names: ['checkEvery', 'refreshEvery'],
      value: checkEvery,
      remedy: `make it at most refreshEvery (${refreshEvery.toHumanString()}), which could not be kept otherwise`,
    };
  }
  if (replacedAfterSeconds + 2 * checkEvery.toSeconds() > tokenLifetime.toSeconds()) {
    yield {
      names: ['checkEvery', 'refreshEvery', 'tokenLifetime'],
      value: checkEvery,
      remedy: `make checkEvery or refreshEvery (${refreshEvery.toHumanString()}) shorter: one failed tick could let a token of ${tokenLifetime.toHumanString()} expire`,
    };
  }
}

function* alarmActionsFaults({ alarmActions }: CheckedProps): Iterable<Fault> {
  // The type says so already, but only to those who compile.
  if (alarmActions !== undefined) return;
  yield { names: ['alarmActions'], value: alarmActions, remedy: "say whom to tell: { page, ticket }, or 'none'" };
}

function* runbookUrlFaults({ runbookUrl }: CheckedProps): Iterable<Fault> {
  if (runbookUrl === undefined) return;
  if (
    Token.isUnresolved(runbookUrl) ||
    parseHttpUrl(runbookUrl) === undefined ||
    runbookUrl.length > MAX_RUNBOOK_URL_LENGTH
  ) {
    yield {
      names: ['runbookUrl'],
      value: runbookUrl,
      remedy: `give an http or https address of at most ${MAX_RUNBOOK_URL_LENGTH} characters`,
    };
  }
}

function* reservedConcurrencyFaults({ reservedConcurrency }: CheckedProps): Iterable<Fault> {
  if (reservedConcurrency === undefined || reservedConcurrency === 'none') return;
  if (!Number.isInteger(reservedConcurrency) || reservedConcurrency < 1) {
    yield {
      names: ['reservedConcurrency'],
      value: reservedConcurrency,
      remedy: 'use a whole number from 1, or "none"; to stop the function, set paused to true',
    };
  }
}

function* removalPolicyFaults({ removalPolicy }: CheckedProps): Iterable<Fault> {
  // The type says so already, but only to those who compile.
  if (removalPolicy === undefined || [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY].includes(removalPolicy)) return;
  yield { names: ['removalPolicy'], value: removalPolicy, remedy: 'use RemovalPolicy.RETAIN or RemovalPolicy.DESTROY' };
}
