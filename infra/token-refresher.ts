import { Annotations, CfnOutput, Duration, RemovalPolicy, Stack, Stage, Token } from 'aws-cdk-lib';
import type { CfnAlarm, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Grant, ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression, ScheduleGroup, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { CfnSecret, type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IConstruct } from 'constructs';
import { variablesOf } from '../lambda/refresher/config.ts';
import type { METRICS } from '../lambda/refresher/metric-names.ts';
import { LONGEST_RUN_SECONDS, type Timing } from '../lambda/timing.ts';
import { rejectedParameterName } from '../lambda/token-status.ts';
import { acknowledgeNag } from './acknowledge-nag.ts';
import { type Fault, faultList, faultText } from './fault.ts';
import { functionSettings } from './function-settings.ts';
import { moduleFolder } from './module-folder.cjs';
import { deleteParametersCommand } from './operator-commands.ts';
import { type OtherRefresher, propFaults, propWarnings } from './prop-rules.ts';
import { type IRefreshedToken, RefreshedToken } from './refreshed-token.ts';
import { RefresherAlarms } from './refresher-alarms.ts';
import { bundleFolder } from './refresher-code.ts';
import { refresherMetric } from './refresher-metrics.ts';
import { keyItself, type NamedResource, named, namedResources, regionFaults } from './resource-rules.ts';
import { timingOfProps } from './timing-props.ts';
import { grantKey, tokenArns } from './token-arns.ts';
import type { TokenRefresherProps } from './token-refresher-props.ts';

/**
 * Keeps one access token of a SOAP service fresh in SSM Parameter Store, and notifies a person before it can expire.
 *
 * @example
 * const { token } = new TokenRefresher(this, 'Token', {
 *   endpoint: 'https://soap.example.com/api.einvoice.php',
 *   tokenParameterName: '/masters-india-staging/access-token',
 *   alarmActions: { page: new SnsAction(onCall) },
 * });
 * token.grantRead(invoicing);
 */
export class TokenRefresher extends Construct {
  /** What readers need: the parameter's name, and `grantRead`. */
  readonly token: IRefreshedToken;
  /**
   * Where the credentials belong. A new secret takes no statements by `addToResourcePolicy`: give it a policy of its own.
   *
   * @example
   * const policy = new ResourcePolicy(this, 'Policy', { secret: refresher.credentials });
   * policy.document.addStatements(statement);
   */
  readonly credentials: ISecret;
  /** Encrypts the token. */
  readonly encryptionKey: IKey;
  /** The refresher itself. Each invocation is one tick: its own metrics count ticks and those that failed. */
  readonly function: LambdaFunction;
  /** The alarms of this token, for more actions than `alarmActions` names. */
  readonly alarms: RefresherAlarms;
  /** When the token is replaced, and when the alarms fire. */
  readonly timing: Timing;

  /** @throws one error that lists everything that is wrong with the props. */
  constructor(scope: Construct, id: string, props: TokenRefresherProps) {
    super(scope, id);
    const others = refreshersBeside(this);
    const resources = namedResources(Stack.of(this), props);
    const checked = { ...props, resources, others, isIsolated: isIsolated(props) };
    this.#refuse(propFaults(checked));
    this.#warn(propWarnings(checked));
    const { tokenParameterName } = props;
    this.timing = timingOfProps(props);

    const isDestroyed = props.removalPolicy === RemovalPolicy.DESTROY;
    // Kept, so that the token's history stays readable for whoever may; only a failed first deployment takes both along.
    const removalPolicy = isDestroyed ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

    this.credentials = props.credentials ?? this.#emptySecret(props, removalPolicy);
    others.push({ where: this.node.path, tokenParameterName, secretArn: this.credentials.secretArn });
    const encryptionKey =
      (props.encryptionKey && keyItself(props.encryptionKey)) ??
      new Key(this, 'Key', {
        description: `Encrypts the access token ${tokenParameterName}`,
        enableKeyRotation: true,
        removalPolicy,
        // The shortest that KMS offers; a key that waits for its deletion is not billed.
        pendingWindow: isDestroyed ? Duration.days(7) : undefined,
      });
    this.encryptionKey = encryptionKey;
    this.token = RefreshedToken.fromParameterName(this, 'Token', tokenParameterName, { encryptionKey });
    this.function = this.#refresher(props);
    this.#schedule(props.paused ?? false);
    if (props.reportRule !== false) this.#tickOnReport(props.paused ?? false);
    this.alarms = new RefresherAlarms(this, 'Alarms', {
      ...props,
      function: this.function,
      timing: this.timing,
      logGroupName: props.logGroup?.logGroupName ?? logGroupName(tokenParameterName),
    });
    const alarmTargets = this.#alarmTargets();
    this.#refuse([...regionFaults({ ...resources, alarmTargets })]);
    this.#warn(propWarnings({ resources: { place: resources.place, alarmTargets } }));
    if (isDestroyed) {
      new CfnOutput(this, 'DeleteParameters', {
        description: 'Removes what the function wrote, which outlives the stack: keep this for after its deletion',
        value: deleteParametersCommand(tokenParameterName),
      });
    }
  }

  /** Seconds that the stored token still lives, as each tick leaves it; 0 when there is none. */
  metricSecondsRemaining(options?: MetricOptions): Metric {
    return this.#metric('secondsRemaining', options);
  }

  /** 1 while the service refuses the credentials. */
  metricCredentialsRefused(options?: MetricOptions): Metric {
    return this.#metric('credentialsRefused', options);
  }

  /** 1 on every tick that found a reader's report that the stored token is rejected. */
  metricTokenRejected(options?: MetricOptions): Metric {
    return this.#metric('tokenRejected', options);
  }

  /** Seconds since the credentials were put; written only with `credentialsMaxAge`. */
  metricCredentialsAge(options?: MetricOptions): Metric {
    return this.#metric('credentialsAge', options);
  }

  /** Milliseconds that the endpoint took to answer. */
  metricEndpointLatency(options?: MetricOptions): Metric {
    return this.#metric('endpointLatency', options);
  }

  #metric(metric: keyof typeof METRICS, options: MetricOptions | undefined): Metric {
    const period = Duration.seconds(this.timing.checkEverySeconds);
    return refresherMetric(metric, this.token.parameterName, { period, ...options });
  }

  #refuse(faults: readonly Fault[]): void {
    if (faults.length > 0) throw new Error(faultList(`TokenRefresher ${this.node.path}`, faults));
  }

  #warn(warnings: ReturnType<typeof propWarnings>): void {
    for (const [rule, warning] of warnings) {
      Annotations.of(this).addWarningV2(`soap-token-refresher:${rule}`, faultText(warning));
    }
  }

  /** Where an action leads is known only once an alarm has it. */
  #alarmTargets(): readonly NamedResource[] {
    const { tokenExpiring, refreshFailing } = this.alarms;
    const alarms = { 'alarmActions.page': tokenExpiring, 'alarmActions.ticket': refreshFailing };
    return Object.entries(alarms).flatMap(([name, { node }]) => {
      const { alarmActions } = node.defaultChild as CfnAlarm;
      const actions: readonly unknown[] = Stack.of(this).resolve(alarmActions) ?? [];
      return actions.filter((arn) => typeof arn === 'string').map((arn) => named(name, arn));
    });
  }

  /** CDK's own Secret would generate a value, which the service would then be asked with. */
  #emptySecret(props: TokenRefresherProps, removalPolicy: RemovalPolicy): ISecret {
    const encryptionKey = props.credentialsEncryptionKey && keyItself(props.credentialsEncryptionKey);
    const secret = new CfnSecret(this, 'Credentials', {
      description: `Credentials of the SOAP service that hands out ${props.tokenParameterName}`,
      kmsKeyId: encryptionKey?.keyArn,
    });
    secret.applyRemovalPolicy(removalPolicy);
    acknowledgeNag(secret, {
      rule: 'AwsSolutions-SMG4',
      reason: 'The service offers no way to change the credentials by a program: a person puts new ones.',
    });
    return Secret.fromSecretAttributes(this, 'CredentialsSecret', { secretCompleteArn: secret.ref, encryptionKey });
  }

  #refresher(props: TokenRefresherProps): LambdaFunction {
    const logGroup =
      props.logGroup ??
      new LogGroup(this, 'Log', {
        logGroupName: logGroupName(props.tokenParameterName),
        retention: props.logRetention ?? RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    return new LambdaFunction(this, 'Function', {
      description: `Keeps the access token ${props.tokenParameterName} fresh`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundleFolder(moduleFolder)),
      handler: 'handler.handler',
      memorySize: 256,
      timeout: Duration.seconds(LONGEST_RUN_SECONDS),
      environment: variablesOf({
        ...functionSettings(props),
        credentialsSecretId: this.credentials.secretArn,
        tokenKmsKeyId: this.encryptionKey.keyArn,
      }),
      role: this.#executionRole(logGroup, props),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      reservedConcurrentExecutions: props.reservedConcurrency === 'none' ? undefined : props.reservedConcurrency,
      // The next tick is the retry; one that is minutes old has been overtaken.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(5),
      onFailure: props.onFailure,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroups: props.securityGroups,
    });
  }

  /** Spelled out: Lambda's managed policy allows every log group, and ISecret.grantRead more than reading the value. */
  #executionRole(logGroup: ILogGroup, { vpc, service }: TokenRefresherProps): Role {
    const role = new Role(this, 'Role', {
      description: `Refreshes the access token ${this.token.parameterName}`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    const { secretArn, secretFullArn, encryptionKey } = this.credentials;
    // IAM does not match a secret ARN without its six-character suffix; "??????" stands for any.
    allow(role, 'secretsmanager:GetSecretValue', secretFullArn ?? `${secretArn}-??????`);
    if (encryptionKey !== undefined) {
      // Key.grantDecrypt adds nothing for a key that another stack owns.
      const resourceArns = [keyItself(encryptionKey).keyArn];
      const conditions = {
        StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(this).region}.amazonaws.com` },
      };
      Grant.addToPrincipal({ grantee: role, actions: ['kms:Decrypt'], resourceArns, conditions });
    }
    this.#grantRefresh(role, service !== undefined);
    if (vpc !== undefined) {
      const policy = 'service-role/AWSLambdaENIManagementAccess';
      role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName(policy));
      acknowledgeNag(role, {
        rule: 'AwsSolutions-IAM4',
        finding: `Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}`,
        reason:
          'Lambda itself makes the network interfaces with this role. They do not exist yet, so no resource can be named.',
      });
    }
    return role;
  }

  /**
   * Looks at the versions of token, status and attempt and at what readers reported, in one call and without decrypting,
   * and writes the first three. PutParameter encrypts Standard-tier values with kms:Encrypt alone, so the writer cannot read the
   * token back; tokens of more than 4,096 bytes go to the Advanced tier, which needs kms:GenerateDataKey too.
   */
  #grantRefresh(grantee: Role, areTokensLong: boolean): void {
    const arns = tokenArns(this, this.token.parameterName, this.encryptionKey);
    const { token, status, attempt, rejected } = arns;
    allow(grantee, 'ssm:GetParameters', token, status, ...attempt, rejected);
    allow(grantee, 'ssm:PutParameter', token, status, ...attempt.slice(0, 1));
    grantKey(arns, grantee, 'kms:Encrypt', ...(areTokensLong ? ['kms:GenerateDataKey'] : []));
  }

  #schedule(paused: boolean): void {
    const group = new ScheduleGroup(this, 'ScheduleGroup', { removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'ScheduleRole', {
      description: `Fires the refresher of the access token ${this.token.parameterName}`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': group.scheduleGroupArn },
        },
      }),
    });
    allow(role, 'lambda:InvokeFunction', this.function.functionArn);
    const schedule = new Schedule(this, 'Schedule', {
      description: `Keeps the access token ${this.token.parameterName} fresh`,
      scheduleGroup: group,
      schedule: ScheduleExpression.rate(Duration.seconds(this.timing.checkEverySeconds)),
      enabled: !paused,
      target: new LambdaInvoke(this.function, {
        // Without updates: the target would add every version of the function.
        role: role.withoutPolicyUpdates(),
        input: ScheduleTargetInput.fromObject({}),
        ...this.#handingOver(),
      }),
    });
    // A rate schedule fires as soon as it is made: whatever its first run needs comes before.
    schedule.node.addDependency(group, role, this.function);
  }

  /** A report that is lost, as these events may be, is found by the next scheduled tick. */
  #tickOnReport(paused: boolean): void {
    const { parameterName } = this.token;
    new Rule(this, 'ReportRule', {
      description: `Starts a tick when a reader reports that the access token ${parameterName} is rejected`,
      eventPattern: {
        source: ['aws.ssm'],
        detailType: ['Parameter Store Change'],
        detail: { name: [rejectedParameterName(parameterName)], operation: ['Create', 'Update'] },
      },
      enabled: !paused,
      targets: [
        new LambdaTarget(this.function, {
          // As the schedule's: what was reported is read from the parameter, never taken from an event.
          event: RuleTargetInput.fromObject({}),
          ...this.#handingOver(),
        }),
      ],
    });
  }

  /** Covers a hiccup in handing an event to Lambda; older events have been overtaken by the schedule's next one. */
  #handingOver(): { readonly retryAttempts: number; readonly maxEventAge: Duration } {
    return { retryAttempts: 3, maxEventAge: Duration.seconds(Math.min(this.timing.checkEverySeconds, 300)) };
  }
}

/** Fixed, like the alarms' names, so that the dashboard's stack finds the log without a reference. */
export function logGroupName(tokenParameterName: string): string {
  return `/token-refresher${tokenParameterName}`;
}

function allow(grantee: Role, action: string, ...resourceArns: string[]): void {
  Grant.addToPrincipal({ grantee, actions: [action], resourceArns });
}

/** Of each app, and of each stage that may go to an account of its own: those of an account and a region. */
const REFRESHERS = new WeakMap<IConstruct, Map<string, OtherRefresher[]>>();

/** The refreshers that were made before in the same app, and go to the same account and region. */
function refreshersBeside(scope: IConstruct): OtherRefresher[] {
  const { account, region } = Stack.of(scope);
  const app = (Token.isUnresolved(account) ? Stage.of(scope) : undefined) ?? scope.node.root;
  const places = REFRESHERS.get(app) ?? new Map<string, OtherRefresher[]>();
  REFRESHERS.set(app, places);
  const here = places.get(`${account}/${region}`) ?? [];
  places.set(`${account}/${region}`, here);
  return here;
}

function isIsolated({ vpc, vpcSubnets }: TokenRefresherProps): boolean {
  if (vpc === undefined) return false;
  const { subnets, isPendingLookup } = vpc.selectSubnets(vpcSubnets);
  return isPendingLookup !== true && subnets.every((subnet) => vpc.isolatedSubnets.includes(subnet));
}
