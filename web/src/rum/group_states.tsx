// The state of a group of errors: how it looks, the menu that changes it, and the changes of a page with their undo. Shared by
// the list and the page of one group.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { putGroup, type ErrorGroupRow, type GroupState, type StateChange } from '../api/rum_errors';
import { useKeys } from '../app/keys';
import { notify } from '../app/notice';
import { formatInstant, formatInstantExactly, fromNanoseconds } from '../format/instant';
import { t } from '../i18n/catalogue';
import { Floating, MenuButton, MenuItem, type Anchor } from '../widget/floating';
import { Icon, type IconName } from '../widget/icon';
import { applyChange, undoOf } from './group_facts';

export const kStateIcons: Record<GroupState, IconName> = { open: 'failed', regressed: 'warning', resolved: 'good', ignored: 'silent' };
const kTones: Record<GroupState, string> = { open: 'is-error', regressed: 'is-warning', resolved: 'is-good', ignored: 'third' };

export function StateMark({ state }: { state: GroupState }) {
  const name = t.rumErrors.states[state];
  return (
    <span class={kTones[state]} data-tip={name}>
      <Icon name={kStateIcons[state]} label={name} />
    </span>
  );
}

/** When it was resolved, ignored or seen again, for a tooltip. */
export function stateSince(row: ErrorGroupRow): string | undefined {
  const at = row.state === 'regressed' ? row.regressed_ns : row.state_since_ns;
  if (!at || row.state === 'open') return undefined;
  return formatInstantExactly(fromNanoseconds(at));
}

function saidOf(change: StateChange): string {
  const words = t.rumErrors;
  if (change.state === 'open') return words.now_open;
  if (change.state === 'ignored') return words.now_ignored;
  return change.resolved_in_version ? words.now_resolved_in(change.resolved_in_version) : words.now_resolved;
}

export interface GroupChanges {
  /** As changed here and not yet answered anew by the server. */
  changed: ReadonlyMap<string, ErrorGroupRow>;
  change: (row: ErrorGroupRow, change: StateChange) => void;
  undo: () => boolean;
}

/** Changes show at once and are taken back if the server refuses. `answer` is what they are laid over: a new one replaces them. */
export function useGroupChanges(answer: unknown): GroupChanges {
  const [changed, setChanged] = useState<ReadonlyMap<string, ErrorGroupRow>>(new Map());
  const last = useRef<{ row: ErrorGroupRow; change: StateChange }>(undefined);
  useEffect(() => setChanged((before) => (before.size ? new Map() : before)), [answer]);
  const show = (row: ErrorGroupRow) => setChanged((before) => new Map(before).set(row.group_id, row));
  const send = (before: ErrorGroupRow, after: ErrorGroupRow, change: StateChange, said: () => void) => {
    show(after);
    putGroup(before.group_id, change).then(said, () => {
      show(before);
      notify(t.rumErrors.not_changed);
    });
  };
  const undo = () => {
    const mine = last.current;
    if (!mine) return false;
    last.current = undefined;
    send(applyChange(mine.row, mine.change, Date.now()), mine.row, undoOf(mine.row), () => notify(t.rumErrors.undone));
    return true;
  };
  const change = (row: ErrorGroupRow, wanted: StateChange) => {
    if (row.state === wanted.state && !wanted.resolved_in_version) return;
    send(row, applyChange(row, wanted, Date.now()), wanted, () => {
      last.current = { row, change: wanted };
      notify(saidOf(wanted), { label: t.rumErrors.undo, key: 'u', run: undo });
    });
  };
  return { changed, change, undo };
}

/** Asks for the version that has the fix. */
export function VersionForm({ row, anchor, onApply, onClose }: { row: ErrorGroupRow; anchor: Anchor; onApply: (change: StateChange) => void; onClose: () => void }) {
  const words = t.rumErrors;
  const [version, setVersion] = useState(row.resolved_in_version ?? '');
  const apply = (event: Event) => {
    event.preventDefault();
    if (!version.trim()) return;
    onApply({ state: 'resolved', resolved_in_version: version.trim() });
    onClose();
  };
  return (
    <Floating anchor={anchor} label={words.resolve_in} onClose={onClose} class="version-form">
      <form onSubmit={apply}>
        <label class="stack">
          <span class="strong">{words.version}</span>
          <input class="input mono" data-first value={version} maxLength={128} placeholder={words.version_placeholder} spellcheck={false} onInput={(event) => setVersion(event.currentTarget.value)} />
        </label>
        {row.versions.length > 0 && (
          <div class="line wrap">
            {row.versions.slice(0, 6).map((each) => <button type="button" class="button small" key={each.version} translate={false} onClick={() => setVersion(each.version)}>{each.version}</button>)}
          </div>
        )}
        <p class="caption">{words.version_hint}</p>
        <div class="line">
          <button type="submit" class="button primary" disabled={!version.trim()}>{words.apply}</button>
          <button type="button" class="button" onClick={onClose}>{t.app.cancel}</button>
        </div>
      </form>
    </Floating>
  );
}

export const kStateKeys = { resolve: 'x', resolve_in: 'X', ignore: 'i', reopen: 'o', undo: 'u' } as const;

/** The keys of the list and of the page: `row` is what they act on. */
export function useStateKeys(title: string, row: ErrorGroupRow | undefined, changes: GroupChanges, askVersion: () => void): void {
  const words = t.rumErrors;
  const act = (wanted: StateChange) => () => {
    if (!row) return false;
    changes.change(row, wanted);
    return true;
  };
  useKeys(title, [
    { keys: [kStateKeys.resolve], label: words.resolve, run: act({ state: 'resolved' }) },
    { keys: [kStateKeys.resolve_in], label: words.resolve_in, run: () => (row ? askVersion() : false) },
    { keys: [kStateKeys.ignore], label: words.ignore, run: act({ state: 'ignored' }) },
    { keys: [kStateKeys.reopen], label: words.reopen, run: act({ state: 'open' }) },
    { keys: [kStateKeys.undo], label: words.undo, run: changes.undo },
  ]);
}

/** The state as a button that opens the menu of what can be made of it. */
export function StateMenu({ row, face, class: extra = 'button small', onChange, onVersion }: {
  row: ErrorGroupRow; face: ComponentChildren; class?: string; onChange: (change: StateChange) => void; onVersion: (anchor: Anchor) => void;
}) {
  const words = t.rumErrors;
  const box = useRef<HTMLSpanElement>(null);
  const isDone = row.state === 'resolved' || row.state === 'ignored';
  return (
    <span ref={box} class="menu-anchor">
      <MenuButton label={words.act} face={face} class={extra} align="right">
        {(close) => {
          const pick = (change: StateChange) => () => {
            close();
            onChange(change);
          };
          return (
            <>
              {row.state !== 'resolved' && <MenuItem hotkey={kStateKeys.resolve} onPick={pick({ state: 'resolved' })}><Icon name="good" />{words.resolve}</MenuItem>}
              <MenuItem hotkey={kStateKeys.resolve_in} onPick={() => {
                close();
                const anchor = box.current?.getBoundingClientRect();
                if (anchor) onVersion(anchor);
              }}><Icon name="good" />{words.resolve_in}</MenuItem>
              {row.state !== 'ignored' && <MenuItem hotkey={kStateKeys.ignore} onPick={pick({ state: 'ignored' })}><Icon name="silent" />{words.ignore}</MenuItem>}
              {isDone && <MenuItem hotkey={kStateKeys.reopen} onPick={pick({ state: 'open' })}><Icon name="failed" />{words.reopen}</MenuItem>}
            </>
          );
        }}
      </MenuButton>
    </span>
  );
}

/** `resolved in 2.4.0`, `regressed since …`: what the state alone does not say. */
export function StateDetail({ row }: { row: ErrorGroupRow }) {
  if (row.state === 'resolved' && row.resolved_in_version) return <span class="third">{t.rumErrors.resolved_in(row.resolved_in_version)}</span>;
  if (row.state === 'regressed' && row.regressed_ns) return <span class="third">{t.rumErrors.since(formatInstant(fromNanoseconds(row.regressed_ns), 'minute'))}</span>;
  return null;
}
