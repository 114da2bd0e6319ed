/** One thing that a consumer does with the package, tried: a row of a table of docs/packaging.md, where it has one. */
export interface Row {
  readonly cells: readonly string[];
  /** Run in CI too. */
  readonly quick?: boolean;
  /** @returns what is not as the row says; undefined where all of it is */
  readonly play: () => Promise<string | undefined>;
}
