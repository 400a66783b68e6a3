// A table of data: sorted by a click on its header, only the rows in sight are in the DOM, real links, widths remembered.
//
// Sorting is the caller's state (it belongs into the address) where `sort` and `onSort` are given, else the table's own.
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import { go } from '../app/address';
import { useKeys } from '../app/keys';
import { preference } from '../app/preferences';
import { useStore } from '../app/store';
import { t } from '../i18n/catalogue';
import { Icon } from './icon';

export type SortKey = number | string | undefined;

export interface Column<Row> {
  id: string;
  title: string;
  /** Read out where there is no room for the title: the title is then not shown. */
  isTitleHidden?: boolean;
  /** The title is an attribute's key. */
  isData?: boolean;
  cell: (row: Row) => ComponentChildren;
  /** What rows are sorted by; without it the column cannot be sorted. Undefined comes last either way. */
  sortBy?: (row: Row) => SortKey;
  /** Largest first at the first click. */
  isDescending?: boolean;
  align?: 'right';
  /** Takes the room that is left and is cut. */
  fills?: boolean;
  width?: number;
  /** Left out on phones. */
  isMinor?: boolean;
  tip?: string;
  /** In the header beside the title. */
  head?: ComponentChildren;
}
export interface Sort {
  column: string;
  descending: boolean;
}

interface DataTableProps<Row> {
  /** Names the table for remembered widths. */
  name: string;
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  rowHref?: (row: Row) => string | undefined;
  onRow?: (row: Row) => void;
  selectedKey?: string | undefined;
  rowClass?: (row: Row) => string | undefined;
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  /** Scrolls inside when higher than this (CSS length). */
  maxHeight?: string;
  rowHeight?: number;
  /** Takes j, k and Enter. */
  isMain?: boolean;
  isFlat?: boolean;
  onActive?: (row: Row) => void;
}

const kOverscan = 12;
const kWidthMin = 40;
const isWidths = (value: unknown): value is Record<string, number> => typeof value === 'object' && value !== null;

export function compareKeys(a: SortKey, b: SortKey, descending: boolean): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
  return descending ? -order : order;
}

/** Rows in order; equal rows keep theirs. */
export function sortRows<Row>(rows: readonly Row[], column: Column<Row> | undefined, descending: boolean): readonly Row[] {
  const sortBy = column?.sortBy;
  if (!sortBy) return rows;
  return rows
    .map((row) => ({ row, key: sortBy(row) }))
    .sort((a, b) => compareKeys(a.key, b.key, descending))
    .map(({ row }) => row);
}

function Title<Row>({ column }: { column: Column<Row> }) {
  return (
    <span class={column.isTitleHidden ? 'unseen' : undefined} translate={!column.isData}>
      {column.title}
    </span>
  );
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { columns, rows, rowKey, rowHref, onRow, rowHeight = 28 } = props;
  const [ownSort, setOwnSort] = useState<Sort>();
  const sort = props.sort ?? ownSort;
  const sorted = useMemo(
    () => (sort ? sortRows(rows, columns.find((column) => column.id === sort.column), sort.descending) : rows),
    [rows, sort?.column, sort?.descending, columns],
  );
  const widthStore = useMemo(() => preference<Record<string, number>>(`columns.${props.name}`, {}, isWidths), [props.name]);
  const widths = useStore(widthStore);
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 2000 });
  const [active, setActive] = useState<string>();
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    element.addEventListener('scroll', measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', measure);
      observer.disconnect();
    };
  }, []);

  const first = props.maxHeight ? Math.max(0, Math.floor(view.top / rowHeight) - kOverscan) : 0;
  const last = props.maxHeight ? Math.min(sorted.length, Math.ceil((view.top + view.height) / rowHeight) + kOverscan) : sorted.length;

  const open = (row: Row) => {
    if (onRow) onRow(row);
    else {
      const href = rowHref?.(row);
      if (href) go(href);
    }
  };
  const move = (by: number) => {
    const at = sorted.findIndex((row) => rowKey(row) === active);
    const next = Math.max(0, Math.min(sorted.length - 1, at < 0 ? (by > 0 ? 0 : sorted.length - 1) : at + by));
    const row = sorted[next];
    if (!row) return false;
    setActive(rowKey(row));
    props.onActive?.(row);
    const element = box.current;
    const top = next * rowHeight;
    if (element && props.maxHeight) {
      if (top < element.scrollTop) element.scrollTop = top;
      if (top + 3 * rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + 3 * rowHeight - element.clientHeight;
    } else element?.querySelectorAll('tbody tr')[next]?.scrollIntoView({ block: 'nearest' });
    return true;
  };
  const words = t.app.keys;
  useKeys(props.label, props.isMain
    ? [
        { keys: ['j', '↓'], label: words.next_row, run: () => move(1) },
        { keys: ['k', '↑'], label: words.previous_row, run: () => move(-1) },
        {
          keys: ['Enter'], label: words.open_row,
          run: (event) => {
            const row = sorted.find((each) => rowKey(each) === active);
            if (!row || (event.target as Element).closest('a, button')) return false;
            open(row);
            return true;
          },
        },
      ]
    : []);

  const onSort = (column: Column<Row>) => {
    const isSame = sort?.column === column.id;
    const next = { column: column.id, descending: isSame ? !sort.descending : (column.isDescending ?? column.align === 'right') };
    if (props.onSort) props.onSort(next);
    else setOwnSort(next);
  };
  const onGrip = (event: PointerEvent, id: string) => {
    const grip = event.currentTarget as HTMLElement;
    const from = grip.parentElement?.getBoundingClientRect().width ?? 100;
    const x = event.clientX;
    grip.setPointerCapture(event.pointerId);
    grip.onpointermove = (moved) => widthStore.set({ ...widthStore.get(), [id]: Math.max(kWidthMin, Math.round(from + moved.clientX - x)) });
    grip.onpointerup = () => (grip.onpointermove = null);
  };

  return (
    <div ref={box} class={props.isFlat ? 'table-box flat' : 'table-box'} style={props.maxHeight ? { maxHeight: props.maxHeight } : undefined} tabIndex={props.maxHeight ? 0 : undefined}
      role={props.maxHeight ? 'region' : undefined} aria-label={props.maxHeight ? props.label : undefined}>
      <table class="data" aria-label={props.label} aria-rowcount={sorted.length + 1} style={rowHeight === 28 ? undefined : { '--row-height': `${rowHeight}px` }}>
        <thead>
          <tr>
            {columns.map((column) => {
              const width = widths[column.id] ?? column.width;
              const direction = sort?.column === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined;
              return (
                <th key={column.id} scope="col" class={`${column.align ?? ''} ${column.isMinor ? 'hide-narrow' : ''}`} aria-sort={direction} data-tip={column.tip}
                  style={width ? { width: `${width}px`, minWidth: `${width}px` } : undefined}>
                  {column.sortBy ? (
                    <button type="button" onClick={() => onSort(column)}>
                      <Title column={column} />
                      {direction && <Icon name={direction === 'descending' ? 'sort_down' : 'sort_up'} />}
                    </button>
                  ) : (
                    <Title column={column} />
                  )}
                  {column.head}
                  <span class="grip" aria-hidden="true" onPointerDown={(event) => onGrip(event, column.id)} onDblClick={() => {
                    const { [column.id]: _gone, ...rest } = widthStore.get();
                    widthStore.set(rest);
                  }} />
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {first > 0 && (
            <tr class="space" aria-hidden="true">
              <td colSpan={columns.length} style={{ height: `${first * rowHeight}px` }} />
            </tr>
          )}
          {sorted.slice(first, last).map((row, index) => {
            const key = rowKey(row);
            const href = rowHref?.(row);
            const isLink = href !== undefined || onRow !== undefined;
            return (
              <tr key={key} aria-rowindex={first + index + 2} class={`${isLink ? 'link' : ''} ${props.rowClass?.(row) ?? ''}`} aria-selected={key === (props.selectedKey ?? active) ? true : undefined}
                onClick={(event) => {
                  // A real link or control in the row acts for itself; selecting text is no click.
                  if ((event.target as Element).closest('a, button, input, label') || getSelection()?.toString()) return;
                  if (event.ctrlKey || event.metaKey) {
                    if (href) window.open(href, '_blank', 'noopener');
                  } else if (isLink) open(row);
                }}>
                {columns.map((column) => (
                  <td key={column.id} class={`${column.align ?? ''} ${column.fills ? 'fills' : ''} ${column.isMinor ? 'hide-narrow' : ''}`} style={widths[column.id] && !column.fills ? { maxWidth: `${widths[column.id]}px`, overflow: 'hidden', textOverflow: 'ellipsis' } : undefined}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {last < sorted.length && (
            <tr class="space" aria-hidden="true">
              <td colSpan={columns.length} style={{ height: `${(sorted.length - last) * rowHeight}px` }} />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}
