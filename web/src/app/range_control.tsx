// The time range in the top bar, with zone and automatic refresh.
import { useState } from 'preact/hooks';

import { formatInstantExactly, formatSpan, fromInputText, toInputText, zoneName } from '../format/instant';
import { t } from '../i18n/catalogue';
import { MenuButton, MenuItem } from '../widget/floating';
import { Icon } from '../widget/icon';
import { formatAddress, withChange, addressStore } from './address';
import { copyText } from './notice';
import { zonePreference } from './preferences';
import { lengthUntilNow, refreshStore, reload, relativeText, setRange, setSpan, useRange, type Span } from './range';
import { lengthName, rangeName } from './range_names';
import { useStore } from './store';

const kLengths = [5 * 6e4, 15 * 6e4, 30 * 6e4, 36e5, 3 * 36e5, 6 * 36e5, 12 * 36e5, 864e5, 2 * 864e5, 7 * 864e5, 30 * 864e5];
const kRefreshSeconds = [0, 5, 10, 30, 60, 300];

export function copyLink(absolute: boolean, span: Span): void {
  const { path, query } = addressStore.get();
  const change = absolute ? { from: String(Math.floor(span.start)), to: String(Math.ceil(span.end)) } : {};
  void copyText(location.origin + formatAddress(path, withChange(query, change)), t.app.link_copied);
}

function AbsoluteForm({ span, onDone }: { span: Span; onDone: () => void }) {
  const [from, setFrom] = useState(toInputText(span.start));
  const [to, setTo] = useState(toInputText(span.end));
  const [fault, setFault] = useState('');
  const apply = (event: Event) => {
    event.preventDefault();
    const start = fromInputText(from);
    const end = fromInputText(to);
    if (start === undefined || end === undefined) return setFault(t.app.range.unreadable);
    if (start >= end) return setFault(t.app.range.wrong_order);
    setSpan({ start, end });
    return onDone();
  };
  return (
    <form class="range-form" onSubmit={apply}>
      <label>
        <span class="caption">{t.app.range.from}</span>
        <input class="input" type="datetime-local" step="1" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label>
        <span class="caption">{t.app.range.to}</span>
        <input class="input" type="datetime-local" step="1" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      {fault && (
        <p class="is-error" role="alert">
          {fault}
        </p>
      )}
      <button type="submit" class="button">
        {t.app.range.apply}
      </button>
    </form>
  );
}

export function RangeControl({ opener }: { opener: (open: () => void) => void }) {
  const { range, span } = useRange();
  const zone = useStore(zonePreference);
  const current = lengthUntilNow(range);
  return (
    <MenuButton label={`${t.app.range.label}: ${formatInstantExactly(span.start)} – ${formatInstantExactly(span.end)}`} icon="clock" align="right" role="dialog" hotkey="t" opener={opener}
      class="button range-button" face={
        <span class="number">
          {rangeName(range)} <span class="third hide-narrow">{zoneName(span.end)}</span>
        </span>
      }>
      {(close) => (
        <div class="range-panel">
          <div class="menu" role="group" aria-label={t.app.range.relative}>
            <div class="heading">{t.app.range.relative}</div>
            <div class="range-lengths">
              {kLengths.map((length) => (
                <button type="button" class="item" key={length} aria-pressed={length === current} data-first={length === current ? '' : undefined}
                  onClick={() => {
                    setRange({ from: relativeText(length), to: 'now' });
                    close();
                  }}>
                  {t.app.range.last(lengthName(length))}
                </button>
              ))}
            </div>
          </div>
          <div class="range-side">
            <div class="heading caption">{t.app.range.absolute}</div>
            <AbsoluteForm span={span} onDone={close} />
            <p class="caption number">{formatSpan(span.start, span.end)}</p>
            <button type="button" class="button small" onClick={() => copyLink(true, span)}>
              <Icon name="link" />
              {t.app.range.copy_absolute}
            </button>
            <div class="heading caption">{t.app.range.zone}</div>
            <div class="segmented" role="group" aria-label={t.app.range.zone}>
              <button type="button" aria-pressed={zone === 'local'} onClick={() => zonePreference.set('local')}>
                {t.app.range.zone_local(zone === 'local' ? zoneName() : Intl.DateTimeFormat().resolvedOptions().timeZone)}
              </button>
              <button type="button" aria-pressed={zone === 'utc'} onClick={() => zonePreference.set('utc')}>
                {t.app.range.zone_utc}
              </button>
            </div>
          </div>
        </div>
      )}
    </MenuButton>
  );
}

export function RefreshControl() {
  const seconds = useStore(refreshStore);
  const name = (value: number) => (value === 0 ? t.app.refresh.off : t.app.refresh.every(lengthName(value * 1e3)));
  return (
    <div class="segmented refresh-control">
      <button type="button" aria-label={t.app.refresh.reload} data-tip={t.app.refresh.reload} data-key="r" onClick={reload}>
        <Icon name="reload" />
      </button>
      <MenuButton label={seconds ? t.app.refresh.is_on(lengthName(seconds * 1e3)) : t.app.refresh.label} align="right" hotkey="l" class="wide-only"
        face={seconds ? <span class="number">{lengthName(seconds * 1e3)}</span> : undefined}>
        {(close) =>
          kRefreshSeconds.map((value) => (
            <MenuItem key={value} isChecked={value === seconds} onPick={() => {
              refreshStore.set(value);
              close();
            }}>
              {name(value)}
            </MenuItem>
          ))
        }
      </MenuButton>
    </div>
  );
}
