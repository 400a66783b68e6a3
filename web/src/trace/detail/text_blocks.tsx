// The two long texts of a span: what it failed with, and what it asked a database.
import { useState } from 'preact/hooks';

import { link } from '../../app/address';
import { copyText } from '../../app/notice';
import { t } from '../../i18n/catalogue';
import { Icon } from '../../widget/icon';
import type { SpanDetail } from '../load_trace';
import { traceqlText } from '../model/attributes';
import { formatSql, looksLikeSql } from '../model/sql_format';

const kStackLines = 12;

export function ExceptionView({ exception }: { exception: NonNullable<SpanDetail['exception']> }) {
  const [isWhole, setWhole] = useState(false);
  const lines = (exception.stacktrace ?? '').trimEnd().split('\n');
  const isLong = lines.length > kStackLines;
  const shown = isWhole || !isLong ? lines : lines.slice(0, kStackLines);
  return (
    <section class="detail-section exception">
      <h3>
        <Icon name="failed" />
        <span translate={false}>{exception.type || t.trace.detail.exception}</span>
      </h3>
      {exception.message && (
        <p class="exception-message" translate={false}>
          {exception.message}
        </p>
      )}
      {exception.stacktrace && (
        <div class="code-block">
          <pre tabIndex={0} aria-label={t.trace.detail.stacktrace} translate={false}>
            {shown.map((line, index) => (
              <StackLine key={index} line={line} />
            ))}
          </pre>
          <div class="code-tools">
            {isLong && (
              <button type="button" class="button small" onClick={() => setWhole(!isWhole)}>
                {isWhole ? t.trace.collapse : `${t.trace.expand} (+${lines.length - kStackLines})`}
              </button>
            )}
            <button type="button" class="button small icon-only" aria-label={t.app.copy} data-tip={t.app.copy} onClick={() => void copyText(exception.stacktrace ?? '', t.app.copied)}>
              <Icon name="copy" />
            </button>
          </div>
        </div>
      )}
    </section>
  );
}

// Frames of runtimes and libraries step back, so that one's own code stands out.
const kForeign = /\b(?:java\.|javax\.|jdk\.|sun\.|org\.springframework|io\.netty|io\.grpc|io\.opentelemetry|kotlin\.|node:internal|node_modules|site-packages|runtime\.|\/usr\/lib|Microsoft\.|System\.)/;

function StackLine({ line }: { line: string }) {
  const kind = /^\s*(?:Caused by|Suppressed|.*Error:|.*Exception:)/.test(line) ? 'cause' : kForeign.test(line) ? 'foreign' : '';
  return <span class={kind ? `frame ${kind}` : 'frame'}>{`${line}\n`}</span>;
}

export function StatementView({ statement, service }: { statement: NonNullable<SpanDetail['statement']>; service: string }) {
  const [isPlain, setPlain] = useState(false);
  const words = t.trace.detail;
  const canFormat = looksLikeSql(statement.text);
  const text = isPlain || !canFormat ? statement.text : formatSql(statement.text);
  const query = `{ resource.service.name = ${traceqlText(service)} && (span.db.statement = ${traceqlText(statement.text)} || span.db.query.text = ${traceqlText(statement.text)} || span.sql.query = ${traceqlText(statement.text)}) }`;
  return (
    <section class="detail-section">
      <h3>
        <Icon name="database" />
        {words.statement}
        {statement.system && (
          <span class="third" translate={false}>
            {statement.system}
          </span>
        )}
      </h3>
      <div class="code-block">
        <pre tabIndex={0} aria-label={words.statement} translate={false} class="sql">
          {canFormat ? highlighted(text) : text}
        </pre>
        <div class="code-tools">
          {canFormat && (
            <button type="button" class="button small" onClick={() => setPlain(!isPlain)}>
              {isPlain ? words.statement_laid_out : words.statement_plain}
            </button>
          )}
          <a class="button small icon-only" href={link('/traces', { q: query })} aria-label={words.group_traces} data-tip={words.group_traces}>
            <Icon name="search" />
          </a>
          <button type="button" class="button small icon-only" aria-label={t.app.copy} data-tip={t.app.copy} onClick={() => void copyText(statement.text, t.app.copied)}>
            <Icon name="copy" />
          </button>
        </div>
      </div>
    </section>
  );
}

const kWords = /\b(select|from|where|and|or|not|in|is|null|join|left|right|inner|outer|full|cross|on|group by|order by|having|limit|offset|insert into|values|update|set|delete from|returning|as|distinct|union|all|case|when|then|else|end|between|like|exists|for update|with|asc|desc)\b/gi;

function highlighted(text: string) {
  return text.split(kWords).map((part, index) => (index % 2 === 1 ? <b key={index}>{part}</b> : part));
}
