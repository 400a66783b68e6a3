// Why slow? The traces of a selection (A) against the rest (B): a sentence first, then which attributes set them apart, which
// paths take the extra time, and which operations own the critical path. The whole question is in the address.
import '../trace/trace.css';
import './compare.css';

import { useState } from 'preact/hooks';

import { nanoseconds } from '../api/client';
import { useQuestion } from '../api/question';
import { link, setQuery, useParameter } from '../app/address';
import { useCrumbs } from '../app/crumbs';
import { useRange, type Span } from '../app/range';
import { colourClass } from '../app/service_colours';
import { formatDuration } from '../format/duration';
import { formatSpan } from '../format/instant';
import { formatCount, formatCountExactly, formatShare, threeDigits } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { data, withData } from '../trace/data_words';
import { valueText } from '../trace/model/attributes';
import { addCondition, quote } from '../traceql/conditions';
import { Icon } from '../widget/icon';
import { Answered, EmptyState, Strip } from '../widget/states';
import {
  loadCompare, signed, tellingAttributes, tellingPath, tellingValue,
  type CompareAnswer, type ComparedAttribute, type ComparedPath, type ComparedValue, type CompareQuestion,
} from './explain_data';

export default function ExplainPage() {
  const words = t.trace.explain;
  const a = useParameter('a');
  const b = useParameter('b');
  const base = useParameter('base');
  const aFrom = useParameter('a_from');
  const aTo = useParameter('a_to');
  const { span } = useRange();
  const region = aFrom && aTo && Number(aTo) > Number(aFrom) ? { start: Number(aFrom), end: Number(aTo) } : undefined;
  useCrumbs([{ text: t.app.places.traces, href: link('/traces', { q: base || b }) }, { text: t.trace.explain_title }]);
  const asked: CompareQuestion = {
    a, b, base, start: nanoseconds(span.start), end: nanoseconds(span.end), a_start: region ? nanoseconds(region.start) : '', a_end: region ? nanoseconds(region.end) : '',
  };
  const question = useQuestion<CompareAnswer>(a ? JSON.stringify(asked) : undefined, (options) => loadCompare(asked, options));
  return (
    <div class="explain">
      <h1 class="unseen">{t.trace.explain_title}</h1>
      <Sides key={`${a} ${b} ${base}`} a={a} b={b} base={base} region={region} answer={question.answer} />
      {a === '' ? (
        <EmptyState icon="compare" title={t.trace.explain_title}>
          <p>{words.explain_hint}</p>
        </EmptyState>
      ) : (
        <Answered question={question}>{(answer) => <Explanation answer={answer} a={a} />}</Answered>
      )}
    </div>
  );
}

/** Who is compared with whom, as filters that can be edited. */
function Sides({ a, b, base, region, answer }: { a: string; b: string; base: string; region: Span | undefined; answer: CompareAnswer | undefined }) {
  const words = t.trace.explain;
  const [nextA, setA] = useState(a);
  const [nextB, setB] = useState(b);
  const [nextBase, setBase] = useState(base);
  const apply = (event: Event) => {
    event.preventDefault();
    setQuery({ a: nextA.trim(), b: nextB.trim(), base: nextBase.trim() });
  };
  const swap = () => setQuery({ a: b || base || '{}', b: a });
  return (
    <form class="sides" onSubmit={apply}>
      <label class="side a">
        <span class="side-name">
          <i class="side-mark a" aria-hidden="true" />
          {answer ? words.a(formatCount(answer.a.trace_count)) : words.query_a}
          {region && (
            <span class="chip">
              <span class="cut number">{formatSpan(region.start, region.end)}</span>
              <button type="button" aria-label={t.app.remove(formatSpan(region.start, region.end))} onClick={() => setQuery({ a_from: undefined, a_to: undefined })}>
                <Icon name="close" />
              </button>
            </span>
          )}
        </span>
        <input class="input mono" value={nextA} spellcheck={false} aria-label={words.query_a} placeholder="{ duration > 1s }" onInput={(event) => setA(event.currentTarget.value)} />
      </label>
      <label class="side b">
        <span class="side-name">
          <i class="side-mark b" aria-hidden="true" />
          {answer ? words.b(formatCount(answer.b.trace_count)) : words.query_b}
          {b === '' && <span class="third">({words.rest})</span>}
        </span>
        <input class="input mono" value={nextB} spellcheck={false} aria-label={words.query_b} placeholder={words.rest} onInput={(event) => setB(event.currentTarget.value)} />
      </label>
      <label class="side">
        <span class="side-name">{words.query_base}</span>
        <input class="input mono" value={nextBase} spellcheck={false} aria-label={words.query_base} placeholder="{}" onInput={(event) => setBase(event.currentTarget.value)} />
      </label>
      <span class="sides-actions">
        <button type="button" class="button" data-tip={words.swap} onClick={swap} disabled={a === ''}>
          <Icon name="compare" />
          {words.swap}
        </button>
        <button type="submit" class="button primary">
          {words.apply}
        </button>
      </span>
    </form>
  );
}

function Explanation({ answer, a }: { answer: CompareAnswer; a: string }) {
  const words = t.trace.explain;
  if (answer.a.trace_count === 0) return <EmptyState icon="compare" title={words.none_a} />;
  if (answer.b.trace_count === 0) return <EmptyState icon="compare" title={words.none_b} />;
  return (
    <>
      {answer.weak && <Strip>{words.weak}</Strip>}
      <Verdict answer={answer} />
      <p class="caption explain-basis">
        {answer.exact ? words.all_looked_into : words.sampled(formatCount(answer.a.sampled_count), formatCount(answer.b.sampled_count))}{' '}
        {words.means(formatDuration(answer.a.mean_ns), formatDuration(answer.b.mean_ns))}
      </p>
      <div class="explain-halves">
        <Attributes answer={answer} a={a} />
        <div class="stack">
          <Paths answer={answer} />
          <Critical answer={answer} />
        </div>
      </div>
    </>
  );
}

/** The answer as one sentence. */
function Verdict({ answer }: { answer: CompareAnswer }) {
  const words = t.trace.explain;
  const telling = tellingAttributes(answer);
  const path = tellingPath(answer.paths);
  const last = path?.path.at(-1);
  return (
    <p class="explain-verdict" role="status">
      {telling.length === 0 ? (
        last ? '' : words.verdict_none
      ) : (
        <>
          {words.verdict}{' '}
          {telling.map((attribute, index) => {
            const value = tellingValue(attribute)!;
            return (
              <span key={attribute.key}>
                {index > 0 && ' · '}
                <b translate={false}>
                  {shortKey(attribute.key)} = {valueName(value)}
                </b>{' '}
                <span class="second number">({words.verdict_values(formatShare(value.a_share), formatShare(value.b_share))})</span>
              </span>
            );
          })}
        </>
      )}
      {path && last && (
        <>
          {telling.length > 0 && ' · '}
          {withData((telling.length > 0 ? words.verdict_path : words.verdict_path_alone)(data(last.service), data(last.operation), signed(path.delta_ns, formatDuration)))}
          {path.a && path.b && path.a.calls >= path.b.calls * 1.5 && path.a.calls >= 2 ? ` ${words.verdict_calls(threeDigits(path.a.calls), threeDigits(path.b.calls))}` : ''}
        </>
      )}
    </p>
  );
}

function shortKey(key: string): string {
  return key.replace(/^(?:span|resource)\./, '');
}

const kAttributesShown = 12;
const kValuesShown = 4;

function Attributes({ answer, a }: { answer: CompareAnswer; a: string }) {
  const words = t.trace.explain;
  const [isAll, setAll] = useState(false);
  const shown = isAll ? answer.attributes : answer.attributes.slice(0, kAttributesShown);
  return (
    <section class="panel">
      <header>
        <h2>{words.attributes}</h2>
      </header>
      <div class="body">
        <p class="caption">{words.attributes_note}</p>
        {shown.map((attribute) => (
          <AttributeBars key={attribute.key} attribute={attribute} a={a} />
        ))}
        {answer.attributes.length > shown.length && (
          <button type="button" class="button small" onClick={() => setAll(true)}>
            {t.trace.findings.more(answer.attributes.length - shown.length)}
          </button>
        )}
        {answer.excluded.length > 0 && (
          <p class="caption" title={answer.excluded.map((each) => each.key).join(', ')}>
            {words.excluded(answer.excluded.length)}
          </p>
        )}
      </div>
    </section>
  );
}

function AttributeBars({ attribute, a }: { attribute: ComparedAttribute; a: string }) {
  const words = t.trace.explain;
  const [isAll, setAll] = useState(false);
  const values = isAll ? attribute.values : attribute.values.slice(0, kValuesShown);
  const left = Math.min(attribute.value_count, attribute.values.length) - values.length;
  return (
    <section class="compared">
      <h3>
        <span translate={false}>{shortKey(attribute.key)}</span>
        <span class="third">{attribute.key.startsWith('resource.') ? t.trace.detail.resource : ''}</span>
        <span class="grow" />
        <span class="second number" data-tip={words.score}>
          {threeDigits(attribute.score)}
        </span>
      </h3>
      <ul>
        {values.map((value, index) => (
          <ValueBars key={index} attribute={attribute} value={value} a={a} />
        ))}
      </ul>
      {left > 0 && (
        <button type="button" class="wf-link caption" onClick={() => setAll(true)}>
          {words.more_values(left)}
        </button>
      )}
    </section>
  );
}

function ValueBars({ attribute, value, a }: { attribute: ComparedAttribute; value: ComparedValue; a: string }) {
  const words = t.trace.explain;
  const query = valueQuery(a, attribute.key, value);
  const name = valueName(value);
  return (
    <li class="compared-value">
      {query !== undefined ? (
        <a class="cut" href={link('/traces', { q: query })} title={`${words.filter}: ${name}`} translate={false}>
          {name}
        </a>
      ) : (
        <span class="cut third">{name}</span>
      )}
      <span class="compared-bars">
        <span class="compared-bar a" style={{ width: `${value.a_share * 100}%` }} />
        <span class="compared-bar b" style={{ width: `${value.b_share * 100}%` }} />
      </span>
      <span class="compared-shares number">
        <span title={formatCount(value.a_count)}>{formatShare(value.a_share)}</span>
        <span class="third" title={formatCount(value.b_count)}>
          {formatShare(value.b_share)}
        </span>
      </span>
    </li>
  );
}

/** The value, or the bounds of a bin of numbers. */
function valueName(value: ComparedValue): string {
  if (value.low !== undefined && value.high !== undefined) return value.low === value.high ? String(value.low) : `${plainNumber(value.low)} – ${plainNumber(value.high)}`;
  return valueText(value.value) || t.trace.explain.without_value;
}

function plainNumber(value: number): string {
  return Number.isInteger(value) ? formatCountExactly(value) : threeDigits(value);
}

/** Traces of A with this value; undefined where it cannot be asked for. */
function valueQuery(a: string, key: string, value: ComparedValue): string | undefined {
  if (value.low !== undefined && value.high !== undefined) {
    return addCondition(addCondition(a, { field: key, operator: '>=', value: String(value.low) }), { field: key, operator: '<=', value: String(value.high) });
  }
  if (Object.keys(value.value).length === 0) return undefined;
  return addCondition(a, { field: key, operator: '=', value: literal(key, value) });
}

function literal(key: string, { value }: ComparedValue): string {
  // Intrinsics of a closed list are written without quotes.
  if (['status', 'kind', 'span:status', 'span:kind'].includes(key)) return valueText(value);
  return value.stringValue !== undefined ? quote(value.stringValue) : valueText(value);
}

const kPathsShown = 14;

function Paths({ answer }: { answer: CompareAnswer }) {
  const words = t.trace.explain;
  const differing = answer.paths.filter((path) => path.change !== 'same');
  const most = differing.reduce((max, path) => Math.max(max, Math.abs(path.delta_ns)), 1);
  return (
    <section class="panel">
      <header>
        <h2>{words.paths}</h2>
      </header>
      <div class="table-box flat">
        <table class="data paths">
          <thead>
            <tr>
              <th scope="col">{words.path}</th>
              <th scope="col" class="right">{words.p50_a}</th>
              <th scope="col" class="right hide-narrow">{words.p50_b}</th>
              <th scope="col" class="right">{words.delta}</th>
              <th scope="col" class="right hide-narrow">{words.calls}</th>
              <th scope="col">
                <span class="unseen">{words.example}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {differing.slice(0, kPathsShown).map((path, index) => (
              <PathRow key={index} path={path} most={most} />
            ))}
          </tbody>
        </table>
      </div>
      {differing.length === 0 && <p class="body third">{words.no_paths}</p>}
    </section>
  );
}

function PathRow({ path, most }: { path: ComparedPath; most: number }) {
  const words = t.trace.explain;
  const last = path.path.at(-1)!;
  const before = path.path.at(-2);
  const whole = path.path.map((each) => `${each.service} ${each.operation}`).join(' › ');
  return (
    <tr>
      <td class="fills" title={whole}>
        <span class="path-cell">
          {before && (
            <span class="third" translate={false}>
              {before.service !== last.service ? `${before.service} › ` : '› '}
            </span>
          )}
          <i class={`square ${colourClass(last.service)}`} aria-hidden="true" />
          <span class="second" translate={false}>
            {last.service}
          </span>
          <span class="cut" translate={false}>
            {last.operation}
          </span>
          {(path.change === 'added' || path.change === 'removed') && <span class="pill">{t.trace.compare.changes[path.change]}</span>}
        </span>
      </td>
      <td class="right">{formatDuration(path.a?.p50_ns)}</td>
      <td class="right hide-narrow">{formatDuration(path.b?.p50_ns)}</td>
      <td class="right delta-cell">
        <DeltaBar ns={path.delta_ns} most={most} />
        <span class="number">{signed(path.delta_ns, formatDuration)}</span>
      </td>
      <td class="right hide-narrow number">
        {path.a ? threeDigits(path.a.calls) : '–'} / {path.b ? threeDigits(path.b.calls) : '–'}
      </td>
      <td>
        {path.example_a && path.example_b && (
          <a class="button quiet small icon-only" href={link('/compare', { a: path.example_a, b: path.example_b })} aria-label={words.example} data-tip={words.example}>
            <Icon name="compare" />
          </a>
        )}
      </td>
    </tr>
  );
}

/** More time grows to the right in A's colour, less to the left in B's. */
export function DeltaBar({ ns, most }: { ns: number; most: number }) {
  const share = Math.min(1, Math.abs(ns) / Math.max(1, most)) * 50;
  return (
    <span class="delta-bar" aria-hidden="true">
      <i class={ns >= 0 ? 'a' : 'b'} style={ns >= 0 ? { left: '50%', width: `${share}%` } : { left: `${50 - share}%`, width: `${share}%` }} />
    </span>
  );
}

const kCriticalShown = 10;

function Critical({ answer }: { answer: CompareAnswer }) {
  const words = t.trace.explain;
  if (answer.critical_path.length === 0) return null;
  const most = answer.critical_path.reduce((max, each) => Math.max(max, each.a_ns, each.b_ns), 1);
  return (
    <section class="panel">
      <header>
        <h2>{words.critical}</h2>
      </header>
      <div class="body">
        <p class="caption">{words.critical_note}</p>
        <ul>
          {answer.critical_path.slice(0, kCriticalShown).map((each, index) => (
            <li key={index} class="compared-value critical">
              <span class="cut">
                <i class={`square ${colourClass(each.service)}`} aria-hidden="true" />{' '}
                <span class="second" translate={false}>
                  {each.service}
                </span>{' '}
                <span translate={false}>{each.operation}</span>
              </span>
              <span class="compared-bars">
                <span class="compared-bar a" style={{ width: `${(each.a_ns / most) * 100}%` }} />
                <span class="compared-bar b" style={{ width: `${(each.b_ns / most) * 100}%` }} />
              </span>
              <span class="compared-shares wide number">
                <span>
                  {formatDuration(each.a_ns)} · {formatShare(each.a_share)}
                </span>
                <span class="third">
                  {formatDuration(each.b_ns)} · {formatShare(each.b_share)}
                </span>
              </span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

