// What fails in the backend: errors by type and message, where they start, since when.
import { useMemo } from 'preact/hooks';

import { askErrorGroups, type ErrorGroupsAnswer } from '../../api/errors';
import type { ServicesAnswer } from '../../api/answers';
import { ask, nanoseconds } from '../../api/client';
import { useQuestion } from '../../api/question';
import { setQuery, useParameter } from '../../app/address';
import { useRange } from '../../app/range';
import { t } from '../../i18n/catalogue';
import { ErrorGroups } from '../../widget/error_groups';
import { MenuButton, MenuItem } from '../../widget/floating';
import { Icon } from '../../widget/icon';
import { ServiceName } from '../../widget/service_name';
import { Answered, EmptyState, WidenButton } from '../../widget/states';

function ServiceMenu({ service }: { service: string }) {
  const { span } = useRange();
  const services = useQuestion<ServicesAnswer>(`${span.start} ${span.end}`, ({ signal }) => ask<ServicesAnswer>('/services', { start: nanoseconds(span.start), end: nanoseconds(span.end) }, { signal }));
  const failing = useMemo(() => (services.answer?.services ?? []).filter((each) => each.error_count > 0 || each.name === service).sort((a, b) => b.error_count - a.error_count), [services.answer, service]);
  return (
    <MenuButton label={t.app.words.service} face={service ? <span translate={false}>{service}</span> : t.errors.all_services}>
      {(close) => (
        <>
          <MenuItem isChecked={!service} onPick={() => { setQuery({ service: undefined, error: undefined }); close(); }}>{t.errors.all_services}</MenuItem>
          {failing.map((each) => (
            <MenuItem key={each.name} isChecked={each.name === service} onPick={() => { setQuery({ service: each.name, error: undefined }); close(); }}>
              <ServiceName name={each.name} linked={false} />
            </MenuItem>
          ))}
        </>
      )}
    </MenuButton>
  );
}

export function BackendErrors() {
  const { span } = useRange();
  const service = useParameter('service');
  const question = useQuestion<ErrorGroupsAnswer>(`${service} ${span.start} ${span.end}`, (options) => askErrorGroups({ service: service || undefined }, span, options));
  return (
    <>
      <div class="line error-side-bar">
        <ServiceMenu service={service} />
      </div>
      <Answered question={question}>
        {(answer) => (answer.groups.length ? <ErrorGroups answer={answer} maxHeight="calc(100dvh - 204px)" /> : (
          <EmptyState icon="good" title={t.errors.none} actions={<><WidenButton />{service && <button type="button" class="button" onClick={() => setQuery({ service: undefined })}><Icon name="close" />{t.errors.all_services}</button>}</>}>
            <p>{t.errors.none_why}</p>
          </EmptyState>
        ))}
      </Answered>
    </>
  );
}
