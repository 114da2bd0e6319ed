/** What docs/reading.md shows of a reader that reports a rejected token. */
import { createTokenReader } from '../../lambda/reader/token-reader.ts';

const tokens = createTokenReader({ parameterName: process.env.TOKEN_PARAMETER_NAME, reportRejections: true });

export { tokens };
