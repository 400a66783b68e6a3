// First data in two minutes: what to paste, for each language and protocol, and what arrives meanwhile.
import './connect_page.css';

import { setQuery, useParameter } from '../../app/address';
import { useCrumbs } from '../../app/crumbs';
import { copyText } from '../../app/notice';
import { preference } from '../../app/preferences';
import { useStore } from '../../app/store';
import { t } from '../../i18n/catalogue';
import { Icon } from '../../widget/icon';
import { FirstSpan, Receipt, useArrivals } from './receipt';
import { environmentText, familyOf, fileName, fillAddress, kFamilies, kRecipes, languagesOf, recipesOf, type Family, type Recipe } from './recipes';

/** What each propagator sends, for the answers of APIs to preflights. */
const kAllowHeaders = 'Access-Control-Allow-Headers';
const kTraceHeaders = `tracecontext   traceparent, tracestate
b3             b3
b3multi        x-b3-traceid, x-b3-spanid, x-b3-sampled, x-b3-parentspanid
jaeger         uber-trace-id
sw8            sw8`;

const hostStore = preference<string>('connect_host', '', (value): value is string => typeof value === 'string');

function Code({ title, text, isLong }: { title: string; text: string; isLong?: boolean }) {
  return (
    <div class="code-block">
      <div class="line">
        <span class="caption grow" translate={false}>{title}</span>
        <button type="button" class="button small" onClick={() => void copyText(text, t.app.copied)}>
          <Icon name="copy" />
          {t.app.copy}
        </button>
      </div>
      <pre class={isLong ? 'long' : ''} translate={false} tabIndex={0}>{text}</pre>
    </div>
  );
}

function Steps({ recipe, host, port }: { recipe: Recipe; host: string; port: number }) {
  const words = t.connect;
  const environment = environmentText(recipe, host, port);
  const notes: Record<string, string> = words.browser_notes;
  return (
    <ol class="steps">
      {recipe.install.length > 0 && <li><h3>{words.install}</h3><Code title={`${recipe.library} ${recipe.version}`.trim()} text={recipe.install.join('\n')} /></li>}
      {environment && <li><h3>{words.environment}</h3><Code title="sh" text={environment} /></li>}
      <li>
        <h3>{familyOf(recipe) === 'browser' ? words.code_browser : recipe.note ? words.code_any : words.code}</h3>
        {notes[recipe.id] && <p class="second">{notes[recipe.id]}</p>}
        {recipe.note && <p class="second" translate={false}>{recipe.note}</p>}
        {recipe.project_file && recipe.project_code && <Code title={fileName(recipe.project_file)} text={fillAddress(recipe.project_code, host, port)} isLong />}
        <Code title={fileName(recipe.file)} text={fillAddress(recipe.code, host, port)} isLong />
      </li>
      {recipe.run && <li><h3>{words.run}</h3><Code title="sh" text={recipe.run} /></li>}
      {familyOf(recipe) === 'browser' && <li><h3>{words.cors}</h3><p class="second">{words.cors_why}</p><Code title={kAllowHeaders} text={kTraceHeaders} /></li>}
    </ol>
  );
}

export default function ConnectPage() {
  useCrumbs([{ text: t.connect.title }]);
  const arrivals = useArrivals();
  const words = t.connect;
  const wanted = useParameter('with');
  const chosen = kRecipes.find((recipe) => recipe.id === wanted) ?? (kRecipes[0] as Recipe);
  const family = familyOf(chosen);
  const host = useStore(hostStore) || location.hostname || '127.0.0.1';
  const port = arrivals.now?.ports?.[chosen.setting] ?? chosen.default_port;
  const pick = (next: Recipe | undefined) => next && setQuery({ with: next.id }, 'replace');
  const pickFamily = (each: Family) => pick(recipesOf(each, chosen.language)[0] ?? recipesOf(each, languagesOf(each)[0] ?? '')[0]);
  const variants = recipesOf(family, chosen.language);
  return (
    <>
      <div class="page-title"><h1>{words.title}</h1><span class="second">{words.promise}</span></div>
      <div class="connect-body">
        <div class="stack connect-how">
          <section class="panel choices">
            <div class="choice"><h2>{words.what}</h2>
              <div class="segmented" role="group" aria-label={words.what}>{kFamilies.map((each) => <button type="button" key={each} aria-pressed={each === family} translate={each === 'browser'} onClick={() => pickFamily(each)}>{words.families[each]}</button>)}</div>
            </div>
            <div class="choice"><h2>{family === 'browser' ? words.sdk : words.language}</h2>
              <div class="segmented" role="group" aria-label={family === 'browser' ? words.sdk : words.language}>{languagesOf(family).map((each) => <button type="button" key={each} aria-pressed={each === chosen.language} translate={false} onClick={() => pick(recipesOf(family, each)[0])}>{each}</button>)}</div>
            </div>
            {variants.length > 1 && (
              <div class="choice"><h2>{words.library}</h2>
                <div class="segmented" role="group" aria-label={words.library}>{variants.map((each) => <button type="button" key={each.id} aria-pressed={each.id === chosen.id} translate={false} onClick={() => pick(each)}>{each.library} · {each.protocol}</button>)}</div>
              </div>
            )}
            <div class="choice"><h2>{words.address}</h2>
              <label class="line"><span class="unseen">{words.address}</span><input class="input mono" value={host} spellcheck={false} onInput={(event) => hostStore.set(event.currentTarget.value.trim())} /><span class="mono" translate={false}>:{port} · {chosen.protocol}</span></label>
            </div>
          </section>
          <Steps key={chosen.id} recipe={chosen} host={host} port={port} />
        </div>
        <div class="stack connect-what">
          <FirstSpan key={chosen.door} arrivals={arrivals.now} door={chosen.door} isBrowser={family === 'browser'} />
          <Receipt {...arrivals} />
        </div>
      </div>
    </>
  );
}
