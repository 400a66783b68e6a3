// An error of the page: what, where in the sources, the frames with the lines around them where a source map is known.
import { useState } from 'preact/hooks';

import type { EventError, SessionEvent, StackFrame } from '../../api/rum_sessions';
import { link } from '../../app/address';
import { t } from '../../i18n/catalogue';
import { Icon } from '../../widget/icon';
import { fileName, positionText } from './event_words';

export function ErrorStack({ error, event }: { error: EventError; event: SessionEvent }) {
  const words = t.sessions.error;
  const frames = error.frames ?? [];
  const [isRaw, setRaw] = useState(frames.length === 0);
  const position = positionText(error);
  return (
    <div class="stack-box">
      <p class="line wrap">
        <b class="is-error" translate={false}>{error.type}</b>
        <span class="stack-message" translate={false}>{error.message || event.message}</span>
      </p>
      <p class="line wrap">
        {position && <code class="second" translate={false} title={error.file ?? ''}>{position}</code>}
        {error.source && <span class="third" translate={false}>{error.source}</span>}
        {frames.length > 0 && <span class={error.source_map === 'wrong_version' ? 'is-warning' : 'third'}>{words.maps[error.source_map] ?? ''}</span>}
        <span class="grow" />
        {frames.length > 0 && error.stack && (
          <span class="segmented small" role="group" aria-label={words.frames}>
            <button type="button" aria-pressed={!isRaw} onClick={() => setRaw(false)}>{error.source_map === 'applied' ? words.mapped : words.frames}</button>
            <button type="button" aria-pressed={isRaw} onClick={() => setRaw(true)}>{words.raw}</button>
          </span>
        )}
        {error.group_id && <a class="button small" href={link(['/errors', error.group_id])}><Icon name="errors" />{words.group}</a>}
      </p>
      {isRaw ? (
        error.stack ? <pre class="stack-raw" tabIndex={0} aria-label={words.frames} translate={false}>{error.stack}</pre> : <p class="third">{words.no_stack}</p>
      ) : (
        <Frames frames={frames} />
      )}
    </div>
  );
}

/** Frames of libraries are folded between those of the page's own code. */
function Frames({ frames }: { frames: readonly StackFrame[] }) {
  const words = t.sessions.error;
  const [isWhole, setWhole] = useState(false);
  const own = frames.filter((frame) => frame.in_app);
  const shown = isWhole || own.length === 0 ? frames : own;
  return (
    <ol class="frames" aria-label={words.frames}>
      {shown.map((frame, index) => <Frame key={index} frame={frame} isFirst={index === 0} />)}
      {shown.length < frames.length && (
        <li><button type="button" class="wf-link" onClick={() => setWhole(true)}>+ {words.foreign(frames.length - shown.length)}</button></li>
      )}
    </ol>
  );
}

function Frame({ frame, isFirst }: { frame: StackFrame; isFirst: boolean }) {
  const [open, setOpen] = useState<boolean>();
  const at = frame.source ?? frame;
  const context = frame.source?.context ?? [];
  const isOpen = open ?? (isFirst && context.length > 0);
  const name = frame.source?.function ?? frame.function;
  const place = [fileName(at.file ?? ''), at.line, at.column].filter((part) => part !== null && part !== undefined && part !== '').join(':');
  return (
    <li class={frame.in_app ? 'frame-row' : 'frame-row foreign'}>
      <div class="line">
        {context.length > 0 ? (
          <button type="button" class="wf-caret" aria-expanded={isOpen} aria-label={isOpen ? t.trace.collapse : t.trace.expand} onClick={() => setOpen(!isOpen)}><Icon name={isOpen ? 'down' : 'right'} /></button>
        ) : (
          <span class="wf-caret" />
        )}
        {name ? <b class="mono cut" translate={false}>{name}</b> : <span class="third">{t.sessions.error.anonymous}</span>}
        <code class="second cut" translate={false} title={at.file ?? ''}>{place}</code>
      </div>
      {isOpen && context.length > 0 && (
        <pre class="frame-source" tabIndex={0} aria-label={place} translate={false}>
          {context.map((line) => (
            <span key={line.line} class={line.line === at.line ? 'here' : undefined}>{`${String(line.line).padStart(5)}  ${line.text}\n`}</span>
          ))}
        </pre>
      )}
    </li>
  );
}
