import { readFileSync } from 'node:fs';
import type { RefreshErrorCode } from '../../../lambda/refresh-error.ts';

/** One answer of a SOAP stack or a gateway, and what may be made of it. */
export interface StackAnswer {
  readonly file: string;
  /** The codes that are right; the first is the best one. */
  readonly accept: readonly ('TOKEN' | RefreshErrorCode)[];
  readonly accessToken?: string;
}

/** Raw bytes on the wire, written in the manner of the stack that the name tells, or from public bug reports. */
export const stackAnswersFolder = new URL('other-stacks/', import.meta.url);

export const stackAnswers: readonly StackAnswer[] = JSON.parse(
  readFileSync(new URL('manifest.json', stackAnswersFolder), 'utf8'),
);
