// The builder's view of a query: a chip for each condition; fields and values are picked from the data.
import './query_field.css';

import { useEffect, useRef, useState } from 'preact/hooks';

import { formatCount } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { Floating, type Anchor } from '../widget/floating';
import { Icon } from '../widget/icon';
import { kOperators, quote, unquote, writeQuery, type Condition, type Operator } from './conditions';
import { knownFields, valuesOf, type FieldInfo, type ValueInfo } from './names';

function operatorsFor(type: string | undefined): readonly Operator[] {
  if (type === 'string') return ['=', '!=', '=~', '!~'];
  if (type === 'enum' || type === 'bool' || type === 'id') return ['=', '!='];
  if (type === 'int' || type === 'double' || type === 'duration') return ['=', '!=', '>', '>=', '<', '<='];
  return kOperators;
}

/** What is typed as TraceQL writes it, by the field's type. */
export function valueFor(text: string, type: string | undefined): string {
  const plain = text.trim();
  if (/^(["`])[^]*\1$/.test(plain) || plain === 'nil') return plain;
  if (type === 'string' || type === 'id') return quote(plain);
  if (type === 'duration' && /^\d+(\.\d+)?$/.test(plain)) return `${plain}ms`;
  if (type === undefined && !/^-?\d|^(true|false)$/.test(plain)) return quote(plain);
  return plain;
}

function ConditionForm({ initial, onDone, onClose }: { initial: Condition | undefined; onDone: (condition: Condition) => void; onClose: () => void }) {
  const [field, setField] = useState(initial?.field ?? '');
  const [operator, setOperator] = useState<Operator>(initial?.operator ?? '=');
  const [value, setValue] = useState(initial ? unquote(initial.value) : '');
  const [fields, setFields] = useState<FieldInfo[]>([]);
  const [values, setValues] = useState<ValueInfo[]>([]);
  const [picking, setPicking] = useState<'field' | 'value'>(initial ? 'value' : 'field');
  const valueInput = useRef<HTMLInputElement>(null);
  const known = fields.find((each) => each.field === field);
  useEffect(() => void knownFields().then(setFields, () => undefined), []);
  useEffect(() => {
    setValues([]);
    if (known && known.type !== 'duration') void valuesOf(field, '', 200).then(setValues, () => undefined);
  }, [known?.field]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!field.trim() || !value.trim()) return;
    onDone({ field: field.trim(), operator, value: valueFor(value, known?.type) });
  };
  const pickField = (each: FieldInfo) => {
    setField(each.field);
    const allowed = operatorsFor(each.type);
    if (!allowed.includes(operator) || each.type === 'duration') setOperator(each.type === 'duration' ? '>' : (allowed[0] ?? '='));
    setPicking('value');
    requestAnimationFrame(() => valueInput.current?.focus());
  };
  const words = t.query;
  return (
    <form class="condition-form" onSubmit={submit}>
      <label>
        <span class="caption">{words.field}</span>
        <input class="input" data-first={initial ? undefined : ''} value={field} spellcheck={false} autocomplete="off" onFocus={() => setPicking('field')} onInput={(event) => setField(event.currentTarget.value)} />
      </label>
      <label>
        <span class="caption">{words.operator}</span>
        <select class="input" value={operator} onChange={(event) => setOperator(event.currentTarget.value as Operator)}>
          {operatorsFor(known?.type).map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="caption">{words.value}</span>
        <input ref={valueInput} class="input" data-first={initial ? '' : undefined} value={value} spellcheck={false} autocomplete="off" placeholder={known?.type === 'duration' ? '500ms' : undefined} onFocus={() => setPicking('value')}
          onInput={(event) => setValue(event.currentTarget.value)} />
      </label>
      <ul class="picks" aria-label={picking === 'field' ? words.field : words.value}>
        {picking === 'field'
          ? fields.filter((each) => each.field.toLowerCase().includes(field.toLowerCase())).slice(0, 100).map((each) => (
              <li key={each.field}>
                <button type="button" aria-pressed={each.field === field} onClick={() => pickField(each)}>
                  <span class="grow cut mono" translate={false}>{each.field}</span>
                  <span class="third number" translate={false}>{each.type} · {formatCount(each.count)}</span>
                </button>
              </li>
            ))
          : values.filter((each) => each.text.toLowerCase().includes(value.toLowerCase())).slice(0, 100).map((each) => (
              <li key={each.value}>
                <button type="button" aria-pressed={each.text === value} onClick={() => onDone({ field, operator, value: each.value })}>
                  <span class="grow cut mono" translate={false}>{each.text}</span>
                  <span class="third number">{formatCount(each.count)}</span>
                </button>
              </li>
            ))}
      </ul>
      <div class="foot">
        <button type="button" class="button" onClick={onClose}>
          {t.app.cancel}
        </button>
        <button type="submit" class="button primary" disabled={!field.trim() || !value.trim()}>
          {words.apply}
        </button>
      </div>
    </form>
  );
}

export function Builder({ conditions, onChange }: { conditions: readonly Condition[]; onChange: (query: string) => void }) {
  const [editing, setEditing] = useState<{ anchor: Anchor; index: number }>();
  const open = (event: MouseEvent, index: number) => setEditing({ anchor: (event.currentTarget as Element).getBoundingClientRect(), index });
  const close = () => setEditing(undefined);
  const done = (condition: Condition) => {
    if (!editing) return;
    const next = [...conditions];
    next[editing.index] = condition;
    close();
    onChange(writeQuery(next));
  };
  return (
    <div class="builder">
      {conditions.map((condition, index) => (
        <span class="chip mono" key={`${condition.field} ${condition.operator} ${condition.value}`}>
          <button type="button" translate={false} onClick={(event) => open(event, index)}>
            {condition.field} <span class="op">{condition.operator}</span> <b>{unquote(condition.value)}</b>
          </button>
          <button type="button" aria-label={t.app.remove(`${condition.field} ${condition.operator} ${unquote(condition.value)}`)} onClick={() => onChange(writeQuery(conditions.filter((_, at) => at !== index)))}>
            <Icon name="close" />
          </button>
        </span>
      ))}
      <button type="button" class="add" aria-haspopup="dialog" onClick={(event) => open(event, conditions.length)}>
        <Icon name="plus" />
        {conditions.length ? t.query.add : t.query.add_first}
      </button>
      {editing && (
        <Floating anchor={editing.anchor} label={t.query.add} onClose={close}>
          <ConditionForm initial={conditions[editing.index]} onDone={done} onClose={close} />
        </Floating>
      )}
    </div>
  );
}
