interface TableOptions {
  /** Aligns every column but the first to the right. */
  readonly figures?: boolean;
}

/** A Markdown table, its columns as wide as their widest cell. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { figures = false }: TableOptions = {},
): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const isFigure = (column: number) => figures && column > 0;
  const line = (cells: readonly string[]): string => {
    const padded = widths.map((width, column) =>
      (cells[column] ?? '')[isFigure(column) ? 'padStart' : 'padEnd'](width),
    );
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, column) => (isFigure(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

/** A Markdown table with a row for each item: the titles of its columns, and what stands in each. */
export function tableOf<Item>(
  items: readonly Item[],
  columns: Readonly<Record<string, (item: Item) => string>>,
  options?: TableOptions,
): string {
  const rows = items.map((item) => Object.values(columns).map((read) => read(item)));
  return markdownTable(Object.keys(columns), rows, options);
}
