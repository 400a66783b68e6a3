// Where the time of a page's slow views goes, and who in the backend takes it: down to the statement, with a session that shows it.
import { useState } from 'preact/hooks';

import type { RumPageAnswer, Suspect } from '../../api/rum_overview';
import { link } from '../../app/address';
import { formatDuration } from '../../format/duration';
import { formatCount, formatShare } from '../../format/quantity';
import { fill, t } from '../../i18n/catalogue';
import { sessionLink } from '../../rum/links';
import { TimeSplitView } from '../../rum/time_bar';
import { Icon } from '../../widget/icon';
import { DataTable, type Column } from '../../widget/data_table';
import { ServiceName } from '../../widget/service_name';

/** So many calls in one trace are likely a loop of queries. */
const kManyCalls = 10;
/** `×38`, `×1.3`: whole where it is more than a few. */
const timesText = (calls: number) => `×${calls >= 9.5 ? formatCount(calls) : Number(calls.toPrecision(2))}`;
const hrefOf = (suspect: Suspect) => sessionLink(suspect.sample_session_id, suspect.sample_event_id, suspect.span_id);

/** The sentence above the table: most of a slow view's time, and the first suspect. */
export function Verdict({ answer }: { answer: RumPageAnswer }) {
  const { time, suspects } = answer;
  const words = t.rum.view;
  const [first] = suspects;
  if (!time || time.total_ns <= 0) return null;
  const parts = [['backend', time.backend_ns], ['network', time.network_ns], ['browser', time.browser_ns]] as const;
  const [kind, ns] = parts.reduce((most, each) => (each[1] > most[1] ? each : most));
  const share = <b class="number" key="share">{formatShare(ns / time.total_ns)}</b>;
  return (
    <p class="rum-verdict">
      {fill(words.goes_to[kind], { share, total: <span class="number" key="total">{formatDuration(time.total_ns)}</span> })}
      {kind === 'backend' && first && (
        <>{fill(words.first_suspect, {
          service: <ServiceName key="service" name={first.service} />,
          what: <a key="what" class="mono cut" translate={false} href={hrefOf(first)}>{first.statement || first.operation}</a>,
          share: <b class="number" key="of">{formatShare(first.share)}</b>,
        })}</>
      )}
    </p>
  );
}

/** Who takes next to nothing is folded. */
const kWorthShare = 0.005;
const kAlways = 3;

export function TimeGoes({ answer }: { answer: RumPageAnswer }) {
  const words = t.rum.view;
  const { time } = answer;
  const [showsAll, setShowsAll] = useState(false);
  const worth = answer.suspects.filter((each, index) => index < kAlways || each.share >= kWorthShare);
  const suspects = showsAll ? answer.suspects : worth;
  const folded = answer.suspects.slice(worth.length);
  const most = Math.max(0.001, ...suspects.map((each) => each.share));
  const columns: Column<Suspect>[] = [
    { id: 'service', title: t.app.words.service, cell: (each) => <ServiceName name={each.service} /> },
    {
      id: 'what', title: words.suspect, fills: true,
      cell: (each) => (
        <span class="request-name">
          <a class="row-link mono" translate={false} href={hrefOf(each)} title={each.statement ?? each.operation}>{each.statement || each.operation}</a>
          {each.statement && <span class="third" translate={false}> {each.operation}</span>}
        </span>
      ),
    },
    { id: 'calls', title: words.calls, align: 'right', isMinor: true, tip: words.calls_tip, cell: (each) => <span class={each.calls_per_trace >= kManyCalls ? 'is-warning strong' : ''} data-tip={each.calls_per_trace >= kManyCalls ? words.many_calls : undefined}>{timesText(each.calls_per_trace)}</span> },
    { id: 'total', title: words.suspect_total, align: 'right', isMinor: true, cell: (each) => formatDuration(each.total_ns) },
    { id: 'share', title: words.share, align: 'right', width: 150, tip: words.share_tip, cell: (each) => <span class="line total-cell"><span class="share-track"><i style={{ width: `${(each.share / most) * 100}%` }} /></span><span>{formatShare(each.share)}</span></span> },
    {
      id: 'trace', title: t.app.words.trace, isTitleHidden: true, isMinor: true,
      cell: (each) => <a class="button quiet small icon-only" aria-label={words.open_trace(each.statement || each.operation)} data-tip={t.app.words.trace} href={link(['/trace', each.trace_id], { span: each.span_id })}><Icon name="traces" /></a>,
    },
  ];
  return (
    <section class="panel rum-time-goes">
      <header>
        <h2>{words.time_goes}</h2>
        {time && time.sampled_views > 0 && <span class="caption">{words.time_of(time.sampled_views)}</span>}
      </header>
      <div class="body">
        {time && time.total_ns > 0 ? <><Verdict answer={answer} /><TimeSplitView split={time} /></> : <p class="third">{words.no_time}</p>}
      </div>
      {suspects.length > 0 && <DataTable name="rum_suspects" label={words.suspects} isFlat columns={columns} rows={suspects} rowKey={(each) => `${each.service} ${each.operation} ${each.statement}`} rowHref={hrefOf} />}
      {folded.length > 0 && (
        <p class="table-foot">
          {showsAll ? null : words.folded(folded.length, formatShare(folded.reduce((sum, each) => sum + each.share, 0)))}
          <button type="button" class="button quiet small" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>{showsAll ? words.fold : words.unfold}</button>
        </p>
      )}
    </section>
  );
}
