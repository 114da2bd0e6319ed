/** The parameter that says how long the token lives; it stands below the token's own parameter. */
export function statusParameterName(tokenParameterName: string): string {
  return `${tokenParameterName}/status`;
}
