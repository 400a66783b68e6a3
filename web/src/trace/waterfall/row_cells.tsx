// The left side of a row: what it is, in words that can be read out, selected and clicked. The right side is canvas.
import { Component } from 'preact';

import { colourClass } from '../../app/service_colours';
import { formatDuration, formatDurationExactly } from '../../format/duration';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { Icon } from '../../widget/icon';
import { Flag, isError, nameOf, serviceOf, spanIdText, type TraceColumns } from '../model/columns';
import { isLikelyNPlusOne } from '../model/groups';
import { RowKind } from '../model/rows';
import type { TextWidths } from '../model/text_fit';
import type { TraceState } from '../trace_state';

const kIndent = 14;
const kIndentTight = 3;
const kIndentFullDepth = 12;

export function indentPixels(depth: number, nameWidth: number): number {
  const full = Math.min(depth, kIndentFullDepth) * kIndent + Math.max(0, depth - kIndentFullDepth) * kIndentTight;
  return Math.min(full, Math.floor(nameWidth * 0.5));
}

interface RowCellsProps {
  state: TraceState;
  at: number;
  top: number;
  nameWidth: number;
  widths: TextWidths;
  font: string;
  striped: readonly boolean[];
  isSticky?: boolean;
}

/** A row; while the reader only scrolls, rows that stay in sight are left alone. */
export class RowCells extends Component<RowCellsProps> {
  override shouldComponentUpdate(next: RowCellsProps): boolean {
    const now = this.props;
    return next.state !== now.state || next.at !== now.at || next.top !== now.top || next.nameWidth !== now.nameWidth || next.striped !== now.striped || next.font !== now.font;
  }
  override render(props: RowCellsProps) {
    switch (props.state.rows.kind[props.at]) {
      case RowKind.group:
        return <GroupRow {...props} />;
      case RowKind.more:
        return <MoreRow {...props} />;
      case RowKind.missing:
        return <MissingRow {...props} />;
      default:
        return <SpanRow {...props} />;
    }
  }
}

export function squareClass(columns: TraceColumns, service: number, striped: readonly boolean[], flags: number): string {
  const isVirtual = (flags & (Flag.database | Flag.cache | Flag.messaging | Flag.external)) !== 0;
  return `square ${colourClass(columns.facts.services[service]!.name)}${isVirtual ? ' hollow' : ''}${striped[service] ? ' striped' : ''}`;
}

const rowStyle = (top: number, indent: number) => ({ transform: `translateY(${top}px)`, '--indent': `${indent}px` });

function SpanRow({ state, at, top, nameWidth, widths, font, striped, isSticky }: RowCellsProps) {
  const { columns, rows, act } = state;
  const row = rows.row[at]!;
  const flags = columns.flags[row]!;
  const service = serviceOf(columns, row);
  const name = nameOf(columns, row);
  const indent = indentPixels(rows.indent[at]!, nameWidth);
  const hasChildren = columns.subtree[row]! > 1;
  const isCollapsed = state.shown.collapsed[row] === 1 && hasChildren;
  const failed = isError(columns, row);
  const isCause = (flags & Flag.errorCause) !== 0;
  const up = columns.parent[row]!;
  const showsService = up < 0 || columns.service[up] !== columns.service[row] || rows.indent[at] === 0;
  const hidden = rows.hidden[at]!;
  const isMatch = state.matchBits?.[row] === 1;

  const serviceText = showsService ? widths.fit(font, service.name, nameWidth * 0.34) || service.name.slice(0, 3) : '';
  const badges = (failed ? 20 : 0) + (isCollapsed ? 44 : 0) + (hidden > 0 ? 64 : 0);
  const room = nameWidth - indent - 44 - badges - (serviceText ? widths.width(font, serviceText) + 8 : 0);
  const said = t.trace.row.span(service.name, name, formatDuration(columns.duration[row]), formatDuration(columns.self[row]), failed);
  return (
    <div role="row" id={isSticky ? undefined : `wf-row-${at}`} aria-rowindex={at + 2} aria-level={rows.indent[at]! + 1} aria-hidden={isSticky ? true : undefined}
      aria-expanded={hasChildren ? !isCollapsed : undefined} aria-selected={row === state.selected} aria-label={said} data-span={spanIdText(columns, row)} data-row={row}
      class={rowClass(state, row, failed && isCause, isMatch)} style={rowStyle(top, indent)} onClick={() => act.select(row, { reveal: false })}>
      <div role="gridcell" class="wf-name">
        {hasChildren ? (
          <button type="button" class="wf-caret" tabIndex={-1} aria-label={isCollapsed ? t.trace.expand : t.trace.collapse}
            onClick={(event) => {
              event.stopPropagation();
              act.toggle(row);
            }}>
            <Icon name={isCollapsed ? 'right' : 'down'} />
          </button>
        ) : (
          <span class="wf-caret" />
        )}
        <i class={squareClass(columns, columns.service[row]!, striped, flags)} aria-hidden="true" />
        {serviceText && (
          <span class="wf-service" translate={false}>
            {serviceText}
          </span>
        )}
        <span class="wf-operation" translate={false} title={name}>
          {isMatch ? <mark>{widths.fit(font, name, room) || name}</mark> : widths.fit(font, name, room) || name}
        </span>
        {failed && (
          <span class={isCause ? 'wf-error cause' : 'wf-error'} title={isCause ? t.trace.row.error_cause : t.trace.row.error_passed_on}>
            <Icon name="failed" />
          </span>
        )}
        {isCollapsed && <span class="pill">+{formatCount(columns.subtree[row]! - 1)}</span>}
        {hidden > 0 && (
          <button type="button" class="pill wf-hidden" tabIndex={-1} title={t.trace.row.show_hidden}
            onClick={(event) => {
              event.stopPropagation();
              act.clearFilters();
            }}>
            {t.trace.row.hidden(hidden)}
          </button>
        )}
      </div>
      <SelfCell ns={columns.self[row]!} of={columns.facts.duration_ns} />
    </div>
  );
}

function rowClass(state: TraceState, row: number, isCause: boolean, isMatch: boolean): string {
  let name = 'wf-row';
  if (row === state.selected) name += ' selected';
  if (isCause) name += ' cause';
  if (state.pointed?.[row] === 1) name += ' pointed';
  if (state.shown.keep !== null && state.shown.keep[row] !== 1) name += ' context';
  if (isMatch) name += ' match';
  return name;
}

function SelfCell({ ns, of }: { ns: number; of: number }) {
  const share = of > 0 ? Math.min(1, ns / of) : 0;
  return (
    <div role="gridcell" class="wf-self number" title={formatDurationExactly(ns)} style={{ '--share': `${(share * 100).toFixed(1)}%` }}>
      <span>{formatDuration(ns)}</span>
    </div>
  );
}

function GroupRow({ state, at, top, nameWidth, widths, font, striped }: RowCellsProps) {
  const { columns, rows, groups, act } = state;
  const group = rows.group[at]!;
  const first = groups.first[group]!;
  const name = nameOf(columns, first);
  const indent = indentPixels(rows.indent[at]!, nameWidth);
  const isOpen = state.shown.openGroups.has(group);
  const size = groups.size[group]!;
  const likely = isLikelyNPlusOne(columns, groups, group);
  const overlap = groups.overlap[group]!;
  const figures = t.trace.row.group_figures(formatDuration(groups.sum[group]), formatDuration(groups.max[group]));
  const said = likely ? t.trace.row.likely_n_plus_one : overlap > 1 ? t.trace.row.overlap(overlap) : '';
  const counted = widths.width(font, `×${size}`) + 12;
  // The name comes first: where there is little room the note is left to the tooltip and the findings.
  const note = nameWidth - indent - 44 - counted - widths.width(font, said) - 16 >= Math.min(90, widths.width(font, name)) ? said : '';
  const taken = counted + (note ? widths.width(font, note) + 16 : 0);
  const isSelected = state.selected >= 0 && rows.shownAt[state.selected] === at;
  return (
    <div role="row" id={`wf-row-${at}`} aria-rowindex={at + 2} aria-level={rows.indent[at]! + 1} aria-expanded={isOpen} aria-selected={isSelected} data-group={group}
      aria-label={t.trace.row.group(name, size, said ? `${figures}, ${said}` : figures)} class={isSelected ? 'wf-row group selected' : 'wf-row group'} style={rowStyle(top, indent)} onClick={() => act.toggleGroup(group)}>
      <div role="gridcell" class="wf-name">
        <button type="button" class="wf-caret" tabIndex={-1} aria-label={isOpen ? t.trace.collapse : t.trace.expand}>
          <Icon name={isOpen ? 'down' : 'right'} />
        </button>
        <i class={squareClass(columns, columns.service[first]!, striped, columns.flags[first]!)} aria-hidden="true" />
        <span class="wf-operation" translate={false} title={name}>
          {widths.fit(font, name, nameWidth - indent - 44 - taken) || name}
        </span>
        <b class="wf-times number">×{formatCount(size)}</b>
        {note && <span class={likely ? 'pill warning' : 'pill'}>{note}</span>}
      </div>
      <div role="gridcell" class="wf-self number" title={figures}>
        <span>Σ {formatDuration(groups.sum[group])}</span>
      </div>
    </div>
  );
}

function MoreRow({ state, at, top, nameWidth }: RowCellsProps) {
  const group = state.rows.group[at]!;
  const below = state.rows.below[at]!;
  return (
    <div role="row" id={`wf-row-${at}`} aria-rowindex={at + 2} aria-level={state.rows.indent[at]! + 1} class="wf-row more" style={rowStyle(top, indentPixels(state.rows.indent[at]!, nameWidth))}
      onClick={() => state.act.showMore(group)}>
      <div role="gridcell" class="wf-name">
        <span class="wf-caret" />
        <button type="button" class="wf-link" tabIndex={-1}>
          {t.trace.row.more(below)}
        </button>
      </div>
    </div>
  );
}

function MissingRow({ state, at, top, nameWidth }: RowCellsProps) {
  return (
    <div role="row" id={`wf-row-${at}`} aria-rowindex={at + 2} aria-level={state.rows.indent[at]! + 1} class="wf-row missing" style={rowStyle(top, indentPixels(state.rows.indent[at]!, nameWidth))}>
      <div role="gridcell" class="wf-name">
        <span class="wf-caret" />
        <Icon name="warning" />
        <span>{t.trace.row.missing(state.rows.below[at]!)}</span>
      </div>
    </div>
  );
}
