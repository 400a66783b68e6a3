// Which services own the time: their self times, stacked and named. A click shows one of them alone.
import { colourClass } from '../app/service_colours';
import { formatShare } from '../format/quantity';
import { t } from '../i18n/catalogue';
import type { TraceState } from './trace_state';

const kNamed = 4;

export function ServiceShares({ state }: { state: TraceState }) {
  const services = state.columns.facts.services;
  const total = services.reduce((sum, service) => sum + service.self_ns, 0);
  const order = [...services.keys()].sort((a, b) => services[b]!.self_ns - services[a]!.self_ns);
  const share = (index: number) => (total > 0 ? services[index]!.self_ns / total : 0);
  return (
    <div class="shares" role="group" aria-label={t.trace.columns.self_share}>
      <div class="stacked" aria-hidden="true">
        {order.map((index) => (
          <i key={index} class={colourClass(services[index]!.name)} style={{ width: `${share(index) * 100}%` }} />
        ))}
      </div>
      <div class="shares-names">
        {order.slice(0, kNamed).map((index) => (
          <button key={index} type="button" data-tip={t.trace.pills.only_this} onClick={() => state.act.showOnlyService(state.shown.hiddenServices[index] !== 1 && someHidden(state) ? null : index)}>
            <i class={`square ${colourClass(services[index]!.name)}`} aria-hidden="true" />
            <span class="cut" translate={false}>
              {services[index]!.name}
            </span>
            <span class="third number">{formatShare(share(index))}</span>
          </button>
        ))}
        {order.length > kNamed && <span class="third">{t.trace.findings.more(order.length - kNamed)}</span>}
      </div>
    </div>
  );
}

function someHidden(state: TraceState): boolean {
  return state.shown.hiddenServices.includes(1);
}
