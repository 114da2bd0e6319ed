import type { SoapReply } from '../soap/soap-reply.ts';
import type { TokenResult } from './token-result.ts';

/** One SOAP service that hands out a token. Pure: it knows no network, no clock and no environment. */
export interface Service {
  /** What the secret must hold. */
  readonly fields: readonly SecretField[];
  /**
   * What is sent. Each try builds it anew, with a UUID of its own.
   * @param values a text for each of `fields`, by its name
   */
  request(values: Readonly<Record<string, string>>, circumstances: Circumstances): Envelope;
  /**
   * The codes that the service answers in place of a token. A log may show them even where they resemble a secret, or
   * nobody could tell what the service said.
   */
  readonly codes: readonly string[];
  /** What an answer means. Never throws. */
  judge(reply: SoapReply): ServiceResult;
}

/** What an answer means, whichever service gave it: what the refresher knows, and the instant that some services name. */
export type ServiceResult = JudgedToken | Exclude<TokenResult, { kind: 'token' }>;

/** A token beyond doubt. */
export type JudgedToken = Extract<TokenResult, { kind: 'token' }> & {
  /** Its end in milliseconds since the epoch, where the service names an instant. Then `expiresInSeconds` is undefined. */
  readonly expiresAt?: number;
};

/** One key of the secret's JSON. */
export interface SecretField {
  readonly name: string;
  /** Taken where the secret does not hold the field, which then is no secret; without it, the secret must hold the field. */
  readonly fallback?: string;
  /** What must hold for the value beyond being a text that XML can carry: what to do about it, or undefined if it fits. */
  readonly remedy?: (value: string) => string | undefined;
  /** What may be wrong with a value that is sent all the same, for the end of a sentence; undefined for nothing. */
  readonly doubt?: (value: string) => string | undefined;
}

/** What else may stand in a request. */
export interface Circumstances {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Version 4, another one for each try. */
  readonly uuid: string;
  /** The service's address, as configured. */
  readonly endpoint: string;
}

/** One HTTP request: the headers that the service decides, and the body as UTF-8 text. */
export interface Envelope {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
