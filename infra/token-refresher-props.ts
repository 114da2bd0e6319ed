import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IDestination } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ServiceProfile } from '../lambda/services/profile.ts';

/** What a refresher needs. Only what has no sensible default is required. */
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
   * The key of the new secret, for those who may not use AWS's own. Not together with `credentials`, which bring theirs.
   *
   * @default - AWS's own key for secrets
   */
  readonly credentialsEncryptionKey?: IKey;

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
   * How many logins the service allows in 24 hours. The refresher counts them beside the last attempt, stops one
   * short, and leaves that one to a person who forces a refresh.
   *
   * @default - the service does not count
   */
  readonly loginsPerDay?: number;

  /** Whom the alarms notify, or an explicit `'none'`: alarms that reach nobody must be a decision. */
  readonly alarmActions: AlarmActions | 'none';

  /**
   * Whom the token serves, in at most 60 characters: a team, say. Every alarm's description carries the line.
   *
   * @default - nobody is named
   */
  readonly owner?: string;

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
   * it: of two runs at once only one logs in. In new accounts, whose quota is 10, every number fails the deployment.
   *
   * @default 'none'
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  readonly reservedConcurrency?: number | 'none';

  /**
   * From which age of the secret's current version on CredentialsAging makes a ticket, ahead of the day on which the vendor
   * ends the password: say 80 days where that is after 90. The alarm and its metric cost $0.40 a month.
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
   * Where the function logs, with a key and a retention of your own. Not together with `logRetention`.
   *
   * @default - a new log group, `/token-refresher<tokenParameterName>`, which is deleted with the stack
   */
  readonly logGroup?: ILogGroup;

  /**
   * Where Lambda sends a record of each run that failed, without a secret in it. The next tick is the retry all the same.
   *
   * @default - nowhere
   */
  readonly onFailure?: IDestination;

  /**
   * Whether a reader's report starts a tick at once. It takes one of the 300 rules of the account's event bus. Without it,
   * the next scheduled tick finds the report.
   *
   * @default true
   */
  readonly reportRule?: boolean;

  /**
   * What becomes of the new secret and the new key when the stack is deleted. With `RemovalPolicy.DESTROY`, for environments
   * that live for a day, nothing is left that costs: the key waits seven days for its deletion, in which it is not billed.
   * The parameters stay, free of charge, because the function wrote them: an output has the command that removes them.
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
