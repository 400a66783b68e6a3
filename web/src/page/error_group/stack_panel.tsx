// The stack of the newest error: frames of the application first, with their source where a map says what it is; what is missing
// for that, and the line that brings it; the text as the browser sent it.
import { useState } from 'preact/hooks';

import type { ErrorGroupAnswer, Frame, SourceMapUse } from '../../api/rum_errors';
import { link, setQuery, useParameter } from '../../app/address';
import { copyText } from '../../app/notice';
import { t } from '../../i18n/catalogue';
import { firstWithSource, foldFrames, mapUseOf, positionText, uploadCommand } from '../../rum/group_facts';
import { Icon } from '../../widget/icon';

/** The position in the source where a map gives it, else in what was built. */
const placeOf = (frame: Frame) => frame.source ?? frame;

function Source({ frame }: { frame: Frame }) {
  const source = frame.source;
  if (!source) return null;
  return (
    <pre class="source" translate={false} tabIndex={0} aria-label={t.rumErrors.detail.show_source(source.line ?? 0)}>
      {source.context.map((each) => (
        <code key={each.line} class={each.line === source.line ? 'at' : undefined}>
          <i>{each.line}</i>
          {each.text}
        </code>
      ))}
    </pre>
  );
}

function FrameRow({ frame, isOpen, onToggle }: { frame: Frame; isOpen: boolean; onToggle: () => void }) {
  const place = placeOf(frame);
  const words = t.rumErrors.detail;
  const name = place.function || frame.function;
  const inner = (
    <>
      <span class="name" translate={!name}>{name || words.anonymous}</span>
      <span class="place" translate={false} title={positionText(place, true)}><bdi dir="ltr">{positionText(place)}</bdi></span>
    </>
  );
  const hasSource = (frame.source?.context.length ?? 0) > 0;
  const look = frame.in_app ? 'frame own' : 'frame';
  return (
    <li>
      {hasSource ? (
        <button type="button" class={look} aria-expanded={isOpen} onClick={onToggle}>
          <Icon name={isOpen ? 'down' : 'right'} />
          {inner}
        </button>
      ) : (
        <div class={look}>{inner}</div>
      )}
      {hasSource && isOpen && <Source frame={frame} />}
    </li>
  );
}

function Frames({ frames }: { frames: readonly Frame[] }) {
  const [open, setOpen] = useState<ReadonlySet<number>>(() => new Set([firstWithSource(frames)]));
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set());
  const toggle = (index: number) => {
    const next = new Set(open);
    if (!next.delete(index)) next.add(index);
    setOpen(next);
  };
  const row = (frame: Frame, index: number) => <FrameRow key={index} frame={frame} isOpen={open.has(index)} onToggle={() => toggle(index)} />;
  return (
    <ol class="frames">
      {foldFrames(frames).flatMap((part) => {
        if (part.kind === 'frame') return [row(part.frame, part.index)];
        if (unfolded.has(part.index)) return part.frames.map((frame, at) => row(frame, part.index + at));
        return [
          <li key={part.index}>
            <button type="button" class="frame folded" aria-expanded={false} onClick={() => setUnfolded(new Set([...unfolded, part.index]))}>
              <Icon name="right" />
              {t.rumErrors.detail.folded(part.frames.length)}
            </button>
          </li>,
        ];
      })}
    </ol>
  );
}

function MissingMap({ use, app, version }: { use: SourceMapUse; app: string; version: string }) {
  const words = t.rumErrors.detail;
  if (use.state === 'none') return <p class="caption map-strip">{words.map_none}</p>;
  const command = uploadCommand(app, version, location.origin);
  return (
    <div class="map-strip" role="note">
      <span>{use.state === 'wrong_version' ? words.map_wrong((use.available ?? []).join(', ') || '–') : words.map_missing}</span>
      <span class="line">
        <code translate={false} tabIndex={0}>{command}</code>
        <button type="button" class="button small" onClick={() => void copyText(command, t.app.copied)}>
          <Icon name="copy" />
          {t.app.copy}
        </button>
      </span>
      <a href={link('/settings')}>{words.map_web}</a>
    </div>
  );
}

export function StackPanel({ answer }: { answer: ErrorGroupAnswer }) {
  const words = t.rumErrors.detail;
  const isRaw = useParameter('stack') === 'raw';
  const { frames, raw_stack: raw, group } = answer;
  const use = mapUseOf(answer.source_map, frames);
  const version = use.version ?? answer.samples[0]?.version ?? group.versions[0]?.version ?? '';
  const tone = { applied: 'good', missing: 'warning', wrong_version: 'warning', none: '' }[use.state];
  return (
    <section class="panel">
      <header>
        <h2>{words.stack}</h2>
        <span class="caption">{words.stack_of}</span>
        {frames.length > 0 && <span class={`pill ${tone}`}><Icon name={use.state === 'applied' ? 'check' : use.state === 'none' ? 'silent' : 'warning'} />{words.maps[use.state]}</span>}
        <span class="grow" />
        {raw && frames.length > 0 && (
          <div class="segmented" role="group" aria-label={words.views}>
            <button type="button" aria-pressed={!isRaw} onClick={() => setQuery({ stack: undefined }, 'replace')}>{words.mapped}</button>
            <button type="button" aria-pressed={isRaw} onClick={() => setQuery({ stack: 'raw' }, 'replace')}>{words.raw}</button>
          </div>
        )}
        {raw && (
          <button type="button" class="button small icon-only" aria-label={t.app.copy} data-tip={t.app.copy} onClick={() => void copyText(raw, t.app.copied)}>
            <Icon name="copy" />
          </button>
        )}
      </header>
      {answer.message && !isRaw && answer.message !== group.message && <p class="stack-message" translate={false}>{answer.message}</p>}
      {frames.length > 0 && use.state !== 'applied' && <MissingMap use={use} app={group.app} version={version} />}
      {raw && (isRaw || frames.length === 0) ? <pre class="group-raw" translate={false} tabIndex={0} aria-label={words.stack}>{raw}</pre> : frames.length > 0 ? <Frames key={group.group_id} frames={frames} /> : (
        <div class="body"><p class="second">{words.no_stack}</p></div>
      )}
    </section>
  );
}
