// The filter of a page about users as chips, each removed and turned round by a click, and the menu that adds one.
//
// Shared by /rum, /rum/page, /sessions and the browser's side of /errors: all read and write `?q=`.
import './rum.css';

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { askBreakdown, scopeKey, type BreakdownAnswer, type RumScope } from '../api/rum_overview';
import { useQuestion } from '../api/question';
import { setQuery } from '../app/address';
import { formatCount } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { readQuery, unquote, writeCondition, type Condition } from '../traceql/conditions';
import { MenuButton } from '../widget/floating';
import { Icon } from '../widget/icon';
import { conditionOf, invertedCondition, isEmptyFilter, kDimensions, keyOf, withCondition, withoutCondition } from './filter';

const kValues = 30;
const kExample = '{ .view.name = "/checkout" || .rum.duration > 3000 }';

/** What a key is called; undefined where only its own name says it. */
export function dimensionName(key: string): string | undefined {
  const names: Record<string, string> = t.rum.dimensions;
  return names[keyOf(key)] ?? names[`resource.${keyOf(key)}`];
}

/** The words for a value: empty is not known. */
export function ValueText({ value }: { value: string }) {
  return value === '' ? <span class="third">{t.rum.filter.not_known}</span> : <span translate={false}>{value}</span>;
}

export function setFilter(q: string): void {
  setQuery({ q: isEmptyFilter(q) ? undefined : q, cursor: undefined });
}

function Chip({ q, condition }: { q: string; condition: Condition }) {
  const key = keyOf(condition.field);
  const name = dimensionName(condition.field);
  const isEquality = condition.operator === '=' || condition.operator === '!=';
  const value = condition.value === 'nil' ? '' : unquote(condition.value);
  const said = writeCondition(condition);
  return (
    <span class={condition.operator.startsWith('!') ? 'chip rum-chip out' : 'chip rum-chip'}>
      <button type="button" class="turn cut" data-tip={t.rum.filter.turn(said)} onClick={() => setFilter(invertedCondition(q, condition))}>
        <span class="third" translate={name !== undefined}>{name ?? key}</span>
        <span class="third" translate={false}>{isEquality ? (condition.operator === '=' ? ' ' : ' ≠ ') : ` ${condition.operator} `}</span>
        <b class="cut"><ValueText value={value} /></b>
      </button>
      <button type="button" aria-label={t.app.remove(said)} onClick={() => setFilter(withoutCondition(q, condition))}>
        <Icon name="close" />
      </button>
    </span>
  );
}

function Values({ scope, dimension, onDone }: { scope: RumScope; dimension: string; onDone: () => void }) {
  const [text, setText] = useState('');
  // The filter's own word on this key is left out, so that its neighbours are offered too.
  const conditions = readQuery(scope.q);
  const rest = conditions ? conditions.filter((each) => keyOf(each.field) === keyOf(dimension)).reduce(withoutCondition, scope.q) : scope.q;
  const asked = { ...scope, q: rest };
  const question = useQuestion<BreakdownAnswer>(`${dimension} ${scopeKey(asked)}`, ({ signal }) => askBreakdown(asked, dimension, 'views', 200, 'none', { signal }), { reloads: false });
  const add = (value: string, isExcluded: boolean) => {
    setFilter(withCondition(scope.q, conditionOf(dimension, value, isExcluded)));
    onDone();
  };
  const rows = (question.answer?.rows ?? []).filter((row) => row.value.toLowerCase().includes(text.toLowerCase())).slice(0, kValues);
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (text.trim()) add(text.trim(), false); }}>
      <div class="line">
        <input class="input grow" data-first="" type="search" aria-label={t.rum.filter.type_value} placeholder={t.rum.filter.type_value} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="submit" class="button" disabled={!text.trim()}>{t.rum.filter.apply}</button>
      </div>
      <div class="menu" aria-busy={question.isLoading}>
        {rows.map((row) => (
          <button type="button" key={row.value} class="item" data-tip={t.rum.filter.tip} onClick={(event) => add(row.value, event.altKey)}>
            <span class="cut grow"><ValueText value={row.value} /></span>
            <span class="third number">{formatCount(row.views)}</span>
          </button>
        ))}
        {question.answer && rows.length === 0 && <p class="caption filter-none">{t.app.none}</p>}
        {question.error && <p class="caption filter-none is-warning">{t.app.error.title}</p>}
      </div>
    </form>
  );
}

function FilterMenu({ scope, onDone }: { scope: RumScope; onDone: () => void }) {
  const [dimension, setDimension] = useState<string>();
  const [text, setText] = useState('');
  if (dimension !== undefined) {
    const name = dimensionName(dimension);
    return (
      <div class="filter-menu">
        <button type="button" class="button quiet small" onClick={() => setDimension(undefined)}>
          <Icon name="left" />
          <span class="strong" translate={name !== undefined}>{name ?? dimension}</span>
          <span class="third">{t.rum.filter.by_views}</span>
        </button>
        <Values scope={scope} dimension={dimension} onDone={onDone} />
      </div>
    );
  }
  const wanted = text.trim().toLowerCase();
  const found = kDimensions.filter((key) => key.includes(wanted) || dimensionName(key)?.toLowerCase().includes(wanted));
  return (
    <div class="filter-menu">
      <form onSubmit={(event) => { event.preventDefault(); const first = found[0] ?? (wanted || undefined); if (first) setDimension(first); }}>
        <input class="input" data-first="" type="search" aria-label={t.rum.filter.find} placeholder={t.rum.filter.find} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </form>
      <div class="menu">
        {found.map((key) => (
          <button type="button" key={key} class="item" onClick={() => setDimension(key)}>
            <span class="grow">{dimensionName(key)}</span>
            <span class="third mono" translate={false}>{key}</span>
          </button>
        ))}
        {found.length === 0 && wanted && <button type="button" class="item" onClick={() => setDimension(text.trim())}><span class="mono" translate={false}>{text.trim()}</span></button>}
      </div>
    </div>
  );
}

/** The whole filter as text, for what chips cannot say. */
function AsText({ q, onDone }: { q: string; onDone: () => void }) {
  const [text, setText] = useState(q || '{ }');
  return (
    <form class="filter-menu as-text" onSubmit={(event) => { event.preventDefault(); setFilter(text.trim()); onDone(); }}>
      <label class="caption" for="filter-text">{t.rum.filter.as_text}</label>
      <div class="line">
        <input id="filter-text" class="input mono grow" data-first="" spellcheck={false} value={text} placeholder={kExample} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="submit" class="button">{t.rum.filter.apply}</button>
      </div>
    </form>
  );
}

/** Filters in force as chips, and the button that adds one. `children` stand behind: further controls of the page. */
export function FilterBar({ scope, children }: { scope: RumScope; children?: ComponentChildren }) {
  const { q } = scope;
  const conditions = readQuery(q);
  return (
    <div class="filter-bar" role="group" aria-label={t.rum.filter.label}>
      {conditions?.map((condition) => <Chip key={writeCondition(condition)} q={q} condition={condition} />)}
      {!conditions && (
        <span class="chip rum-chip">
          <span class="cut mono" translate={false}>{q}</span>
          <button type="button" aria-label={t.app.remove(q)} onClick={() => setFilter('')}><Icon name="close" /></button>
        </span>
      )}
      <MenuButton label={t.rum.filter.add} face={t.rum.filter.add} icon="plus" role="dialog" hasArrow={false} class="button small">
        {(close) => <FilterMenu scope={scope} onDone={close} />}
      </MenuButton>
      <MenuButton label={t.rum.filter.as_text} face={<span class="mono">{'{ }'}</span>} role="dialog" hasArrow={false} class="button quiet small">
        {(close) => <AsText q={q} onDone={close} />}
      </MenuButton>
      {!isEmptyFilter(q) && <button type="button" class="button quiet small" onClick={() => setFilter('')}>{t.app.clear}</button>}
      {children}
    </div>
  );
}
