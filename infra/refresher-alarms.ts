import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type CfnAlarm,
  ComparisonOperator,
  type IAlarmAction,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ERROR_GUIDE } from '../lambda/error-guide.ts';
import { durationText, PERIODS_TO_PAGE, type Timing } from '../lambda/timing.ts';
import { refreshNowCommand, showStatusCommand } from './operator-commands.ts';
import { refresherMetric } from './refresher-metrics.ts';
import type { AlarmActions } from './token-refresher-props.ts';

/** What the alarms watch, whom they notify, and what their descriptions name. */
export interface RefresherAlarmsProps {
  readonly tokenParameterName: string;
  readonly function: IFunction;
  readonly timing: Timing;
  readonly actions: AlarmActions | 'none';
  readonly actionsEnabled: boolean;
  readonly runbookUrl: string | undefined;
  readonly credentialsMaxAge: Duration | undefined;
}

/** TokenRejected fires when a tick in each of this many periods of `checkEvery` in a row found a report. */
const PERIODS_OF_REJECTION = 4;

/** The kinds of alarms that every token has; one with `credentialsMaxAge` has CredentialsAging too. */
export const ALARM_KINDS = ['TokenExpiring', 'CredentialsRefused', 'RefreshFailing', 'TokenRejected'] as const;
type AlarmKind = (typeof ALARM_KINDS)[number] | 'CredentialsAging';

/** The names of all alarms of a token. */
export function alarmNames(tokenParameterName: string, credentialsMaxAge: Duration | undefined): readonly string[] {
  const kinds: readonly AlarmKind[] = [...ALARM_KINDS, ...(credentialsMaxAge ? (['CredentialsAging'] as const) : [])];
  return kinds.map((kind) => alarmName(kind, tokenParameterName));
}

/**
 * Fixed, so that a page says which token it is about, and the dashboard's stack finds the alarms without a reference. Made
 * of the parameter's name and nothing else, as the log's name is: CloudFormation refuses a second stack on one parameter,
 * whatever that is called, and the two cannot overwrite each other's tokens.
 */
export function alarmName(kind: AlarmKind, tokenParameterName: string): string {
  return `${kind}${tokenParameterName}`;
}

/** The alarms of one token. Each has a reason to tell a person, and says what is at stake and what to do first. */
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
  readonly credentialsAging: Alarm | undefined;

  constructor(scope: Construct, id: string, props: RefresherAlarmsProps) {
    super(scope, id);
    const { tokenParameterName: name, timing, actionsEnabled } = props;
    const { page, ticket } = props.actions === 'none' ? {} : props.actions;

    this.tokenExpiring = new Alarm(this, 'TokenExpiring', {
      alarmName: alarmName('TokenExpiring', name),
      alarmDescription: description(props, [
        'The access token expires soon, has expired or may be dead, or no tick reports: workloads will be refused.',
        'First look at the status: attempt.outcome is the last failure. None? Look at the log. No lines there?',
        'Then the function does not run. Remove the cause, then refresh.',
      ]),
      metric: new MathExpression({
        // No tick is as bad as no token. Missing data treated as breaching would come late: CloudWatch looks past the
        // window for real points.
        expression: 'FILL(secondsRemaining, 0)',
        usingMetrics: {
          secondsRemaining: refresherMetric('secondsRemaining', name, {
            // Periods slide with every minute. With the minimum, one without a tick (filled with 0) beside one that holds
            // the last bad and the first good tick would page again after every second outage that is over.
            statistic: 'Maximum',
            period: periods(timing),
          }),
        },
        label: 'Seconds that the token still lives',
        period: periods(timing),
      }),
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: timing.pageBelowSeconds,
      evaluationPeriods: PERIODS_TO_PAGE,
      datapointsToAlarm: PERIODS_TO_PAGE,
      // FILL has nothing to fill for a metric that was never written.
      treatMissingData: TreatMissingData.BREACHING,
      actionsEnabled,
    });
    startAfterWarmUp(this.tokenExpiring);
    notify(this.tokenExpiring, page, { whenOver: true });

    // No warm-up: nothing is refused before somebody has put credentials, and then the news should be quick.
    this.credentialsRefused = new Alarm(this, 'CredentialsRefused', {
      alarmName: alarmName('CredentialsRefused', name),
      alarmDescription: description(props, [
        'The service refused the credentials. Workloads are refused when the present token expires.',
        `First: ${ERROR_GUIDE.CREDENTIALS_REFUSED.doFirst}`,
      ]),
      metric: new MathExpression({
        // Where a lost event leaves a period empty, CloudWatch would look past it for real points, find a refusal that
        // is over, and page for it again.
        expression: 'FILL(credentialsRefused, 0)',
        usingMetrics: {
          credentialsRefused: refresherMetric('credentialsRefused', name, { period: periods(timing, 2) }),
        },
        label: 'Credentials refused',
        period: periods(timing, 2),
      }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      actionsEnabled,
    });
    notify(this.credentialsRefused, page, { whenOver: true });

    this.refreshFailing = new Alarm(this, 'RefreshFailing', {
      alarmName: alarmName('RefreshFailing', name),
      alarmDescription: description(props, [
        'Refreshing keeps failing. TokenExpiring pages before workloads notice.',
        'First look at the status: attempt.outcome is the last failure. None? Look at the log.',
        `ENDPOINT_UNAVAILABLE: ${ERROR_GUIDE.ENDPOINT_UNAVAILABLE.doFirst}`,
      ]),
      metric: props.function.metricErrors({ statistic: 'Sum', period: periods(timing, 3) }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 2,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      actionsEnabled,
    });
    startAfterWarmUp(this.refreshFailing);
    notify(this.refreshFailing, ticket, { whenOver: false });

    // One report is answered by a new token. Reports in check after check are not: the refresher asks less and less often.
    this.tokenRejected = new Alarm(this, 'TokenRejected', {
      alarmName: alarmName('TokenRejected', name),
      alarmDescription: description(props, [
        'Readers keep reporting that the service rejects the stored token, new ones too: their calls fail.',
        'First find out whether another client uses the same login, which ends this token. If not, a reader misjudges',
        'answers: CloudTrail names who wrote the report (PutParameter).',
      ]),
      metric: refresherMetric('tokenRejected', name, { period: periods(timing) }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: PERIODS_OF_REJECTION,
      datapointsToAlarm: PERIODS_OF_REJECTION,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      actionsEnabled,
    });
    notify(this.tokenRejected, ticket, { whenOver: false });

    this.credentialsAging = props.credentialsMaxAge && this.#credentialsAging(props, props.credentialsMaxAge);
    if (this.credentialsAging) notify(this.credentialsAging, ticket, { whenOver: false });
  }

  #credentialsAging(props: RefresherAlarmsProps, maxAge: Duration): Alarm {
    const { tokenParameterName: name, timing, actionsEnabled } = props;
    return new Alarm(this, 'CredentialsAging', {
      alarmName: alarmName('CredentialsAging', name),
      alarmDescription: description(props, [
        `The credentials have not been changed for ${durationText(maxAge.toSeconds())}: the service may soon refuse them.`,
        "First get new ones from the account's owner, and put them into the secret: the next tick uses them.",
      ]),
      // No FILL: it would end the alarm, and make another ticket, wherever a lost event leaves a period empty.
      metric: refresherMetric('credentialsAge', name, { period: periods(timing) }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: maxAge.toSeconds(),
      evaluationPeriods: 1,
      // While nothing reports, the age is what it was.
      treatMissingData: TreatMissingData.IGNORE,
      actionsEnabled,
    });
  }
}

function description(
  { tokenParameterName, function: { functionName }, runbookUrl }: RefresherAlarmsProps,
  sentences: string[],
): string {
  return [
    sentences.join(' '),
    `Status: ${showStatusCommand(tokenParameterName)}`,
    `Refresh: ${refreshNowCommand(functionName)}`,
    ...(runbookUrl === undefined ? [] : [`Runbook: ${runbookUrl}`]),
  ].join('\n');
}

/**
 * Until the credentials are put for the first time, every tick fails. Two hours are left for that; credentials that are
 * forgotten for longer do page.
 */
function startAfterWarmUp(alarm: Alarm): void {
  // The L2 construct does not know the warm-up yet.
  const resource = alarm.node.defaultChild as CfnAlarm;
  resource.warmUpConfiguration = {
    warmUpPeriodDurationInMinutes: 120,
    onlyStartEvaluatingAfterWarmUpPeriodEnds: true,
  };
}

function notify(alarm: Alarm, action: IAlarmAction | undefined, { whenOver }: { whenOver: boolean }): void {
  if (action === undefined) return;
  alarm.addAlarmAction(action);
  if (whenOver) alarm.addOkAction(action);
}

function periods({ checkEverySeconds }: Timing, count = 1): Duration {
  return Duration.seconds(count * checkEverySeconds);
}
