// The result list that a trace was opened from, so that , and . walk it without going back. Whoever shows a list of traces
// leaves its ids here.

let list: readonly string[] = [];

export function rememberTraces(ids: readonly string[]): void {
  list = ids;
}

/** The trace before or behind one in the list; undefined at its ends or where it is not of the list. */
export function neighbour(id: string, by: 1 | -1): string | undefined {
  const at = list.indexOf(id);
  return at < 0 ? undefined : list[at + by];
}
