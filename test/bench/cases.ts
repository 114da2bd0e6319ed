/** What is timed: each variant in its situation, and how to tell that it did its work. */

import { attemptParameterName } from '../../lambda/attempt-record.ts';
import { isObject } from '../../lambda/parse-json.ts';
import { instant, isUnreadable } from '../../lambda/record.ts';
import type { Environment } from '../../lambda/refresher/config.ts';
import { decodeStatus, encodeStatus, statusParameterName } from '../../lambda/token-status.ts';
import type { Endpoints } from './endpoints.ts';
import type { Variant, Variants } from './variants.ts';

export type CaseKey = 'refreshing' | 'fresh' | Exclude<keyof Variants, 'ours'>;

export interface Case {
  readonly name: string;
  readonly variant: Variant;
  /** Brings the store into the situation that the tick is to find. */
  readonly prepare: () => void;
  /** Whether the tick did what it is timed for. */
  readonly isDone: (answer: unknown) => boolean;
}

const TOKEN_PARAMETER = '/bench/access-token';
const REFRESH_EVERY_SECONDS = 7200;

/** The function's settings, save for the address of the SOAP service. */
export const SETTINGS = {
  CREDENTIALS_SECRET_ID: 'bench',
  TOKEN_PARAMETER_NAME: TOKEN_PARAMETER,
  TOKEN_KMS_KEY_ID: 'alias/bench',
  REFRESH_EVERY_SECONDS: String(REFRESH_EVERY_SECONDS),
  CHECK_EVERY_SECONDS: '900',
  TOKEN_LIFETIME_SECONDS: '14400',
} satisfies Omit<Environment, 'TOKEN_ENDPOINT'>;

/** A tick that gets a new token, in the store as it is or as it has been prepared. */
export function refreshing(variant: Variant, { aws, soap }: Endpoints, prepare = () => {}): Case {
  const isDone = () => {
    const issued = soap.issuedTokens.at(-1)?.token;
    return issued !== undefined && aws.parameters.parameter(TOKEN_PARAMETER)?.value === issued;
  };
  return { name: variant.name, variant, prepare, isDone };
}

/** Needs a store in which this project's first tick has left a token and its two records. */
export function casesAfterFirstTick(variants: Variants, endpoints: Endpoints): ReadonlyMap<CaseKey, Case> {
  const { aws } = endpoints;
  const statusParameter = statusParameterName(TOKEN_PARAMETER);
  const status = decodeStatus(aws.parameters.parameter(statusParameter)?.value ?? '');
  if (isUnreadable(status) || status.token === undefined) throw new Error('The first tick left no status.');
  const record = status.token;
  const attemptParameter = attemptParameterName(TOKEN_PARAMETER);
  const attempt = aws.parameters.parameter(attemptParameter)?.value ?? '';
  const storeToken = (ageSeconds: number): void => {
    const put = (Name: string, Value: string, Type?: string) =>
      aws.perform('PutParameter', { Name, Value, Type, Overwrite: true });
    put(TOKEN_PARAMETER, 'an-older-token');
    const version = aws.parameters.parameter(TOKEN_PARAMETER)?.version ?? 0;
    const earlier = (at: string) => instant(Date.parse(at) - ageSeconds * 1000);
    const [issuedAt, expiresAt] = [earlier(record.issuedAt), earlier(record.expiresAt)];
    put(statusParameter, encodeStatus({ token: { ...record, version, issuedAt, expiresAt } }));
    // The attempt that got this token, as the first version: later ones would be of runs that are still asking.
    aws.perform('DeleteParameter', { Name: attemptParameter });
    put(attemptParameter, attempt, 'String');
  };
  const due = (variant: Variant) => refreshing(variant, endpoints, () => storeToken(REFRESH_EVERY_SECONDS));
  const fresh: Case = {
    name: `${variants.ours.name}, token still fresh`,
    variant: variants.ours,
    prepare: () => storeToken(0),
    isDone: (answer) => isObject(answer) && answer.outcome === 'fresh',
  };
  return new Map<CaseKey, Case>([
    ['refreshing', due(variants.ours)],
    ['fresh', fresh],
    ['usual', due(variants.usual)],
    ['external', due(variants.external)],
    ['nodeSoap', due(variants.nodeSoap)],
    ...(variants.python ? [['python', due(variants.python)] as const] : []),
    ['handSigned', due(variants.handSigned)],
    ['empty', { name: variants.empty.name, variant: variants.empty, prepare: () => {}, isDone: () => true }],
  ]);
}
