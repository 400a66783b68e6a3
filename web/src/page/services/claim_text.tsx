// The product's claim about a service as one sentence, its evidence linked.
import type { ComponentChildren } from 'preact';

import type { Claim, ServiceRow } from '../../api/overview';
import { link } from '../../app/address';
import { formatDuration } from '../../format/duration';
import { formatInstant, fromNanoseconds } from '../../format/instant';
import { formatShare, threeDigits } from '../../format/quantity';
import { fill, t } from '../../i18n/catalogue';
import { queryOf } from '../../traceql/conditions';
import { ServiceSquare } from '../../widget/service_name';

function data(text: string, className = 'strong') {
  return (
    <span class={className} translate={false}>
      {text}
    </span>
  );
}

/** The traces that show what the claim says. */
export function evidenceOf(row: ServiceRow, claim: Claim): string {
  if (claim.trace_id) return link(['/trace', claim.trace_id]);
  const isError = claim.code === 'failing_callee' || claim.code === 'own_errors';
  const q = claim.q ?? queryOf({ service: row.service, isError });
  return link('/traces', { q, ...(isError ? {} : { sort: 'duration' }) });
}

export function ClaimText({ claim }: { claim: Claim }) {
  const words: Record<string, string> = t.services.claims;
  const callee = claim.callee ? (
    <span class="service-name strong" key="callee">
      <ServiceSquare name={claim.callee} />
      {data(claim.callee)}
    </span>
  ) : undefined;
  const parts: Record<string, ComponentChildren> = {
    callee,
    share: claim.share === undefined ? '' : <span class="strong number">{formatShare(claim.share)}</span>,
    per_request: claim.per_request === undefined ? '' : <span class="strong number">×{threeDigits(Math.round(claim.per_request))}</span>,
    factor: claim.factor === undefined ? '' : <span class="strong number">×{threeDigits(claim.factor)}</span>,
    statement: claim.statement ? data(claim.statement, 'mono') : callee,
    operation: claim.operation ? data(claim.operation) : '',
    p99: claim.p99_ns === undefined ? '' : <span class="strong number">{formatDuration(claim.p99_ns)}</span>,
  };
  const sentence = words[claim.code] ?? words['other'] ?? '';
  return (
    <>
      {fill(sentence, parts as never)}
      {claim.since_ns && <span class="third">{t.services.since(formatInstant(fromNanoseconds(claim.since_ns), 'minute'))}</span>}
    </>
  );
}
