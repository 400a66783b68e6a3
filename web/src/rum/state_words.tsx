// What became of a request's trace, in words: found, or why not and what to do about it.
import './rum.css';

import { t } from '../i18n/catalogue';
import { Icon, type IconName } from '../widget/icon';

export type RequestState = 'found' | 'not_sampled' | 'header_not_sent' | 'cors_blocked' | 'backend_silent' | 'tracing_off' | 'pending';

const kIcons: Record<RequestState, IconName> = {
  found: 'traces', not_sampled: 'silent', header_not_sent: 'warning', cors_blocked: 'failed', backend_silent: 'warning', tracing_off: 'silent', pending: 'clock',
};

/** The state as a small mark with its name; why and what to do as its tooltip (also given by `stateWhy`). */
export function RequestStateMark({ state }: { state: RequestState }) {
  return (
    <span class={`pill request-state ${state}`} data-tip={t.rum.states_why[state]}>
      <Icon name={kIcons[state]} />
      {t.rum.states[state]}
    </span>
  );
}

export function stateWhy(state: RequestState): string {
  return t.rum.states_why[state];
}
