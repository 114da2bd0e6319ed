import { ERROR_GUIDE } from '../lambda/error-guide.ts';
import type { METRICS } from '../lambda/refresher/metric-names.ts';
import { durationText, PERIODS_TO_PAGE, spanText, type Timing } from '../lambda/timing.ts';

/** Which alarm of a token. */
export type AlarmKind =
  | 'TokenExpiring'
  | 'CredentialsRefused'
  | 'RefreshFailing'
  | 'TokenRejected'
  | 'CredentialsAging';

/** One alarm of a token, in CloudWatch's own words. The construct deploys it, and the page of `npm start` plays it. */
export interface AlarmRule {
  readonly kind: AlarmKind;
  /** A metric of the function's own, or Lambda's count of failed runs. */
  readonly metric: keyof typeof METRICS | 'errors';
  /** The expression FILL: what stands in a period without a value, and the label under which the console shows the result. */
  readonly fill?: { readonly value: number; readonly label: string };
  readonly statistic: 'Maximum' | 'Sum';
  readonly periodSeconds: number;
  readonly comparison: 'LessThanThreshold' | 'GreaterThanOrEqualToThreshold';
  readonly threshold: number;
  /** In how many periods in a row the threshold must be breached. */
  readonly evaluationPeriods: number;
  readonly treatMissingData: 'breaching' | 'notBreaching' | 'ignore';
  /** A page wakes a person, and notifies when it is over too; a ticket waits for working hours. */
  readonly severity: 'page' | 'ticket';
  /** Whether the first two hours are left for somebody to put the credentials, without which every tick fails. */
  readonly warmsUp: boolean;
  /** When it fires, for a person who looks at it. */
  readonly firesWhen: string;
  /** What is at stake and what to do first, for the description. */
  readonly sentences: readonly string[];
}

/**
 * Where a person reads on, at a heading for each alarm. As soon as package.json names a repository, its address goes in
 * front.
 */
export const ALARMS_PAGE = 'docs/operations.md';

/** How long an alarm that warms up stays silent after it was made. Credentials that are forgotten for longer do page. */
export const WARM_UP_MINUTES = 120;

/** TokenRejected fires when a tick in each of this many periods of `checkEvery` in a row found a report. */
const PERIODS_OF_REJECTION = 4;

/** What most alarms have: a ticket as soon as one period had the value 1. */
const USUAL = {
  statistic: 'Maximum',
  comparison: 'GreaterThanOrEqualToThreshold',
  threshold: 1,
  evaluationPeriods: 1,
  treatMissingData: 'notBreaching',
  severity: 'ticket',
  warmsUp: false,
} as const;

/**
 * The alarms of one token. Each has a reason to notify a person.
 * @param credentialsMaxAgeSeconds undefined where nobody looks at their age: there is no CredentialsAging then
 */
export function alarmRules(timing: Timing, credentialsMaxAgeSeconds?: number): readonly AlarmRule[] {
  const { checkEverySeconds, pageBelowSeconds } = timing;
  return [
    {
      ...USUAL,
      kind: 'TokenExpiring',
      metric: 'secondsRemaining',
      // No tick is as bad as no token. Missing data treated as breaching would come late: CloudWatch looks past the
      // window for real points.
      fill: { value: 0, label: 'Seconds that the token still lives' },
      // Periods slide with every minute. With the minimum, one without a tick (filled with 0) beside one that holds the
      // last bad and the first good tick would page again after every second outage that is over.
      statistic: 'Maximum',
      periodSeconds: checkEverySeconds,
      comparison: 'LessThanThreshold',
      threshold: pageBelowSeconds,
      evaluationPeriods: PERIODS_TO_PAGE,
      // FILL has nothing to fill for a metric that was never written.
      treatMissingData: 'breaching',
      severity: 'page',
      warmsUp: true,
      firesWhen: `the token lives for less than ${spanText(pageBelowSeconds)}, in ${PERIODS_TO_PAGE} checks in a row`,
      sentences: [
        'The access token expires soon, has expired or may be dead, or no tick reports: workloads will be refused.',
        'First look at status and attempt: attempt.outcome is the last failure. None? Look at the log. No lines there?',
        'Then the function does not run. Remove the cause, then refresh.',
      ],
    },
    {
      ...USUAL,
      kind: 'CredentialsRefused',
      metric: 'credentialsRefused',
      // Where a lost event leaves a period empty, CloudWatch would look past it for real points, find a refusal that is
      // over, and page for it again.
      fill: { value: 0, label: 'Credentials refused' },
      periodSeconds: 2 * checkEverySeconds,
      severity: 'page',
      // No warm-up: nothing is refused before somebody has put credentials, and then the news should be quick.
      firesWhen: 'the service refused the credentials',
      sentences: [
        'The service refused the credentials. Workloads are refused when the present token expires.',
        `First: ${ERROR_GUIDE.CREDENTIALS_REFUSED.doFirst}`,
      ],
    },
    {
      ...USUAL,
      kind: 'RefreshFailing',
      metric: 'errors',
      statistic: 'Sum',
      periodSeconds: 3 * checkEverySeconds,
      threshold: 2,
      warmsUp: true,
      firesWhen: `two ticks failed within ${spanText(3 * checkEverySeconds)}`,
      sentences: [
        'Refreshing keeps failing. TokenExpiring pages before workloads notice.',
        'First look at status and attempt: attempt.outcome is the last failure. None? Look at the log.',
        `ENDPOINT_UNAVAILABLE: ${ERROR_GUIDE.ENDPOINT_UNAVAILABLE.doFirst}`,
      ],
    },
    // One report is answered by a new token. Reports in check after check are not: the refresher asks less and less often.
    {
      ...USUAL,
      kind: 'TokenRejected',
      metric: 'tokenRejected',
      periodSeconds: checkEverySeconds,
      evaluationPeriods: PERIODS_OF_REJECTION,
      firesWhen: `readers report a rejected token in ${PERIODS_OF_REJECTION} checks (of ${spanText(checkEverySeconds)}) in a row`,
      sentences: [
        'Readers keep reporting that the service rejects the stored token, new ones too: their calls fail.',
        'First find out whether another client uses the same login, which ends this token. If not, a reader misjudges',
        'answers: CloudTrail names who wrote the report (PutParameter).',
      ],
    },
    ...(credentialsMaxAgeSeconds === undefined ? [] : [credentialsAging(checkEverySeconds, credentialsMaxAgeSeconds)]),
  ];
}

function credentialsAging(checkEverySeconds: number, maxAgeSeconds: number): AlarmRule {
  return {
    ...USUAL,
    kind: 'CredentialsAging',
    metric: 'credentialsAge',
    // No FILL: it would end the alarm, and make another ticket, wherever a lost event leaves a period empty.
    periodSeconds: checkEverySeconds,
    threshold: maxAgeSeconds,
    // While nothing reports, the age is what it was.
    treatMissingData: 'ignore',
    firesWhen: `the credentials are older than ${durationText(maxAgeSeconds)}`,
    sentences: [
      `The credentials have not been changed for ${durationText(maxAgeSeconds)}: the service may soon refuse them.`,
      "First get new ones from the account's owner, and put them into the secret: the next tick uses them.",
    ],
  };
}

/**
 * Fixed, so that a page says which token it is about, and the dashboard's stack finds the alarms without a reference. Made
 * of the parameter's name and nothing else, as the log's name is: CloudFormation refuses a second stack on one parameter,
 * whatever that is called, and the two cannot overwrite each other's tokens.
 */
export function alarmName(kind: AlarmKind, tokenParameterName: string): string {
  return `${kind}${tokenParameterName}`;
}
