// The four states of a page or panel: loading, empty, partial, error.
import type { ComponentChildren } from 'preact';

import type { ApiError } from '../api/client';
import type { Question } from '../api/question';
import { setQuery } from '../app/address';
import { lengthUntilNow, setRange, useRange } from '../app/range';
import { t } from '../i18n/catalogue';
import { lengthName } from '../app/range_names';
import { Icon, type IconName } from './icon';

export function errorSentence(error: ApiError): string {
  const codes: Record<string, string> = t.app.error.codes;
  return codes[error.code] ?? codes['other'] ?? '';
}

/** What failed and how to go on. */
export function ErrorState({ error, onRetry, small }: { error: ApiError; onRetry?: () => void; small?: boolean }) {
  return (
    <div class={small ? 'state small' : 'state'} role="alert">
      <Icon name="failed" />
      <h2>{t.app.error.title}</h2>
      <p>{errorSentence(error)}</p>
      {error.message && (
        <p class="mono third" translate={false}>
          {error.message}
        </p>
      )}
      {error.requestId && <p class="caption">{t.app.error.request(error.requestId)}</p>}
      {onRetry && (
        <div class="line">
          {error.parameter === 'q' && <button type="button" class="button primary" onClick={() => setQuery({ q: undefined })}>{t.rum.clear_filter}</button>}
          <button type="button" class="button" onClick={onRetry}>
            <Icon name="reload" />
            {t.app.retry}
          </button>
        </div>
      )}
    </div>
  );
}

/** Why there is nothing, and what to do. */
export function EmptyState({ icon = 'search', title, children, actions, small }: { icon?: IconName; title: string; children?: ComponentChildren; actions?: ComponentChildren; small?: boolean }) {
  return (
    <div class={small ? 'state small' : 'state'}>
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
      {actions && <div class="line">{actions}</div>}
    </div>
  );
}

/** The next longer range, as a button. */
export function WidenButton() {
  const { range } = useRange();
  const length = lengthUntilNow(range) ?? 0;
  const next = [36e5, 6 * 36e5, 24 * 36e5, 7 * 864e5, 30 * 864e5].find((each) => each > length);
  if (next === undefined) return null;
  const from = next >= 864e5 ? `now-${next / 864e5}d` : `now-${next / 36e5}h`;
  return (
    <button type="button" class="button primary" onClick={() => setRange({ from, to: 'now' })}>
      {t.app.empty.widen(lengthName(next))}
    </button>
  );
}

/** Grey blocks in the shape of what comes, after 150 ms, without movement. */
export function LoadingBlocks({ rows = 8, height = 28 }: { rows?: number; height?: number }) {
  return (
    <div class="stack" aria-busy="true" role="status" aria-label={t.app.loading}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} class="grey-block" style={{ height: `${height}px` }} />
      ))}
    </div>
  );
}

/** How far a slow question is, with Cancel. */
export function Working<T>({ question }: { question: Question<T> }) {
  if (!question.isLoading || !(question.isSlow || question.progress)) return null;
  const progress = question.progress;
  return (
    <span class="working" role="status">
      {progress && progress.part_count > 0 && <progress max={progress.part_count} value={progress.done_parts} aria-label={t.app.loading} />}
      {progress ? t.app.working(progress.done_parts, progress.part_count) : t.app.loading}
      {progress?.scanned_spans ? `, ${t.app.working_scanned(progress.scanned_spans)}` : ''}
      <button type="button" class="button small" onClick={question.cancel}>
        {t.app.cancel}
      </button>
    </span>
  );
}

/** A page or panel around an answer: draws the state, or the children with the answer (dimmed where it is of before). */
export function Answered<T>({ question, loading, children, small }: { question: Question<T>; loading?: ComponentChildren; children: (answer: T) => ComponentChildren; small?: boolean }) {
  const { answer, error } = question;
  if (answer === undefined) {
    if (error) return <ErrorState error={error} onRetry={question.retry} {...(small ? { small } : {})} />;
    return (
      <>
        <Working question={question} />
        {loading ?? <LoadingBlocks rows={small ? 4 : 8} />}
      </>
    );
  }
  return (
    <>
      {error && (
        <div class="strip error" role="alert">
          <Icon name="failed" />
          <span>
            {errorSentence(error)} {t.app.error.kept}
          </span>
          <button type="button" class="link" onClick={question.retry}>
            {t.app.retry}
          </button>
        </div>
      )}
      <Working question={question} />
      <div class={error || (question.isStale && question.isSlow) ? 'stale' : undefined}>{children(answer)}</div>
    </>
  );
}

/** A 24 px line above data: something is missing, or partly so. */
export function Strip({ kind = 'warning', children }: { kind?: 'warning' | 'plain' | 'error'; children: ComponentChildren }) {
  return (
    <div class={kind === 'warning' ? 'strip' : `strip ${kind}`} role={kind === 'error' ? 'alert' : 'note'}>
      <Icon name={kind === 'plain' ? 'silent' : kind === 'error' ? 'failed' : 'warning'} />
      <span>{children}</span>
    </div>
  );
}
