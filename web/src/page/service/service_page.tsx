// One service: what changed, where its time goes, whom it depends on, what fails.
import './service_page.css';

import { askErrorGroups, type ErrorGroupsAnswer } from '../../api/errors';
import { askServiceDetail, kBaselines, type Baseline, type ServiceDetailAnswer } from '../../api/overview';
import { useQuestion } from '../../api/question';
import { link, setQuery, useParameter } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import type { PageProps } from '../../app/places';
import { useRange } from '../../app/range';
import { formatInstant, fromNanoseconds } from '../../format/instant';
import { t } from '../../i18n/catalogue';
import { queryOf } from '../../traceql/conditions';
import { BrowserFigures, browserHref, useBrowserServices } from '../../rum/browser_services';
import { ClaimText, evidenceOf } from '../../widget/claim_text';
import { ErrorGroups } from '../../widget/error_groups';
import { MenuButton, MenuItem } from '../../widget/floating';
import { HealthMark } from '../../widget/health_mark';
import { Icon } from '../../widget/icon';
import { ServiceSquare } from '../../widget/service_name';
import { Answered, EmptyState, ErrorState, LoadingBlocks, Strip, WidenButton } from '../../widget/states';
import { ServiceCharts } from './service_charts';
import { Dependencies, Instances, Operations, TimeGoesTo } from './service_parts';

const kTabs = ['overview', 'dependencies', 'instances', 'errors'] as const;
type Tab = (typeof kTabs)[number];

function Title({ detail }: { detail: ServiceDetailAnswer }) {
  const words = t.service;
  const newest = detail.versions[0];
  const deployed = detail.versions.filter((each) => each.is_new);
  const isBrowser = detail.type === 'browser';
  const browser = useBrowserServices(isBrowser).get(detail.service);
  return (
    <div class="page-title service-title">
      <HealthMark health={detail.health} />
      <h1 class="line"><ServiceSquare name={detail.service} /><span translate={false}>{detail.service}</span></h1>
      <span class="caption" translate={false}>{[detail.namespace, detail.language, detail.sdk, newest?.version].filter(Boolean).join(' · ')}</span>
      {deployed.map((each) => <span class="pill accent" key={each.version}>{words.deployed(each.version, formatInstant(fromNanoseconds(each.first_seen_ns), 'minute'))}</span>)}
      {detail.why && <a class={`service-claim ${detail.health}`} href={evidenceOf(detail.why)}><ClaimText claim={detail.why} /> <Icon name="right" /></a>}
      {browser && <BrowserFigures name={detail.service} service={browser} />}
      <span class="grow" />
      {isBrowser && <a class="button primary" href={browserHref(detail.service, browser)}><Icon name="vitals" />{t.app.places.rum}</a>}
      <a class="button" href={link('/traces', { q: queryOf({ service: detail.service }) })}><Icon name="traces" />{words.traces}</a>
      <a class="button" href={link('/topology', { focus: `service:${detail.service}` })}><Icon name="topology" />{t.app.places.topology}</a>
    </div>
  );
}

function Errors({ service }: { service: string }) {
  const { span } = useRange();
  const question = useQuestion<ErrorGroupsAnswer>(`${service} ${span.start} ${span.end}`, (options) => askErrorGroups({ service }, span, options));
  return (
    <Answered question={question}>
      {(answer) => (answer.groups.length ? <ErrorGroups answer={answer} maxHeight="calc(100dvh - 240px)" /> : <EmptyState icon="good" title={t.errors.none} actions={<WidenButton />}><p>{t.errors.none_why}</p></EmptyState>)}
    </Answered>
  );
}

export default function ServicePage({ parts }: PageProps) {
  const service = parts[0] ?? '';
  useCrumbs([{ text: t.services.title, href: link('/services') }, { text: service, isData: true, mark: <ServiceSquare name={service} /> }]);
  const { span } = useRange();
  const baseline = useParameter('baseline', 'previous') as Baseline;
  const tab = useParameter('tab', 'overview') as Tab;
  const operation = useParameter('operation') || undefined;
  const question = useQuestion<ServiceDetailAnswer>(`${service} ${span.start} ${span.end} ${baseline}`, ({ signal }) => askServiceDetail(service, span, baseline, signal), { keep: true });
  const { answer, error } = question;
  if (!answer || answer.service !== service) {
    if (error?.code === 'not_found') return <EmptyState icon="services" title={t.service.unknown} actions={<><WidenButton /><a class="button" href={link('/services')}>{t.services.title}</a></>}><p>{t.service.unknown_why}</p></EmptyState>;
    return error ? <ErrorState error={error} onRetry={question.retry} /> : <LoadingBlocks rows={6} height={80} />;
  }
  const hrefOf = (name: string) => link(['/services', service], { operation: name === operation ? undefined : name, baseline: baseline === 'previous' ? undefined : baseline });
  const isSilent = answer.operations.length === 0;
  return (
    <>
      <Title detail={answer} />
      <div class="line service-tabs">
        <div class="tabs grow" role="tablist" aria-label={t.service.sections}>
          {kTabs.map((each) => (
            <button type="button" role="tab" key={each} aria-selected={each === tab} onClick={() => setQuery({ tab: each === 'overview' ? undefined : each, error: undefined })}>{t.service.tabs[each]}</button>
          ))}
        </div>
        <MenuButton label={t.services.baseline} face={<><span class="third hide-narrow" aria-hidden="true">{t.services.baseline}:</span> {t.services.baselines[baseline]}</>} align="right" class="button small">
        {(close) => kBaselines.map((each) => (
          <MenuItem key={each} isChecked={each === baseline} onPick={() => { setQuery({ baseline: each === 'previous' ? undefined : each }); close(); }}>{t.services.baselines[each]}</MenuItem>
        ))}
      </MenuButton>
      </div>
      {error && <Strip kind="error">{t.app.error.kept}</Strip>}
      {isSilent && <EmptyState icon="silent" title={t.service.silent} actions={<WidenButton />}><p>{t.health.silent}</p></EmptyState>}
      {!isSilent && tab === 'overview' && (
        <>
          {operation && (
            <div class="line service-filter">
              <span class="chip"><span class="cut"><span class="third">{t.app.words.operation}</span> <b translate={false}>{operation}</b></span><button type="button" aria-label={t.app.remove(operation)} onClick={() => setQuery({ operation: undefined })}><Icon name="close" /></button></span>
              <a href={link('/traces', { q: queryOf({ service, operation }) })}>{t.service.traces}</a>
            </div>
          )}
          <ServiceCharts detail={answer} operation={operation} baseline={baseline} />
          <div class="service-body">
            <Operations detail={answer} chosen={operation} hrefOf={hrefOf} />
            <div class="stack">
              <TimeGoesTo detail={answer} />
            </div>
          </div>
        </>
      )}
      {!isSilent && tab === 'dependencies' && <Dependencies detail={answer} />}
      {!isSilent && tab === 'instances' && <Instances service={service} />}
      {!isSilent && tab === 'errors' && <Errors service={service} />}
    </>
  );
}
