// Requests of browsers by method and path: how slow, how often failed, and where their time goes. A row opens the session of its
// slowest request with that request's trace inline; the arrow opens the shares, status codes and pages beside the table.
import './measures.css';

import { useMemo } from 'preact/hooks';

import type { RequestRow, RumScope } from '../api/rum_overview';
import { go, link, setQuery, useParameter } from '../app/address';
import { formatDuration } from '../format/duration';
import { formatBytes, formatCount, formatShare, kMissing } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { DataTable, type Column, type Sort } from '../widget/data_table';
import { Icon } from '../widget/icon';
import { ChangeCell } from './change';
import { factorOf } from './comparison';
import { joined } from './filter';
import { ValueText } from './filter_bar';
import { pageLink, sessionLink, sessionsLink } from './links';
import { TimeBar, TimeSplitView } from './time_bar';

export const requestKey = (row: RequestRow): string => `${row.method} ${row.host}${row.name}`;
export const failShare = (row: { failed: number; count: number }): number => (row.count ? row.failed / row.count : 0);
const sampleHref = (row: RequestRow) => (row.sample ? sessionLink(row.sample.session_id, row.sample.event_id) : undefined);

/** No answer at all has the code 0 or none. */
export function statusName(code: string): string {
  return code === '' || code === '0' ? t.rum.requests.no_answer : code;
}
const isFailure = (code: string) => code === '' || code === '0' || code >= '400';

export function FailShare({ share }: { share: number }) {
  return <span class={share >= 0.01 ? 'is-error strong' : share > 0 ? '' : 'third'}>{formatShare(share)}</span>;
}

export function RequestName({ row, isLink = true }: { row: RequestRow; isLink?: boolean }) {
  const href = sampleHref(row);
  const inner = <><span class="method">{row.method}</span> {row.name}</>;
  return (
    <span class="request-name" translate={false} title={`${row.method} ${row.host}${row.name}`}>
      {href && isLink ? <a class="row-link" href={href}>{inner}</a> : inner}
      {row.host && <span class="third host"> {row.host}</span>}
    </span>
  );
}

function columnsOf(isShort: boolean, isOpen: boolean, chosen: string, hasBefore: boolean): Column<RequestRow>[] {
  const words = t.rum.requests;
  const minor = { isMinor: true } as const;
  const all: (Column<RequestRow> | false)[] = [
    !isShort && {
      id: 'open', title: words.details, isTitleHidden: true, width: 28,
      cell: (row) => (
        <button type="button" class="button quiet small icon-only" aria-expanded={requestKey(row) === chosen} aria-label={words.details_of(`${row.method} ${row.name}`)} onClick={() => setQuery({ request: requestKey(row) === chosen ? undefined : requestKey(row) })}>
          <Icon name={requestKey(row) === chosen ? 'left' : 'right'} />
        </button>
      ),
    },
    { id: 'name', title: words.request, fills: true, sortBy: (row) => row.name, cell: (row) => <RequestName row={row} /> },
    { id: 'count', title: words.count, align: 'right', ...minor, sortBy: (row) => row.count, cell: (row) => formatCount(row.count) },
    { id: 'failed', title: words.failed, align: 'right', sortBy: failShare, cell: (row) => <FailShare share={failShare(row)} /> },
    !isShort && !isOpen && { id: 'p50', title: 'p50', align: 'right', ...minor, sortBy: (row) => row.p50_ns ?? undefined, cell: (row) => formatDuration(row.p50_ns) },
    { id: 'p75', title: 'p75', align: 'right', sortBy: (row) => row.p75_ns ?? undefined, cell: (row) => <span class={(row.p75_ns ?? 0) > 2e9 ? 'is-warning strong' : ''}>{formatDuration(row.p75_ns)}</span> },
    !isShort && !isOpen && hasBefore && {
      id: 'change', title: words.change, align: 'right', ...minor, tip: words.change_tip, sortBy: (row) => factorOf(row.p75_ns, row.before_p75_ns, [row.count, row.before_count]),
      cell: (row) => <ChangeCell now={row.p75_ns} before={row.before_p75_ns} worse="more" samples={[row.count, row.before_count]} format={formatDuration} />,
    },
    !isShort && !isOpen && { id: 'p95', title: 'p95', align: 'right', ...minor, sortBy: (row) => row.p95_ns ?? undefined, cell: (row) => formatDuration(row.p95_ns) },
    !isShort && { id: 'slowest', title: words.slowest, align: 'right', ...minor, sortBy: (row) => row.max_ns ?? undefined, cell: (row) => formatDuration(row.max_ns) },
    {
      id: 'time', title: words.time, ...minor, width: 120, tip: words.time_tip, sortBy: (row) => (row.time ? row.time.backend_ns / Math.max(1, row.time.backend_ns + row.time.network_ns + row.time.browser_ns) : undefined),
      cell: (row) => (row.time && row.time.sampled > 0 ? <TimeBar split={row.time} /> : <span class="third" data-tip={words.no_time}>{kMissing}</span>),
    },
    !isShort && !isOpen && { id: 'traced', title: words.traced, align: 'right', ...minor, tip: words.traced_tip, sortBy: (row) => (row.count ? row.traced / row.count : undefined), cell: (row) => <span class={row.traced ? '' : 'third'}>{formatShare(row.count ? row.traced / row.count : 0)}</span> },
    !isShort && !isOpen && { id: 'bytes', title: words.size, align: 'right', ...minor, sortBy: (row) => row.transfer_bytes_p75 ?? undefined, cell: (row) => formatBytes(row.transfer_bytes_p75) },
    !isShort && { id: 'total', title: words.total, align: 'right', ...minor, tip: words.total_tip, sortBy: (row) => row.total_ns, cell: (row) => formatDuration(row.total_ns) },
  ];
  return all.filter((column): column is Column<RequestRow> => column !== false);
}

function Detail({ row, scope }: { row: RequestRow; scope: RumScope }) {
  const words = t.rum.requests;
  const href = sampleHref(row);
  const most = Math.max(1, ...row.status.map((each) => each.count));
  return (
    <aside class="panel rum-detail" aria-label={words.details_of(`${row.method} ${row.name}`)}>
      <header>
        <h2 class="grow request-name" translate={false}><span class="method">{row.method}</span> {row.name}</h2>
        <button type="button" class="button quiet icon-only" aria-label={t.app.close} data-key="Esc" onClick={() => setQuery({ request: undefined })}><Icon name="close" /></button>
      </header>
      <div class="body stack">
        {row.host && <p class="third mono" translate={false}>{row.host}</p>}
        <div class="line wrap">
          {href && <a class="button primary" href={href}><Icon name="sessions" />{words.slowest_session(formatDuration(row.sample?.duration_ns))}</a>}
          {row.sample?.trace_id && <a class="button" href={link(['/trace', row.sample.trace_id])}><Icon name="traces" />{words.its_trace}</a>}
          <a class="button" href={sessionsLink({ app: scope.app, q: joined(scope.q, row.q) })}>{words.sessions}</a>
        </div>
        <section>
          <h3>{words.time}</h3>
          {row.time && row.time.sampled > 0 ? <><p class="caption">{words.time_of(row.time.sampled)}</p><TimeSplitView split={row.time} /></> : <p class="third">{words.no_time}</p>}
        </section>
        <section>
          <h3>{t.app.words.duration}</h3>
          <dl class="facts number">
            {([['p50', row.p50_ns], ['p75', row.p75_ns], ['p95', row.p95_ns], ['p99', row.p99_ns]] as const).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{formatDuration(value)}</dd></div>)}
            <div><dt>{words.slowest}</dt><dd>{formatDuration(row.max_ns)}</dd></div>
          </dl>
        </section>
        <section>
          <h3>{words.statuses}</h3>
          <ul class="bars">
            {row.status.map((each) => (
              <li key={each.code}>
                <span class={isFailure(each.code) ? 'bar-name is-error' : 'bar-name'}>{isFailure(each.code) && <Icon name="failed" />}<span translate={each.code === '' || each.code === '0'}>{statusName(each.code)}</span></span>
                <span class="share-track"><i class={isFailure(each.code) ? 'is-failure' : ''} style={{ width: `${(each.count / most) * 100}%` }} /></span>
                <span class="number right">{formatCount(each.count)}</span>
              </li>
            ))}
          </ul>
        </section>
        {row.pages.length > 0 && (
          <section>
            <h3>{words.pages}</h3>
            <ul>
              {row.pages.map((each) => <li key={each.view} class="line"><a class="cut" href={pageLink(each.view, scope)}><ValueText value={each.view} /></a><span class="grow" /><span class="third number">{formatCount(each.count)}</span></li>)}
            </ul>
          </section>
        )}
        <p class="caption">{words.traced_of(formatCount(row.traced), formatCount(row.traced + row.not_traced))}</p>
      </div>
    </aside>
  );
}

export function RequestTable({ name, rows, scope, isShort = false, isMain = false, sort, onSort, maxHeight }: {
  name: string;
  rows: readonly RequestRow[];
  scope: RumScope;
  /** The few columns that fit beside another table. */
  isShort?: boolean;
  isMain?: boolean;
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  maxHeight?: string;
}) {
  const chosen = useParameter('request');
  const opened = isShort ? undefined : rows.find((row) => requestKey(row) === chosen);
  const columns = useMemo(() => columnsOf(isShort, opened !== undefined, opened ? chosen : '', rows.some((row) => row.before_p75_ns !== null)), [isShort, opened, chosen, rows]);
  const open = (row: RequestRow) => {
    const href = sampleHref(row);
    if (href) go(href);
    else if (!isShort) setQuery({ request: requestKey(row) });
  };
  const table = (
    <DataTable name={name} label={t.rum.requests.title} isFlat={isShort} isMain={isMain} columns={columns} rows={rows} rowKey={requestKey} rowHref={sampleHref} onRow={open} {...(maxHeight ? { maxHeight } : {})}
      {...(onSort ? { onSort } : {})} sort={sort} selectedKey={opened ? chosen : undefined} />
  );
  if (isShort) return table;
  return <div class={opened ? 'rum-split open' : 'rum-split'}>{table}{opened && <Detail row={opened} scope={scope} />}</div>;
}
