// Browser, network, backend: where the time of a request went, as a bar with its parts in figures.
import { formatDuration } from '../format/duration';
import { t } from '../i18n/catalogue';

export interface Split {
  browser_ns?: number | null;
  network_ns?: number | null;
  backend_ns?: number | null;
}

export function splitParts(split: Split): { kind: 'browser' | 'network' | 'backend'; ns: number }[] {
  return (['browser', 'network', 'backend'] as const).map((kind) => ({ kind, ns: split[`${kind}_ns`] ?? 0 })).filter((part) => part.ns > 0);
}

export function SplitBar({ split, hasFigures = true, class: extra }: { split: Split; hasFigures?: boolean; class?: string }) {
  const words = t.trace.verdict;
  const parts = splitParts(split);
  const total = parts.reduce((sum, part) => sum + part.ns, 0);
  if (total <= 0) return null;
  return (
    <span class={extra ? `split ${extra}` : 'split'} role="img" aria-label={`${words.split}: ${parts.map((part) => `${words[part.kind]} ${formatDuration(part.ns)}`).join(', ')}`}>
      <span class="split-bar">
        {parts.map((part) => (
          <i key={part.kind} class={part.kind} style={{ width: `${(part.ns / total) * 100}%` }} />
        ))}
      </span>
      {hasFigures && parts.map((part) => (
        <span key={part.kind} class="split-part number">
          <i class={part.kind} />
          {words[part.kind]} {formatDuration(part.ns)}
        </span>
      ))}
    </span>
  );
}
