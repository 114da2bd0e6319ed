import { expect, it } from 'vitest';
import type { Environment } from '../../lambda/refresher/config.ts';

/** The compiler judges these: a line that it should refuse and does not is an error of `tsc`. */
it('the environment does not compile with a forgotten or a misspelt variable', () => {
  const complete = {
    CREDENTIALS_SECRET_ID: '',
    TOKEN_ENDPOINT: '',
    TOKEN_PARAMETER_NAME: '',
    REFRESH_EVERY_SECONDS: '',
    CHECK_EVERY_SECONDS: '',
    TOKEN_LIFETIME_SECONDS: '',
  } satisfies Environment;
  const { TOKEN_ENDPOINT, ...rest } = complete;
  // @ts-expect-error: TOKEN_ENDPOINT is forgotten.
  const forgotten = { ...rest } satisfies Environment;
  // @ts-expect-error: an optional variable is misspelt.
  const misspelt = { ...complete, RENEWAL_WINDOW_SECOND: '' } satisfies Environment;
  expect([TOKEN_ENDPOINT, forgotten, misspelt]).toHaveLength(3);
});
