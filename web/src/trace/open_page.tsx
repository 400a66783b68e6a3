// A trace from a file: OTLP JSON or Jaeger JSON. The server reads it and keeps it in memory for an hour; nothing is stored.
import '../compare/compare.css';

import { useRef, useState } from 'preact/hooks';

import { ApiError, send } from '../api/client';
import { go, link } from '../app/address';
import { useCrumbs } from '../app/crumbs';
import { formatDuration } from '../format/duration';
import { formatBytes } from '../format/quantity';
import { t } from '../i18n/catalogue';
import { Icon } from '../widget/icon';
import { ErrorState } from '../widget/states';
import type { OpenedFile } from './load_trace';

const kBytesMax = 64 * 1024 * 1024;

export default function OpenPage() {
  const words = t.trace.open;
  const [reading, setReading] = useState('');
  const [error, setError] = useState<ApiError>();
  const [fault, setFault] = useState('');
  const [opened, setOpened] = useState<OpenedFile>();
  const [isOver, setOver] = useState(false);
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useCrumbs([{ text: words.title }]);

  const open = async (body: Blob, name: string) => {
    setError(undefined);
    setFault('');
    if (body.size > kBytesMax) return setFault(words.too_large(formatBytes(body.size), formatBytes(kBytesMax)));
    setReading(name);
    try {
      const answer = await send<OpenedFile>('POST', '/traces/open', body, 'application/json');
      setReading('');
      const only = answer.traces[0];
      if (only === undefined) return setFault(words.empty);
      if (answer.traces.length === 1) return go(link(['/trace', only.trace_id], { open: answer.open }));
      return setOpened(answer);
    } catch (caught) {
      setReading('');
      setError(caught instanceof ApiError ? caught : new ApiError('malformed', String(caught)));
    }
  };
  const take = (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (file) void open(file, file.name);
  };

  return (
    <div class="open-page">
      <section class={isOver ? 'open-drop over' : 'open-drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer?.files);
        }}>
        <Icon name="upload" />
        <h1>{words.title}</h1>
        <p>{words.what}</p>
        <button type="button" class="button primary" onClick={() => input.current?.click()}>
          <Icon name="upload" />
          {words.choose}
        </button>
        <p class="caption">{words.drop}</p>
        <input ref={input} class="unseen" type="file" accept=".json,application/json" aria-label={words.choose} tabIndex={-1} onChange={(event) => take(event.currentTarget.files)} />
        <textarea aria-label={words.paste} placeholder={words.paste} value={text} spellcheck={false} onInput={(event) => setText(event.currentTarget.value)} />
        {text.trim() !== '' && (
          <button type="button" class="button" onClick={() => void open(new Blob([text]), t.trace.title)}>
            {words.paste_open}
          </button>
        )}
        {reading && <p role="status">{words.reading(reading)}</p>}
        {fault && (
          <p class="is-error" role="alert">
            {fault}
          </p>
        )}
      </section>
      {error && <ErrorState error={error} small />}
      {opened && (
        <section class="open-list">
          <h2>{words.several(opened.traces.length)}</h2>
          <ul>
            {opened.traces.map((trace) => (
              <li key={trace.trace_id}>
                <a class="grow cut" href={link(['/trace', trace.trace_id], { open: opened.open })} translate={false}>
                  {trace.root_service} {trace.root_name}
                </a>
                <span class="number">{formatDuration(trace.duration_ns)}</span>
                <span class="number second">{t.app.count_spans(trace.span_count)}</span>
                {trace.error_count > 0 && <span class="is-error number">{t.trace.verdict.errors(trace.error_count)}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
