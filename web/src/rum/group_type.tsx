// What a group of errors is called: the exception's type; where it has none, what kind of trouble it was.
import type { ErrorGroupRow } from '../api/rum_errors';
import { t } from '../i18n/catalogue';

export function groupTypeName(row: Pick<ErrorGroupRow, 'type' | 'kind'>): string {
  const kinds: Record<string, string> = t.rumErrors.untyped;
  return row.type || (kinds[row.kind] ?? t.rumErrors.no_type);
}

export function GroupType({ row }: { row: Pick<ErrorGroupRow, 'type' | 'kind'> }) {
  return <b translate={row.type === ''}>{groupTypeName(row)}</b>;
}
