// Where the time of a request or view goes: browser, network, backend; the same three hues as in the header of a trace.
import './measures.css';

import { formatDuration } from '../format/duration';
import { formatShare } from '../format/quantity';
import { t } from '../i18n/catalogue';

export interface TimeSplit {
  browser_ns: number;
  network_ns: number;
  backend_ns: number;
}
type Part = { kind: 'backend' | 'network' | 'browser'; ns: number };

export function partsOf(split: TimeSplit): Part[] {
  const parts: Part[] = [
    { kind: 'backend', ns: split.backend_ns },
    { kind: 'network', ns: split.network_ns },
    { kind: 'browser', ns: split.browser_ns },
  ];
  return parts.map((part) => ({ ...part, ns: Math.max(0, part.ns) }));
}

function said(split: TimeSplit): string {
  return partsOf(split).map((part) => `${t.rum.parts[part.kind]} ${formatDuration(part.ns)}`).join(', ');
}

/** The bar alone, for a row of a table. */
export function TimeBar({ split, isLarge }: { split: TimeSplit; isLarge?: boolean }) {
  const parts = partsOf(split).filter((part) => part.ns > 0);
  return (
    <span class={isLarge ? 'time-bar large' : 'time-bar'} role="img" aria-label={said(split)} data-tip={isLarge ? undefined : said(split)}>
      {parts.map((part) => <i key={part.kind} class={part.kind} style={{ flexGrow: part.ns }} />)}
    </span>
  );
}

/** The bar with each part in words, duration and share. */
export function TimeSplitView({ split }: { split: TimeSplit }) {
  const parts = partsOf(split);
  const total = parts.reduce((sum, part) => sum + part.ns, 0);
  return (
    <div class="time-split">
      <TimeBar split={split} isLarge />
      <dl>
        {parts.map((part) => (
          <div key={part.kind}>
            <dt><i class={`part ${part.kind}`} />{t.rum.parts[part.kind]}</dt>
            <dd class="number"><b>{total ? formatShare(part.ns / total) : formatShare(0)}</b> <span class="third">{formatDuration(part.ns)}</span></dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

export function TimeLegend() {
  return (
    <span class="time-legend caption">
      {(['backend', 'network', 'browser'] as const).map((kind) => <span key={kind}><i class={`part ${kind}`} />{t.rum.parts[kind]}</span>)}
    </span>
  );
}
