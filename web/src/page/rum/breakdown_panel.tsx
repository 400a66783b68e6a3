// Who fares how: by browser, system, device, version, country, network. A row is a filter.
import { askBreakdown, scopeKey, type BreakdownAnswer, type BreakdownRow, type RumScope } from '../../api/rum_overview';
import { useQuestion } from '../../api/question';
import { preference, oneOf } from '../../app/preferences';
import { useStore } from '../../app/store';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { conditionOf, withCondition } from '../../rum/filter';
import { setFilter, ValueText } from '../../rum/filter_bar';
import { FailShare } from '../../rum/request_table';
import { VitalOf } from './page_columns';
import { overviewLink } from '../../rum/links';
import { DataTable, type Column } from '../../widget/data_table';
import { Answered } from '../../widget/states';

const kBy = ['user_agent.name', 'os.type', 'device.type', 'resource.service.version', 'geo.country', 'network.effective_type'] as const;
const byStore = preference<(typeof kBy)[number]>('rum_by', 'user_agent.name', oneOf(...kBy));
const kRows = 8;

export function BreakdownPanel({ scope }: { scope: RumScope }) {
  const by = useStore(byStore);
  const words = t.rum.columns;
  const question = useQuestion<BreakdownAnswer>(`${by} ${scopeKey(scope)}`, (options) => askBreakdown(scope, by, 'views', kRows, 'none', options));
  const most = Math.max(1, ...(question.answer?.rows ?? []).map((row) => row.views));
  const columns: Column<BreakdownRow>[] = [
    { id: 'value', title: t.rum.dimensions[by], fills: true, cell: (row) => <span class="row-link"><ValueText value={row.value} /></span> },
    { id: 'views', title: words.views, align: 'right', width: 120, cell: (row) => <span class="line total-cell"><span class="share-track"><i style={{ width: `${(row.views / most) * 100}%` }} /></span><span>{formatCount(row.views)}</span></span> },
    { id: 'lcp', title: t.rum.vital_short.lcp, align: 'right', cell: (row) => <VitalOf name="lcp" value={row.lcp_p75} views={row.lcp_count} /> },
    { id: 'inp', title: t.rum.vital_short.inp, align: 'right', isMinor: true, cell: (row) => <VitalOf name="inp" value={row.inp_p75} views={row.views} /> },
    { id: 'error_share', title: words.error_share, align: 'right', tip: words.error_share_tip, cell: (row) => <FailShare share={row.sessions ? row.error_sessions / row.sessions : 0} /> },
  ];
  return (
    <section class="panel rum-breakdown">
      <header>
        <h2>{t.rum.breakdown}</h2>
        <span class="caption">{t.rum.breakdown_hint}</span>
        <span class="grow" />
        <div class="segmented small-segmented" role="group" aria-label={t.rum.breakdown}>
          {kBy.map((each) => <button type="button" key={each} aria-pressed={each === by} onClick={() => byStore.set(each)}>{t.rum.dimensions[each]}</button>)}
        </div>
      </header>
      <Answered question={question} small>
        {(answer) => (answer.by !== by ? null : (
          <>
            <DataTable name="rum_breakdown" label={t.rum.breakdown} isFlat columns={columns} rows={answer.rows} rowKey={(row) => row.value} onRow={(row) => setFilter(withCondition(scope.q, conditionOf(by, row.value)))} />
            <p class="table-foot">
              {answer.rows.length < answer.value_count ? t.rum.part_of(answer.rows.length, answer.value_count) : t.rum.all_shown(answer.value_count)}
              <a href={overviewLink(scope, 'pages', { by })}>{t.rum.all_columns}</a>
            </p>
          </>
        ))}
      </Answered>
    </section>
  );
}
