// What likely caused an error of a browser: a request of the same session that failed shortly before, and where in the backend.
// The link that no list of front-end errors has.
import './rum.css';

import type { LikelyCause } from '../api/rum_errors';
import { link } from '../app/address';
import { fill, t } from '../i18n/catalogue';
import { ServiceSquare } from '../widget/service_name';

/** The service and status at fault; without a backend trace the request itself. */
function Cause({ cause }: { cause: LikelyCause }) {
  const status = cause.status_code === null || String(cause.status_code) === '0' ? '' : String(cause.status_code);
  if (!cause.service) return <b translate={false}>{[cause.method, cause.name, status].filter(Boolean).join(' ')}</b>;
  return (
    <b class="service-name" translate={false}>
      <ServiceSquare name={cause.service} />
      {[cause.service, status].filter(Boolean).join(' ')}
    </b>
  );
}

export function LikelyCauseLink({ cause }: { cause: LikelyCause }) {
  const words = t.rumErrors;
  const request = [cause.method, cause.name].filter(Boolean).join(' ');
  const tip = [request, cause.operation && `${cause.service}: ${cause.operation}`, words.cause_count(cause.count)].filter(Boolean).join('\n');
  const said = fill(words.caused_by, { cause: <Cause cause={cause} /> });
  if (!cause.trace_id) return <span class="likely-cause" data-tip={tip}>{said}</span>;
  return (
    <a class="likely-cause" data-tip={tip} href={link(['/trace', cause.trace_id], { span: cause.span_id ?? undefined })}>
      {said}
    </a>
  );
}
