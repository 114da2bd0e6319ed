/** Why there is no token to hand out. What to do about each: docs/reading.md, "Read the token". */
export type TokenReadErrorCode = 'NO_TOKEN_YET' | 'TOKEN_EXPIRED' | 'EXPIRY_UNKNOWN' | 'NO_PERMISSION' | 'READ_FAILED';

/**
 * The one error of the reader. `code` is for programs, `message` says what to do. Never holds a token.
 */
export class TokenReadError extends Error {
  /** Always this, also where two copies of the package are loaded and `instanceof` fails. */
  override readonly name = 'TokenReadError';
  /** Why there is no token. */
  readonly code: TokenReadErrorCode;
  /** On `TOKEN_EXPIRED`: when the stored token expired, or is about to. */
  readonly expiresAt: Date | undefined;
  /** On `NO_PERMISSION`: the action to allow, such as `kms:Decrypt`. */
  readonly missingPermission: string | undefined;

  constructor(code: TokenReadErrorCode, message: string, options: TokenReadErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.expiresAt = options.expiresAt;
    this.missingPermission = options.missingPermission;
  }
}

type TokenReadErrorOptions = ErrorOptions & Partial<Pick<TokenReadError, 'expiresAt' | 'missingPermission'>>;
