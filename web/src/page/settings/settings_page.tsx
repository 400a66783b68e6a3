// How the UI looks to this reader, and what server this is.
import './settings_page.css';

import type { ComponentChildren } from 'preact';

import type { StatusAnswer } from '../../api/answers';
import { ask } from '../../api/client';
import { useQuestion } from '../../api/question';
import { useCrumbs } from '../../app/crumbs';
import { languagePreference, themePreference, zonePreference, type LanguageChoice, type Theme, type Zone } from '../../app/preferences';
import { agoName } from '../../app/range_names';
import { useStore, type Store } from '../../app/store';
import { formatInstant, fromNanoseconds, zoneName } from '../../format/instant';
import { formatCountExactly } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { Answered } from '../../widget/states';
import { SourceMaps } from './source_maps';

function Choice<T extends string>({ title, store, names }: { title: string; store: Store<T>; names: Record<T, string> }) {
  const value = useStore(store);
  return (
    <div class="setting">
      <h3>{title}</h3>
      <div class="segmented" role="group" aria-label={title}>
        {(Object.keys(names) as T[]).map((each) => <button type="button" key={each} aria-pressed={each === value} onClick={() => store.set(each)}>{names[each]}</button>)}
      </div>
    </div>
  );
}

function Fact({ name, isData, children }: { name: string; isData?: boolean; children: ComponentChildren }) {
  return <div class="setting"><h3 translate={!isData}>{name}</h3><span class="number">{children}</span></div>;
}

export default function SettingsPage() {
  useCrumbs([{ text: t.settings.title }]);
  const words = t.settings;
  const status = useQuestion<StatusAnswer>('status', ({ signal }) => ask<StatusAnswer>('/status', {}, { signal }));
  return (
    <div class="settings">
      <h1>{words.title}</h1>
      <section class="panel">
        <header><h2>{words.appearance}</h2><span class="caption">{words.kept_here}</span></header>
        <div class="body">
          <Choice<Theme> title={t.app.theme} store={themePreference} names={words.themes} />
          <Choice<LanguageChoice> title={t.app.language} store={languagePreference} names={words.languages} />
          <Choice<Zone> title={t.app.range.zone} store={zonePreference} names={{ local: zonePreference.get() === 'local' ? t.app.range.zone_local(zoneName()) : words.zone_local, utc: t.app.range.zone_utc }} />
        </div>
      </section>
      <SourceMaps />
      <section class="panel">
        <header><h2>{words.about}</h2></header>
        <div class="body">
          <Answered question={status} small>
            {(answer) => (
              <>
                <Fact name={words.version}><span translate={false}>Clew {answer.version} {answer.revision}</span></Fact>
                <Fact name={words.running}>{t.app.ago(agoName(fromNanoseconds(answer.now_ns) - fromNanoseconds(answer.started_at_ns)))} <span class="third">{formatInstant(fromNanoseconds(answer.started_at_ns), 'second')}</span></Fact>
                <Fact name={words.stored}>{words.stored_in(formatCountExactly(answer.span_count), formatCountExactly(answer.block_count))}</Fact>
                <Fact name={words.questions}>{words.questions_of(answer.queries_running, answer.queries_max)}</Fact>
                <Fact name="API" isData><a href="/api/v1/openapi.json" translate={false}>OpenAPI</a></Fact>
              </>
            )}
          </Answered>
        </div>
      </section>
    </div>
  );
}
