import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type CfnAlarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Timing } from '../lambda/timing.ts';
import { ALARMS_PAGE, type AlarmKind, type AlarmRule, alarmName, alarmRules, WARM_UP_MINUTES } from './alarm-rules.ts';
import { refreshNowCommand, showLogCommand, showStatusCommand } from './operator-commands.ts';
import { refresherMetric } from './refresher-metrics.ts';
import type { TokenRefresherProps } from './token-refresher-props.ts';

/** The props of the refresher, and what was made of them. */
export interface RefresherAlarmsProps extends TokenRefresherProps {
  /** The refresher, whose errors are counted. */
  readonly function: IFunction;
  /** What thresholds and periods follow from. */
  readonly timing: Timing;
  /** Where the function logs: each description names the command that shows it. */
  readonly logGroupName: string;
}

const COMPARISONS = {
  LessThanThreshold: ComparisonOperator.LESS_THAN_THRESHOLD,
  GreaterThanOrEqualToThreshold: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
} satisfies Record<AlarmRule['comparison'], ComparisonOperator>;

const TREATMENTS = {
  breaching: TreatMissingData.BREACHING,
  notBreaching: TreatMissingData.NOT_BREACHING,
  ignore: TreatMissingData.IGNORE,
} satisfies Record<AlarmRule['treatMissingData'], TreatMissingData>;

const WARM_UP = {
  warmUpPeriodDurationInMinutes: WARM_UP_MINUTES,
  onlyStartEvaluatingAfterWarmUpPeriodEnds: true,
};

/** The alarms of one token. Each has a reason to notify a person, and says what is at stake and what to do first. */
export class RefresherAlarms extends Construct {
  /** Page: the token is about to expire, or nothing has said for a while that it is not. */
  readonly tokenExpiring: Alarm;
  /** Page: the service refused the credentials. */
  readonly credentialsRefused: Alarm;
  /** Ticket: runs fail, while the token still lives. */
  readonly refreshFailing: Alarm;
  /** Ticket: readers report, check after check, that the service rejects what it has just handed out. */
  readonly tokenRejected: Alarm;
  /** Ticket: the credentials are older than `credentialsMaxAge`; undefined without it. */
  readonly credentialsAging?: Alarm;

  constructor(scope: Construct, id: string, props: RefresherAlarmsProps) {
    super(scope, id);
    const rules = alarmRules(props.timing, props.credentialsMaxAge?.toSeconds());
    const alarms = new Map(rules.map((rule) => [rule.kind, this.#alarm(rule, props)]));
    const alarm = (kind: AlarmKind): Alarm => {
      const found = alarms.get(kind);
      if (found === undefined) throw new TypeError(`There is no rule for ${kind}`);
      return found;
    };
    this.tokenExpiring = alarm('TokenExpiring');
    this.credentialsRefused = alarm('CredentialsRefused');
    this.refreshFailing = alarm('RefreshFailing');
    this.tokenRejected = alarm('TokenRejected');
    this.credentialsAging = alarms.get('CredentialsAging');
  }

  #alarm(rule: AlarmRule, props: RefresherAlarmsProps): Alarm {
    const { kind, evaluationPeriods, threshold } = rule;
    const alarm = new Alarm(this, kind, {
      alarmName: alarmName(kind, props.tokenParameterName),
      alarmDescription: description(rule, props),
      metric: metricOf(rule, props),
      comparisonOperator: COMPARISONS[rule.comparison],
      threshold,
      evaluationPeriods,
      datapointsToAlarm: evaluationPeriods > 1 ? evaluationPeriods : undefined,
      treatMissingData: TREATMENTS[rule.treatMissingData],
      actionsEnabled: props.paused !== true,
    });
    // The L2 construct does not know the warm-up yet.
    const resource = alarm.node.defaultChild as CfnAlarm;
    if (rule.warmsUp) resource.warmUpConfiguration = WARM_UP;
    const action = props.alarmActions === 'none' ? undefined : props.alarmActions[rule.severity];
    if (action !== undefined) {
      alarm.addAlarmAction(action);
      if (rule.severity === 'page') alarm.addOkAction(action);
    }
    return alarm;
  }
}

function metricOf({ metric, fill, statistic, periodSeconds }: AlarmRule, props: RefresherAlarmsProps): IMetric {
  const options = { statistic, period: Duration.seconds(periodSeconds) };
  if (metric === 'errors') return props.function.metricErrors(options);
  const watched = refresherMetric(metric, props.tokenParameterName, options);
  if (fill === undefined) return watched;
  return new MathExpression({
    expression: `FILL(${metric}, ${fill.value})`,
    usingMetrics: { [metric]: watched },
    label: fill.label,
    period: options.period,
  });
}

/** What CloudWatch takes. */
const MAX_DESCRIPTION_LENGTH = 1024;

/** Where names are so long that not all of it has room, the lines that somebody misses least are left out. */
function description({ kind, sentences }: AlarmRule, props: RefresherAlarmsProps): string {
  const { owner, runbookUrl } = props;
  let lines = [
    sentences.join(' '),
    `Status and attempt: ${showStatusCommand(props.tokenParameterName)}`,
    `Log: ${showLogCommand(props.logGroupName)}`,
    `Refresh: ${refreshNowCommand(props.function.functionName)}`,
    `More: ${ALARMS_PAGE}#${kind.toLowerCase()}`,
    ...(owner === undefined ? [] : [`Owner: ${owner}`]),
    ...(runbookUrl === undefined ? [] : [`Runbook: ${runbookUrl}`]),
  ];
  for (const label of ['More', 'Log', 'Refresh', 'Status and attempt']) {
    if (longest(lines.join('\n')).length <= MAX_DESCRIPTION_LENGTH) break;
    lines = lines.filter((line) => !line.startsWith(`${label}: `));
  }
  return lines.join('\n');
}

/** With the longest names that may stand for those which are known when deploying only. */
function longest(text: string): string {
  return text
    .replaceAll(/\$\{Token\[AWS\.Region[^}]*\}/g, 'ap-southeast-99')
    .replaceAll(/\$\{Token[^}]*\}/g, 'x'.repeat(64));
}
