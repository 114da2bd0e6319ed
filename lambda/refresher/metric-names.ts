/** Where the metrics go; alarms and dashboards take the names from here, so that they cannot watch nothing. */
export const METRIC_NAMESPACE = 'TokenRefresher';

/** The one dimension; its value is the token parameter's name. */
export const TOKEN_DIMENSION = 'Token';

/** CloudWatch bills each one for each token, so what Lambda's own metrics tell (runs, errors) is not told again. */
export const METRICS = {
  /** Seconds that the stored token still lives after the tick; 0 when there is none. Left out when unknown. */
  secondsRemaining: 'SecondsRemaining',
  /** 1 on every tick that found or made the credentials refused, else 0. */
  credentialsRefused: 'CredentialsRefused',
  /** 1 on every tick that found a reader's report of the stored token, else 0. */
  tokenRejected: 'TokenRejected',
  /** Milliseconds from sending the request to the whole reply; only when the endpoint was asked. */
  endpointLatency: 'EndpointLatency',
} as const;
