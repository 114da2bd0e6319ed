import { readFileSync } from 'node:fs';

/** What a captured reply means: the token in it, or the code of the error. */
export type Expectation =
  | { readonly kind: 'token'; readonly accessToken: string; readonly expiresIn: number | null }
  | {
      readonly kind: 'error';
      readonly code: 'CREDENTIALS_REFUSED' | 'REQUEST_REFUSED' | 'ENDPOINT_UNAVAILABLE' | 'REPLY_MALFORMED';
    };

/** Raw HTTP answers: captured from real SOAP servers set up with the documented operation, or written by hand. */
export const repliesFolder = new URL('replies/', import.meta.url);

export const expectations: readonly { readonly file: string; readonly expect: Expectation }[] = JSON.parse(
  readFileSync(new URL('manifest.json', repliesFolder), 'utf8'),
);
