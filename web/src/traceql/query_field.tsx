// The text view of a query: coloured as it is read, completed from the data, its fault marked where the server found it.
import './query_field.css';

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { formatCount } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { placeAt, type Place } from './complete';
import { kOperators } from './conditions';
import { knownFields, valuesOf } from './names';
import { tokens } from './tokens';

interface Offer {
  text: string;
  detail?: string;
  insert: string;
}

const kOffers = 50;

async function offersAt(place: Place): Promise<Offer[]> {
  if (place.kind === 'field') {
    const wanted = place.prefix.toLowerCase();
    return (await knownFields())
      .filter(({ field }) => field.toLowerCase().includes(wanted))
      .slice(0, kOffers)
      .map(({ field, type, count }) => ({ text: field, detail: `${type} · ${formatCount(count)}`, insert: `${field} ` }));
  }
  if (place.kind === 'operator') return kOperators.filter((each) => each.startsWith(place.prefix)).map((each) => ({ text: each, insert: `${each} ` }));
  if (place.kind === 'logic') return ['&&', '||'].map((each) => ({ text: each, insert: `${each} ` }));
  if (place.kind === 'value') {
    const wanted = place.prefix.replace(/^["`]/, '').toLowerCase();
    return (await valuesOf(place.field, '', 200))
      .filter(({ text }) => text.toLowerCase().includes(wanted))
      .slice(0, kOffers)
      .map(({ value, text, count }) => ({ text, detail: formatCount(count), insert: `${value} ` }));
  }
  return [];
}

/** The column that an error names, from zero. */
export function columnOf(message: string | undefined): number | undefined {
  const match = /line (\d+), column (\d+)/.exec(message ?? '');
  return match?.[1] === '1' ? Number(match[2]) - 1 : undefined;
}

function Coloured({ text, faultAt }: { text: string; faultAt: number | undefined }) {
  return (
    <>
      {tokens(text).map((token) => (
        <span key={token.start} class={`q-${token.kind} ${faultAt !== undefined && faultAt >= token.start && faultAt < token.end ? 'q-fault' : ''}`}>
          {token.text}
        </span>
      ))}
      {faultAt !== undefined && faultAt >= text.length && <span class="q-fault"> </span>}
    </>
  );
}

export function QueryField({ value, onRun, fault, label, onDraft }: { value: string; onRun: (text: string) => void; fault?: string | undefined; label: string; onDraft?: (text: string) => void }) {
  const [text, setText] = useState(value);
  const [offers, setOffers] = useState<{ place: Place; list: Offer[] }>();
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const shade = useRef<HTMLDivElement>(null);
  const asked = useRef(0);
  useEffect(() => setText(value), [value]);
  const faultAt = useMemo(() => (text === value ? columnOf(fault) : undefined), [fault, text, value]);
  const scroll = () => {
    if (shade.current && input.current) shade.current.scrollLeft = input.current.scrollLeft;
  };
  const offer = () => {
    const element = input.current;
    if (!element) return;
    const place = placeAt(element.value, element.selectionStart ?? 0);
    const mine = ++asked.current;
    offersAt(place).then(
      (list) => {
        if (mine !== asked.current || document.activeElement !== element) return;
        setOffers(list.length ? { place, list } : undefined);
        setAt(0);
      },
      () => setOffers(undefined), // Without names the text can still be typed.
    );
  };
  const accept = (each: Offer | undefined) => {
    if (!each || !offers || offers.place.kind === 'none') return;
    const { start, end } = offers.place;
    const lead = text.trim() === '' ? '{ ' : '';
    const tail = text.slice(end);
    const next = `${text.slice(0, start)}${lead}${each.insert}${tail.replace(/^ /, '')}${lead ? '}' : ''}`;
    const caret = start + lead.length + each.insert.length;
    setText(next);
    onDraft?.(next);
    setOffers(undefined);
    requestAnimationFrame(() => {
      input.current?.setSelectionRange(caret, caret);
      scroll();
      offer();
    });
  };
  const run = () => {
    asked.current++;
    setOffers(undefined);
    onRun(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (offers && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) setAt((at + (event.key === 'ArrowDown' ? 1 : offers.list.length - 1)) % offers.list.length);
    else if (offers && (event.key === 'Tab' || (event.key === 'Enter' && at > 0))) accept(offers.list[at]);
    else if (event.key === 'Enter') run();
    else if (event.key === 'Escape' && offers) setOffers(undefined);
    else if (event.key === ' ' && event.ctrlKey) offer();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="query-field">
      <div ref={shade} class="query-shade" aria-hidden="true" translate={false}>
        <Coloured text={text} faultAt={faultAt} />
      </div>
      <input ref={input} type="text" role="combobox" spellcheck={false} autocomplete="off" autocapitalize="off" aria-label={label} aria-invalid={faultAt !== undefined} aria-expanded={offers !== undefined}
        aria-controls="query-offers" aria-autocomplete="list" aria-activedescendant={offers ? `offer-${at}` : undefined} placeholder={t.query.placeholder} value={text} onScroll={scroll}
        onInput={(event) => {
          setText(event.currentTarget.value);
          onDraft?.(event.currentTarget.value);
          scroll();
          offer();
        }}
        onKeyDown={onKeyDown} onClick={offer} onBlur={() => setOffers(undefined)} />
      {offers && (
        <div class="offers menu" id="query-offers" role="listbox" aria-label={t.query.offers} onMouseDown={(event) => event.preventDefault()}>
          {offers.list.map((each, index) => (
            <div key={each.text} id={`offer-${index}`} class="item" role="option" aria-selected={index === at} onClick={() => accept(each)} ref={index === at ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}>
              <span class="cut mono" translate={false}>
                {each.text}
              </span>
              {each.detail && (
                <span class="third number offer-detail" translate={false}>
                  {each.detail}
                </span>
              )}
            </div>
          ))}
          <div class="heading">{t.query.offers_hint}</div>
        </div>
      )}
    </div>
  );
}
