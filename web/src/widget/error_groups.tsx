// Errors by type and normalised message, causes before what they caused; the chosen one with its stack and newest traces.
import './error_groups.css';

import { useMemo, useState } from 'preact/hooks';

import type { ErrorGroup, ErrorGroupsAnswer } from '../api/errors';
import { link, setQuery, useParameter } from '../app/address';
import { copyText } from '../app/notice';
import { useRange } from '../app/range';
import { agoName, lengthName } from '../app/range_names';
import { LineChart } from '../chart/line_chart';
import { Spark } from '../chart/spark';
import { timesOf } from '../api/spread';
import { formatInstant, formatInstantExactly, fromNanoseconds } from '../format/instant';
import { formatCount } from '../format/quantity';
import { shortId } from '../format/shorten';
import { t } from '../i18n/catalogue';
import { DataTable, type Column } from './data_table';
import { Icon } from './icon';
import { ServiceName } from './service_name';

/** How an error is called: its exception's type, else that it failed without one. */
function typeOf(group: ErrorGroup): string {
  return group.type.split(/[.:]/).filter(Boolean).at(-1) ?? '';
}

function columnsOf(): Column<ErrorGroup>[] {
  const words = t.errors.columns;
  return [
    {
      id: 'cause', title: t.errors.cause, isTitleHidden: true, width: 28,
      cell: (group) => <span class={group.is_cause ? 'is-error' : 'third'} data-tip={group.is_cause ? t.errors.cause : t.errors.caused}><Icon name={group.is_cause ? 'failed' : 'silent'} label={group.is_cause ? t.errors.cause : t.errors.caused} /></span>,
    },
    {
      id: 'error', title: words.error, fills: true, sortBy: (group) => group.type,
      cell: (group) => (
        <span class="error-name" translate={false}>
          {group.type && <b title={group.type}>{typeOf(group)}</b>} <span class="second">{group.message}</span>
        </span>
      ),
    },
    {
      id: 'where', title: words.where, isMinor: true, width: 340, sortBy: (group) => group.service,
      cell: (group) => (
        <span class="line where-cell">
          <ServiceName name={group.service} linked={false} />
          <span class="cut third" translate={false}>{group.operation}</span>
        </span>
      ),
    },
    { id: 'series', title: t.rumErrors.columns.trend, isMinor: true, width: 88, cell: (group) => <Spark kind="bars" tone="error" values={group.series} label={t.errors.shape} /> },
    { id: 'count', title: words.count, align: 'right', sortBy: (group) => group.count, cell: (group) => formatCount(group.count) },
    { id: 'first', title: words.first, align: 'right', isMinor: true, sortBy: (group) => fromNanoseconds(group.first_seen_ns), cell: (group) => <span class="third" data-tip={formatInstantExactly(fromNanoseconds(group.first_seen_ns))}>{formatInstant(fromNanoseconds(group.first_seen_ns), 'minute')}</span> },
    { id: 'last', title: words.last, align: 'right', sortBy: (group) => fromNanoseconds(group.last_seen_ns), cell: (group) => <span data-tip={formatInstantExactly(fromNanoseconds(group.last_seen_ns))}>{t.app.ago(agoName(Date.now() - fromNanoseconds(group.last_seen_ns)))}</span> },
  ];
}

function Detail({ group, answer, onClose }: { group: ErrorGroup; answer: ErrorGroupsAnswer; onClose: () => void }) {
  const words = t.errors;
  const [newest] = group.traces;
  const times = useMemo(() => timesOf(answer, group.series.length), [answer, group]);
  return (
    <aside class="panel error-detail" aria-label={words.detail}>
      <header>
        <Icon name="failed" class="is-error" />
        <h2 class="grow" translate={false}>{group.type || words.untyped}</h2>
        <button type="button" class="button quiet icon-only" aria-label={t.app.close} data-key="Esc" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div class="body stack">
        <p class="error-message" translate={false}>{group.sample_message}</p>
        <div class="line wrap">
          <ServiceName name={group.service} />
          <span class="third" translate={false}>{group.operation}</span>
          <span class={group.is_cause ? 'pill error' : 'pill'}>{group.is_cause ? words.cause : words.caused}</span>
        </div>
        <div class="line wrap">
          {newest && (
            <a class="button primary" href={link(['/trace', newest.trace_id], { span: newest.span_id })}>
              <Icon name="traces" />
              {words.newest}
            </a>
          )}
          <a class="button" href={link('/traces', { q: group.q })}>{words.all_traces}</a>
          <a class="button" href={link('/explain', { a: group.q })}>
            <Icon name="compare" />
            {words.explain}
          </a>
        </div>
        <LineChart title={words.over_time} unit={words.per_step(lengthName((times[1] ?? 0) - (times[0] ?? 0)))} times={times} height={100} isWhole format={formatCount} series={[{ label: t.app.words.error, values: group.series, stroke: '--error', isBars: true }]} />
        {group.services.length > 1 && (
          <section>
            <h3>{words.services}</h3>
            <ul class="line wrap">
              {group.services.map((each) => (
                <li key={each.name} class="line"><ServiceName name={each.name} /> <span class="third number">{formatCount(each.count)}</span></li>
              ))}
            </ul>
          </section>
        )}
        <section>
          <h3>{words.traces}</h3>
          <ul>
            {group.traces.map((each) => (
              <li key={each.trace_id} class="line number">
                <a class="mono" translate={false} href={link(['/trace', each.trace_id], { span: each.span_id })}>{shortId(each.trace_id)}</a>
                <span class="third">{formatInstant(fromNanoseconds(each.time_ns))}</span>
              </li>
            ))}
          </ul>
        </section>
        {group.stacktrace && (
          <section>
            <div class="line">
              <h3 class="grow">{words.stack}</h3>
              <button type="button" class="button small" onClick={() => void copyText(group.stacktrace ?? '', t.app.copied)}>
                <Icon name="copy" />
                {t.app.copy}
              </button>
            </div>
            <pre class="stack-trace" translate={false} tabIndex={0}>{group.stacktrace}</pre>
          </section>
        )}
      </div>
    </aside>
  );
}

export function ErrorGroups({ answer, maxHeight = 'calc(100dvh - 150px)' }: { answer: ErrorGroupsAnswer; maxHeight?: string }) {
  const chosen = useParameter('error');
  const { range } = useRange();
  const [causesOnly, setCausesOnly] = useState(false);
  const group = answer.groups.find((each) => each.id === chosen);
  const rows = useMemo(() => {
    const shown = causesOnly ? answer.groups.filter((each) => each.is_cause) : answer.groups;
    return [...shown].sort((a, b) => Number(b.is_cause) - Number(a.is_cause) || b.count - a.count);
  }, [answer, causesOnly]);
  const columns = useMemo(columnsOf, [range]);
  return (
    <>
      <div class="line wrap error-head">
        <span class="number"><span class="strong">{t.errors.groups(answer.group_count)}</span> <span class="third">{t.errors.spans(answer.error_span_count)}{answer.groups.length < answer.group_count ? ` · ${t.errors.shown(answer.groups.length)}` : ''}</span></span>
        <span class="grow" />
        <label class="line"><input type="checkbox" checked={causesOnly} onChange={(event) => setCausesOnly(event.currentTarget.checked)} />{t.errors.causes_only}</label>
      </div>
      <div class={group ? 'error-split open' : 'error-split'}>
        <DataTable name="errors" label={t.errors.title} isMain columns={columns} rows={rows} rowKey={(each) => each.id} rowHeight={32} maxHeight={maxHeight} selectedKey={chosen || undefined}
          onRow={(each) => setQuery({ error: each.id === chosen ? undefined : each.id })} />
        {group && <Detail key={group.id} group={group} answer={answer} onClose={() => setQuery({ error: undefined })} />}
      </div>
    </>
  );
}
