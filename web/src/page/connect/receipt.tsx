// The live receipt: what arrived, by protocol and sender, what was refused and why.
import { useEffect, useRef, useState } from 'preact/hooks';

import { ask } from '../../api/client';
import { link } from '../../app/address';
import { agoName } from '../../app/range_names';
import { formatDuration } from '../../format/duration';
import { formatInstant, fromNanoseconds } from '../../format/instant';
import { formatBytes, formatCount, formatRate, kMissing } from '../../format/quantity';
import { fill, t } from '../../i18n/catalogue';
import { DataTable, type Column } from '../../widget/data_table';
import { Icon } from '../../widget/icon';
import { ServiceName } from '../../widget/service_name';
import { hexDump, ratesBetween, refusedOf, warningsOf, type ArrivalDoor, type ArrivalRefusal, type ArrivalsAnswer, type ArrivalSender } from './arrivals';

const kLookMs = 2000;

/** The newest look and the one before, every two seconds while the page is seen. */
export function useArrivals(): { now: ArrivalsAnswer | undefined; before: ArrivalsAnswer | undefined; failed: boolean } {
  const [looks, setLooks] = useState<{ now: ArrivalsAnswer | undefined; before: ArrivalsAnswer | undefined; failed: boolean }>({ now: undefined, before: undefined, failed: false });
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      if (!document.hidden) {
        await ask<ArrivalsAnswer>('/arrivals', {}, { signal: stop.signal }).then(
          (answer) => setLooks((held) => ({ now: answer, before: held.now, failed: false })),
          () => !stop.signal.aborted && setLooks((held) => ({ ...held, failed: true })),
        );
      }
      if (!stop.signal.aborted) timer = setTimeout(look, kLookMs);
    };
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, []);
  return looks;
}

/** Waiting for the first span over the chosen door, or who sent it. */
export function FirstSpan({ arrivals, door, isBrowser = false }: { arrivals: ArrivalsAnswer | undefined; door: string; isBrowser?: boolean }) {
  const opened = useRef(Date.now());
  const words = t.connect;
  // Browsers send events, of which only traced requests are spans.
  const countOf = (each: ArrivalSender) => (isBrowser ? each.log_record_count || each.span_count : each.span_count);
  const sender = arrivals?.senders.filter((each) => each.protocol === door && countOf(each) > 0).sort((a, b) => fromNanoseconds(b.last_seen_ns) - fromNanoseconds(a.last_seen_ns))[0];
  if (!sender || !arrivals) {
    return (
      <p class="first-span waiting" role="status">
        <Icon name="clock" />
        {(isBrowser ? words.waiting_browser : words.waiting)(agoName(Date.now() - opened.current))}
      </p>
    );
  }
  return (
    <p class="first-span arrived" role="status">
      <Icon name="good" />
      <span>
        {fill(isBrowser ? words.arrived_browser : words.arrived, {
          service: sender.service ? <ServiceName name={sender.service} /> : <b>{words.nameless}</b>,
          ago: <b class="number">{agoName(fromNanoseconds(arrivals.now_ns) - fromNanoseconds(sender.last_seen_ns))}</b>,
          count: <b class="number">{formatCount(countOf(sender))}</b>,
        })}
      </span>
      {sender.service && <a class="button small" href={isBrowser ? link('/rum') : link(['/services', sender.service])}>{words.look}</a>}
    </p>
  );
}

function Warnings({ answer }: { answer: ArrivalsAnswer }) {
  const words = t.connect;
  const warnings = warningsOf(answer);
  if (!warnings.length) return null;
  return (
    <ul class="stack warnings">
      {warnings.slice(0, 8).map((each, index) => (
        <li class="strip" key={index}>
          <Icon name="warning" />
          <span>
            {each.code === 'clock' && words.warn_clock(each.service || kMissing, formatDuration(each.aheadNs))}
            {each.code === 'nameless' && words.warn_nameless(formatCount(each.count), each.protocol)}
            {each.code === 'refused' && words.warn_refused(formatCount(each.count), each.protocol)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Refusals({ refusals }: { refusals: readonly ArrivalRefusal[] }) {
  const words = t.connect;
  if (!refusals.length) return null;
  return (
    <section class="panel">
      <header><h2>{words.refused_newest}</h2><span class="caption number">{refusals.length}</span></header>
      <ul class="body stack">
        {refusals.slice(0, 20).map((each, index) => (
          <li key={index}>
            <details>
              <summary>
                <span class="number third">{formatInstant(fromNanoseconds(each.time_ns), 'second')}</span>{' '}
                <span class="mono" translate={false}>{each.protocol}</span>{' '}
                <span class="pill warning" translate={false}>{each.reason}</span>{' '}
                <span translate={false}>{each.service} {each.why}</span>
              </summary>
              {each.payload_begin && <pre class="stack-trace" translate={false} tabIndex={0}>{hexDump(each.payload_begin)}</pre>}
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Receipt({ now, before, failed }: { now: ArrivalsAnswer | undefined; before: ArrivalsAnswer | undefined; failed: boolean }) {
  const words = t.connect;
  if (!now) return failed ? <p class="strip error"><Icon name="failed" />{t.app.error.codes.unreachable}</p> : <div class="grey-block" style={{ height: '160px' }} />;
  const rates = ratesBetween(before, now);
  const doors: Column<ArrivalDoor>[] = [
    { id: 'protocol', title: words.protocol, fills: true, sortBy: (door) => door.protocol, cell: (door) => <span class="mono" translate={false}>{door.protocol}</span> },
    { id: 'rate', title: words.now, align: 'right', sortBy: (door) => rates?.get(door.protocol) ?? 0, cell: (door) => <span class={rates?.get(door.protocol) ? 'is-good strong' : 'third'}>{formatRate(rates?.get(door.protocol))}</span> },
    { id: 'spans', title: t.app.words.spans, align: 'right', sortBy: (door) => door.span_count, cell: (door) => <span class={door.span_count ? '' : 'third'}>{formatCount(door.span_count)}</span> },
    { id: 'bytes', title: words.bytes, align: 'right', isMinor: true, sortBy: (door) => door.byte_count, cell: (door) => <span class={door.byte_count ? '' : 'third'}>{formatBytes(door.byte_count)}</span> },
    { id: 'refused', title: words.refused, align: 'right', sortBy: refusedOf, cell: (door) => <span class={refusedOf(door) ? 'is-warning strong' : 'third'}>{formatCount(refusedOf(door))}</span> },
  ];
  const senders: Column<ArrivalSender>[] = [
    { id: 'service', title: t.app.words.service, fills: true, sortBy: (each) => each.service, cell: (each) => (each.service ? <ServiceName name={each.service} /> : <span class="is-warning">{words.nameless}</span>) },
    { id: 'protocol', title: words.protocol, sortBy: (each) => each.protocol, cell: (each) => <span class="mono" translate={false}>{each.protocol}</span> },
    { id: 'library', title: words.library, isMinor: true, sortBy: (each) => each.library, cell: (each) => <span translate={false}>{[each.language, each.library, each.library_version].filter(Boolean).join(' ') || kMissing}</span> },
    { id: 'spans', title: t.app.words.spans, align: 'right', sortBy: (each) => each.span_count, cell: (each) => formatCount(each.span_count) },
    { id: 'last', title: words.last, align: 'right', sortBy: (each) => fromNanoseconds(each.last_seen_ns), cell: (each) => t.app.ago(agoName(fromNanoseconds(now.now_ns) - fromNanoseconds(each.last_seen_ns))) },
  ];
  const active = now.doors.filter((door) => door.request_count > 0 || refusedOf(door) > 0);
  const quiet = now.doors.length - active.length;
  return (
    <div class="stack">
      <Warnings answer={now} />
      <section class="panel">
        <header><h2>{words.arriving}</h2><span class="caption">{words.since_start(agoName(fromNanoseconds(now.now_ns) - fromNanoseconds(now.started_at_ns)))}</span></header>
        {active.length > 0 && <DataTable name="doors" label={words.arriving} isFlat columns={doors} rows={active} rowKey={(door) => door.protocol} sort={undefined} />}
        <p class="table-foot">{active.length ? words.quiet(quiet) : words.nothing_yet(quiet)}</p>
      </section>
      {now.senders.length > 0 && (
        <section class="panel">
          <header><h2>{words.senders}</h2><span class="caption number">{now.senders.length}</span></header>
          <DataTable name="senders" label={words.senders} isFlat columns={senders} rows={now.senders} rowKey={(each) => `${each.protocol} ${each.service} ${each.library} ${each.library_version} ${each.language}`} maxHeight="420px" />
        </section>
      )}
      <Refusals refusals={now.refusals} />
    </div>
  );
}
