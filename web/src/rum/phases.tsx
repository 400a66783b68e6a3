// The phases of a page load or of a resource, one after the other as a waterfall. Each is a 75th percentile of its own, so they
// need not add up to that of the whole; the heading says so.
import './measures.css';

import type { Phases, ResourcePhases } from '../api/rum_overview';
import { formatDuration } from '../format/duration';
import { t } from '../i18n/catalogue';

export const kPhases = ['redirect', 'dns', 'connect', 'tls', 'request', 'wait', 'response', 'download', 'dom', 'load'] as const;
export type PhaseName = (typeof kPhases)[number];
export interface PhaseBar {
  name: PhaseName;
  ns: number;
  start: number;
}

/** Those that somebody told, in order, each beginning where the one before ends. */
export function phaseBars(phases: Phases | ResourcePhases): PhaseBar[] {
  const values = phases as unknown as Record<string, number | null | undefined>;
  let start = 0;
  return kPhases.flatMap((name) => {
    const ns = values[`${name}_ns`];
    if (typeof ns !== 'number') return [];
    const bar = { name, ns, start };
    start += ns;
    return [bar];
  });
}

export function PhaseWaterfall({ phases }: { phases: Phases | ResourcePhases }) {
  const bars = phaseBars(phases);
  const end = Math.max(1, ...bars.map((bar) => bar.start + bar.ns));
  if (!bars.length) return <p class="third">{t.rum.no_phases}</p>;
  return (
    <ul class="phases">
      {bars.map((bar) => (
        <li key={bar.name}>
          <span>{t.rum.phases[bar.name]}</span>
          <span class="phase-track"><i class={`phase ${bar.name}`} style={{ left: `${(bar.start / end) * 100}%`, width: `${Math.max(0.4, (bar.ns / end) * 100)}%` }} /></span>
          <span class="number right">{formatDuration(bar.ns)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What the colours of the strips are, in their order. */
export function PhaseLegend() {
  return (
    <p class="phase-legend caption">
      {(['redirect', 'dns', 'connect', 'tls', 'wait', 'download'] as const).map((name) => <span key={name}><i class={`phase ${name}`} />{t.rum.phases[name]}</span>)}
    </p>
  );
}

/** The same in one line, for a row of a table. */
export function PhaseStrip({ phases }: { phases: ResourcePhases }) {
  const bars = phaseBars(phases).filter((bar) => bar.ns > 0);
  const said = bars.map((bar) => `${t.rum.phases[bar.name]} ${formatDuration(bar.ns)}`).join(', ');
  if (!bars.length) return <span class="third">–</span>;
  return (
    <span class="time-bar" role="img" aria-label={said} data-tip={said}>
      {bars.map((bar) => <i key={bar.name} class={`phase ${bar.name}`} style={{ flexGrow: bar.ns }} />)}
    </span>
  );
}
