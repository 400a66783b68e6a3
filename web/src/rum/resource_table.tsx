// Static resources by type and address: how slow, how large, how often from the cache, whose. The arrow opens the phases of loading.
import './measures.css';

import { useMemo } from 'preact/hooks';

import type { ResourceRow, RumScope } from '../api/rum_overview';
import { setQuery, useParameter } from '../app/address';
import { formatDuration } from '../format/duration';
import { formatBytes, formatCount, formatShare, kMissing } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { DataTable, type Column, type Sort } from '../widget/data_table';
import { Icon } from '../widget/icon';
import { joined } from './filter';
import { sessionLink, sessionsLink } from './links';
import { PhaseLegend, PhaseStrip, PhaseWaterfall } from './phases';
import { FailShare, failShare } from './request_table';

export const resourceKey = (row: ResourceRow): string => `${row.type} ${row.host} ${row.name}`;
const cachedShare = (row: ResourceRow): number => (row.count ? row.cached / row.count : 0);

/** Without scheme and host, which stand beside. */
export function resourcePath(row: Pick<ResourceRow, 'name' | 'host'>): string {
  return row.name.replace(/^[a-z]+:\/\/[^/]+/, '').replace(new RegExp(`^${row.host.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`), '') || '/';
}

function typeName(type: string): string {
  const types: Record<string, string> = t.rum.resources.types;
  return types[type] ?? type;
}

function columnsOf(isOpen: boolean, chosen: string, isShort: boolean): Column<ResourceRow>[] {
  const words = t.rum.resources;
  const minor = { isMinor: true } as const;
  const all: (Column<ResourceRow> | false)[] = [
    !isShort && {
      id: 'open', title: words.details, isTitleHidden: true, width: 28,
      cell: (row) => (
        <button type="button" class="button quiet small icon-only" aria-expanded={resourceKey(row) === chosen} aria-label={words.details_of(resourcePath(row))} onClick={() => setQuery({ resource: resourceKey(row) === chosen ? undefined : resourceKey(row) })}>
          <Icon name={resourceKey(row) === chosen ? 'left' : 'right'} />
        </button>
      ),
    },
    {
      id: 'name', title: words.resource, fills: true, sortBy: (row) => row.name,
      cell: (row) => (
        <span class="request-name" title={row.name}>
          <span translate={false}>{row.sample ? <a class="row-link" href={sessionLink(row.sample.session_id, row.sample.event_id)}>{resourcePath(row)}</a> : resourcePath(row)}</span>
          <span class="third host" translate={false}> {row.host}</span>
        </span>
      ),
    },
    !isShort && { id: 'type', title: words.type, ...minor, sortBy: (row) => row.type, cell: (row) => <span translate={row.type in words.types}>{typeName(row.type)}</span> },
    !isShort && { id: 'party', title: words.party, isTitleHidden: true, ...minor, sortBy: (row) => Number(row.third_party), cell: (row) => (row.third_party ? <span class="pill" data-tip={words.third_party_tip}>{words.third_party}</span> : null) },
    { id: 'count', title: words.count, align: 'right', ...minor, sortBy: (row) => row.count, cell: (row) => formatCount(row.count) },
    !isShort && { id: 'failed', title: words.failed, align: 'right', ...minor, sortBy: failShare, cell: (row) => <FailShare share={failShare(row)} /> },
    !isOpen && !isShort && { id: 'p50', title: 'p50', align: 'right', ...minor, sortBy: (row) => row.p50_ns ?? undefined, cell: (row) => formatDuration(row.p50_ns) },
    { id: 'p75', title: 'p75', align: 'right', sortBy: (row) => row.p75_ns ?? undefined, cell: (row) => <span class={(row.p75_ns ?? 0) > 1e9 ? 'is-warning strong' : ''}>{formatDuration(row.p75_ns)}</span> },
    !isOpen && !isShort && { id: 'p95', title: 'p95', align: 'right', ...minor, sortBy: (row) => row.p95_ns ?? undefined, cell: (row) => formatDuration(row.p95_ns) },
    { id: 'bytes', title: words.size, align: 'right', tip: words.size_tip, sortBy: (row) => row.transfer_bytes_p75 ?? undefined, cell: (row) => formatBytes(row.transfer_bytes_p75) },
    { id: 'cached', title: words.cached, align: 'right', ...minor, tip: words.cached_tip, sortBy: cachedShare, cell: (row) => formatShare(cachedShare(row)) },
    { id: 'phases', title: words.phases, ...minor, width: 120, tip: words.phases_tip, cell: (row) => <PhaseStrip phases={row.phases} /> },
    !isShort && { id: 'blocking', title: words.blocking, align: 'right', ...minor, tip: words.blocking_tip, sortBy: (row) => row.render_blocking, cell: (row) => (row.render_blocking ? <span class="is-warning">{formatShare(row.render_blocking / Math.max(1, row.count))}</span> : <span class="third">{formatShare(0)}</span>) },
    !isOpen && !isShort && { id: 'protocol', title: words.protocol, ...minor, sortBy: (row) => row.protocol ?? undefined, cell: (row) => <span translate={false}>{row.protocol || kMissing}</span> },
    !isShort && { id: 'total', title: words.total, align: 'right', ...minor, tip: words.total_tip, sortBy: (row) => row.total_ns, cell: (row) => formatDuration(row.total_ns) },
  ];
  return all.filter((column): column is Column<ResourceRow> => column !== false);
}

function Detail({ row, scope }: { row: ResourceRow; scope: RumScope }) {
  const words = t.rum.resources;
  return (
    <aside class="panel rum-detail" aria-label={words.details_of(resourcePath(row))}>
      <header>
        <h2 class="grow request-name" translate={false}>{resourcePath(row)}</h2>
        <button type="button" class="button quiet icon-only" aria-label={t.app.close} data-key="Esc" onClick={() => setQuery({ resource: undefined })}><Icon name="close" /></button>
      </header>
      <div class="body stack">
        <p class="third mono" translate={false}>{row.name}</p>
        <div class="line wrap">
          {row.sample && <a class="button primary" href={sessionLink(row.sample.session_id, row.sample.event_id)}><Icon name="sessions" />{words.slowest_session}</a>}
          <a class="button" href={sessionsLink({ app: scope.app, q: joined(scope.q, row.q) })}>{t.rum.requests.sessions}</a>
        </div>
        <section>
          <h3>{words.phases}</h3>
          <p class="caption">{t.rum.phases_are}</p>
          <PhaseWaterfall phases={row.phases} />
        </section>
        <dl class="facts number">
          <div><dt>p50</dt><dd>{formatDuration(row.p50_ns)}</dd></div>
          <div><dt>p75</dt><dd>{formatDuration(row.p75_ns)}</dd></div>
          <div><dt>p95</dt><dd>{formatDuration(row.p95_ns)}</dd></div>
          <div><dt>{words.transfer}</dt><dd>{formatBytes(row.transfer_bytes_p75)}</dd></div>
          <div><dt>{words.decoded}</dt><dd>{formatBytes(row.decoded_bytes_p75)}</dd></div>
          <div><dt>{words.cached}</dt><dd>{formatShare(cachedShare(row))}</dd></div>
          <div><dt>{words.protocol}</dt><dd translate={false}>{row.protocol || kMissing}</dd></div>
        </dl>
      </div>
    </aside>
  );
}

export function ResourceTable({ name, rows, scope, isShort = false, isMain = false, sort, onSort, maxHeight }: {
  name: string;
  rows: readonly ResourceRow[];
  scope: RumScope;
  isShort?: boolean;
  isMain?: boolean;
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  maxHeight?: string;
}) {
  const chosen = useParameter('resource');
  const opened = isShort ? undefined : rows.find((row) => resourceKey(row) === chosen);
  const columns = useMemo(() => columnsOf(opened !== undefined, opened ? chosen : '', isShort), [opened, chosen, isShort]);
  const table = (
    <DataTable name={name} label={t.rum.resources.title} isFlat={isShort} isMain={isMain} columns={columns} rows={rows} rowKey={resourceKey} {...(maxHeight ? { maxHeight } : {})} {...(onSort ? { onSort } : {})} sort={sort}
      {...(isShort ? { rowHref: (row: ResourceRow) => (row.sample ? sessionLink(row.sample.session_id, row.sample.event_id) : undefined) } : { onRow: (row: ResourceRow) => setQuery({ resource: resourceKey(row) === chosen ? undefined : resourceKey(row) }) })}
      selectedKey={opened ? chosen : undefined} />
  );
  if (isShort) return table;
  return <div class={opened ? 'rum-split open' : 'rum-split'}><div>{table}<PhaseLegend /></div>{opened && <Detail row={opened} scope={scope} />}</div>;
}
