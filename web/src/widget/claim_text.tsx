// The product's claim about a service as one sentence, its evidence linked.
import type { ComponentChildren } from 'preact';

import type { Claim } from '../api/overview';
import { link } from '../app/address';
import { formatDuration } from '../format/duration';
import { formatInstant, fromNanoseconds } from '../format/instant';
import { formatShare, threeDigits } from '../format/quantity';
import { fill, t } from '../i18n/catalogue';
import { ServiceSquare } from './service_name';

function data(text: string, className = 'strong') {
  return (
    <span class={className} translate={false}>
      {text}
    </span>
  );
}

/** The traces that show what the claim says. */
export function evidenceOf(claim: Claim): string {
  const isError = claim.code.startsWith('errors');
  return link('/traces', { q: claim.q, ...(isError ? {} : { sort: 'slowest' }) });
}

export function ClaimText({ claim }: { claim: Claim }) {
  const words: Record<string, string> = t.claims;
  const callee = claim.callee ? (
    <span class="service-name strong" key="callee">
      <ServiceSquare name={claim.callee} />
      {data(claim.callee)}
    </span>
  ) : undefined;
  const parts: Record<string, ComponentChildren> = {
    callee,
    error_share: claim.error_share === undefined ? '' : <span class="strong number">{formatShare(claim.error_share)}</span>,
    share: claim.share === undefined ? '' : <span class="strong number">{formatShare(claim.share)}</span>,
    per_request: claim.per_request === undefined ? '' : <span class="strong number">×{threeDigits(claim.per_request >= 2 ? Math.round(claim.per_request) : claim.per_request)}</span>,
    before: claim.baseline_p99_ns === undefined ? '' : <span class="number">{formatDuration(claim.baseline_p99_ns)}</span>,
    operation: claim.operation ? data(claim.operation) : '',
    p99: claim.p99_ns === undefined ? '' : <span class="strong number">{formatDuration(claim.p99_ns)}</span>,
  };
  const code = claim.baseline_p99_ns !== undefined && `${claim.code}_than` in words ? `${claim.code}_than` : claim.code;
  const sentence = words[code] ?? words['other'] ?? '';
  return (
    <>
      {fill(sentence, parts as never)}
      {claim.since_ns && <span class="third">{t.claim_since(formatInstant(fromNanoseconds(claim.since_ns), 'minute'))}</span>}
    </>
  );
}
