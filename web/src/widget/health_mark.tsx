// How a service is: an icon of its own shape for each state, not only a colour.
import type { Health } from '../api/overview';
import { t } from '../i18n/catalogue';
import { Icon } from './icon';

const kIcons = { unwell: 'failed', attention: 'warning', healthy: 'good', silent: 'silent' } as const;

export function HealthMark({ health }: { health: Health }) {
  return (
    <span class={`health ${health}`} data-tip={t.health[health]}>
      <Icon name={kIcons[health]} label={t.health[health]} />
    </span>
  );
}
