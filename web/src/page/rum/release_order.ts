// Which release is the newest: by its number where all are numbers, else by when it was first seen. As the server tells them apart.
import type { BreakdownRow, RumVersion } from '../../api/rum_overview';
import { fromNanoseconds } from '../../format/instant';

export interface Release {
  version: RumVersion;
  row: BreakdownRow | undefined;
  before: BreakdownRow | undefined;
}
const kReleases = 6;

/** `v5.10.2-beta` as [5, 10, 2]; undefined where it is no dotted number. */
export function numbersOf(version: string): number[] | undefined {
  const plain = version.replace(/^v/, '').replace(/[-+].*$/, '');
  return /^\d+(\.\d+)*$/.test(plain) ? plain.split('.').map(Number) : undefined;
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference) return difference;
  }
  return 0;
}

export function newestFirst(versions: readonly RumVersion[]): RumVersion[] {
  const numbers = new Map(versions.map((each) => [each.version, numbersOf(each.version)]));
  const allNumbers = [...numbers.values()].every((each) => each !== undefined);
  const seen = (version: RumVersion) => fromNanoseconds(version.first_ns);
  return [...versions].sort((a, b) => (allNumbers ? compareNumbers(numbers.get(b.version) ?? [], numbers.get(a.version) ?? []) : 0) || seen(b) - seen(a));
}

/** The newest versions, each with what is known of it and of the one before. */
export function releasesOf(versions: readonly RumVersion[], rows: readonly BreakdownRow[]): Release[] {
  const rowOf = (version: RumVersion | undefined) => rows.find((row) => row.value === version?.version);
  const ordered = newestFirst(versions);
  return ordered.slice(0, kReleases).map((version, index) => ({ version, row: rowOf(version), before: rowOf(ordered[index + 1]) }));
}
