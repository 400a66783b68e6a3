// Quick filters: the commonest values of attributes among what matches, with counts. Click includes, Alt-click excludes.
import { useState } from 'preact/hooks';

import { useQuestion } from '../../api/question';
import { preference } from '../../app/preferences';
import { spanNow } from '../../app/range';
import { useStore } from '../../app/store';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { addCondition, hasCondition, readQuery, removeCondition, writeQuery } from '../../traceql/conditions';
import { knownFields, valuesOf, type FieldInfo, type ValueInfo } from '../../traceql/names';
import { MenuButton } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { ServiceSquare } from '../../widget/service_name';
import { change } from './search_state';

const kDefault = ['status', 'resource.service.name', 'name', '.http.route', '.http.response.status_code'];
const kOpen = 3;
const kValues = 8;
const facetStore = preference<string[]>('facets', kDefault, (value): value is string[] => Array.isArray(value) && value.every((each) => typeof each === 'string'));

/** The query without what it says about one field, so that a facet shows the values next to the chosen one. */
export function withoutField(q: string, field: string): string {
  const conditions = readQuery(q);
  return conditions ? writeQuery(conditions.filter((each) => each.field !== field)) : q;
}

function Value({ field, each, q }: { field: string; each: ValueInfo; q: string }) {
  const condition = { field, operator: '=' as const, value: each.value };
  const excluded = { field, operator: '!=' as const, value: each.value };
  const isIn = hasCondition(q, condition);
  const isOut = hasCondition(q, excluded);
  const pick = (event: MouseEvent) => {
    if (isIn) change({ q: removeCondition(q, condition) });
    else if (isOut) change({ q: removeCondition(q, excluded) });
    else change({ q: addCondition(q, event.altKey ? excluded : condition) });
  };
  const names = field === 'status' ? t.app.words.statuses : field === 'kind' ? t.app.words.kinds : undefined;
  const name = names && (names as Record<string, string>)[each.text];
  return (
    <li>
      <button type="button" class={isOut ? 'facet-value out' : 'facet-value'} aria-pressed={isIn} onClick={pick} data-tip={t.search.facet_tip}>
        <span class="box">{isIn ? <Icon name="check" /> : isOut ? <Icon name="minus" /> : null}</span>
        {field.endsWith('service.name') && <ServiceSquare name={each.text} />}
        <span class={field === 'status' && each.text === 'error' ? 'cut is-error' : 'cut'} translate={Boolean(name)}>
          {name ?? (each.text || t.search.empty_value)}
        </span>
        <span class="third number">{formatCount(each.count)}</span>
      </button>
    </li>
  );
}

function Facet({ field, q, isOpen, onToggle }: { field: string; q: string; isOpen: boolean; onToggle: () => void }) {
  const span = spanNow();
  const rest = withoutField(q, field);
  const question = useQuestion(isOpen ? `${field} ${rest} ${span.start} ${span.end}` : undefined, () => valuesOf(field, rest, kValues + 1));
  const [showsAll, setShowsAll] = useState(false);
  const more = useQuestion(isOpen && showsAll ? `${field} ${rest} ${span.start} all` : undefined, () => valuesOf(field, rest, 100));
  const list = (showsAll ? more.answer : undefined) ?? question.answer?.slice(0, kValues) ?? [];
  const names: Record<string, string> = t.search.facet_names;
  return (
    <section class="facet">
      <h2>
        <button type="button" aria-expanded={isOpen} onClick={onToggle}>
          <Icon name={isOpen ? 'down' : 'right'} />
          <span class="cut" translate={field in names}>
            {names[field] ?? field}
          </span>
        </button>
        {!kDefault.includes(field) && (
          <button type="button" class="facet-gone" aria-label={t.app.remove(field)} onClick={() => facetStore.set(facetStore.get().filter((each) => each !== field))}>
            <Icon name="close" />
          </button>
        )}
      </h2>
      {isOpen && (
        <ul aria-busy={question.isLoading}>
          {list.map((each) => (
            <Value key={each.value} field={field} each={each} q={q} />
          ))}
          {question.answer?.length === 0 && <li class="caption facet-none">{t.app.none}</li>}
          {!showsAll && (question.answer?.length ?? 0) > kValues && (
            <li>
              <button type="button" class="facet-more" onClick={() => setShowsAll(true)}>
                {t.app.more}
              </button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}

function FieldPicker({ onPick }: { onPick: (field: string) => void }) {
  const [text, setText] = useState('');
  const fields = useQuestion<FieldInfo[]>('fields', knownFields);
  return (
    <div class="field-picker">
      <input class="input" data-first="" type="search" aria-label={t.query.field} placeholder={t.query.field} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      <div class="menu">
        {fields.answer?.filter(({ field }) => field.toLowerCase().includes(text.toLowerCase())).slice(0, 100).map(({ field, count }) => (
          <button type="button" key={field} class="item" onClick={() => onPick(field)}>
            <span class="cut mono" translate={false}>{field}</span>
            <span class="third number offer-detail">{formatCount(count)}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

export function AttributeMenu({ label, icon, onPick }: { label: string; icon: 'plus' | 'table'; onPick: (field: string) => void }) {
  return (
    <MenuButton label={label} icon={icon} role="dialog" class="button small" hasArrow={false} face={label}>
      {(close) => (
        <FieldPicker onPick={(field) => {
          onPick(field);
          close();
        }} />
      )}
    </MenuButton>
  );
}

export function Facets({ q }: { q: string }) {
  const fields = useStore(facetStore);
  const [open, setOpen] = useState<Record<string, boolean>>({});
  return (
    <div class="facets">
      {fields.map((field, index) => {
        const isOpen = open[field] ?? (index < kOpen || !kDefault.includes(field));
        return <Facet key={field} field={field} q={q} isOpen={isOpen} onToggle={() => setOpen({ ...open, [field]: !isOpen })} />;
      })}
      <AttributeMenu label={t.search.add_facet} icon="plus" onPick={(field) => facetStore.set([...fields.filter((each) => each !== field), field])} />
    </div>
  );
}
