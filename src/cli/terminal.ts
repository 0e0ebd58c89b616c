import pc from 'picocolors';

type Colors = ReturnType<typeof pc.createColors>;

/** Colours for one stream: none where it is no terminal, or where NO_COLOR, TERM=dumb or FORCE_COLOR=0 ask for none. */
export function paint(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Colors {
  const { NO_COLOR, TERM, FORCE_COLOR } = env;
  const wanted = FORCE_COLOR ? FORCE_COLOR !== '0' : stream.isTTY === true && TERM !== 'dumb';
  return pc.createColors(wanted && !NO_COLOR);
}

/** Pads cells so that columns line up; the first row is the head. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function formatPercent(share: number | null, digits = 2): string {
  return share === null ? 'n/a' : `${(share * 100).toFixed(digits)} %`;
}

export function formatSeconds(seconds: number | null): string {
  if (seconds === null) return '';
  if (seconds < 90) return `~${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `~${Math.ceil(seconds / 60)} min`;
  return `~${Math.ceil(seconds / 3600)} h`;
}
