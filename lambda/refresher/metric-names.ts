/** Where the metrics go; alarms and dashboards take the names from here, so that they cannot watch nothing. */
export const METRIC_NAMESPACE = 'TokenRefresher';

/** The one dimension; its value is the token parameter's name. */
export const TOKEN_DIMENSION = 'Token';

/** CloudWatch bills each one for each token, so what Lambda's own metrics count (runs, errors) is not repeated. */
export const METRICS = {
  /** Seconds that the stored token still lives after the tick; 0 when there is none, or it may be dead. Left out when unknown. */
  secondsRemaining: 'SecondsRemaining',
  /** 1 while a refusal of these credentials is on record after the tick, else 0. */
  credentialsRefused: 'CredentialsRefused',
  /** 1 when the tick found that a reader reports the stored token as rejected, else 0. */
  tokenRejected: 'TokenRejected',
  /** Seconds since the credentials were put; only where the configuration sets a limit to their age. */
  credentialsAge: 'CredentialsAge',
  /** Milliseconds from sending a request to its whole answer, one value for each; none at the many ticks that do not ask. */
  endpointLatency: 'EndpointLatency',
} as const;
