// The one family of icons: 16 px, drawn with 1.5 px strokes. An icon stands beside a word or its control has an aria-label.
const kPaths = {
  services: 'M2.5 3.5h11v3h-11zM2.5 9.5h11v3h-11zM5 5h.01M5 11h.01',
  topology: 'M3.5 6a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM12.5 9.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM3.5 13a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM5 4.9l6 2.6M5 11l6-2.5',
  traces: 'M2 3.5h8M4.5 6.5h6M6.5 9.5h7M9 12.5h3',
  sessions: 'M8 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.500c.4-2.700 2.300-4 5-4s4.600 1.300 5 4',
  vitals: 'M2.5 12.500a6 6 0 1 1 11 0M8 10l2.700-3.500M8 10.500h.01M4.200 7.200l.6.5M8 4.500v.8',
  live: 'M1.5 8h3l2-4.5 3 9 2-4.5h3',
  errors: 'M8 2.2 14.3 13H1.7zM8 6.5v3M8 11.3v.01',
  connect: 'M6 2.5v3M10 2.5v3M4 5.5h8v2.5a4 4 0 0 1-8 0zM8 12v2',
  settings: 'M2.5 5h6M12 5h1.5M2.5 11H4M7.5 11h6M10.2 6.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM5.8 12.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.2 3.2',
  reload: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5v3h-3',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.5V8l2.3 1.5',
  sun: 'M8 10.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M13.5 9.3A5.8 5.8 0 0 1 6.7 2.5a5.8 5.8 0 1 0 6.8 6.8z',
  help: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.3 6.3a1.7 1.7 0 1 1 2.5 1.5c-.5.3-.8.6-.8 1.2M8 11.2v.01',
  down: 'M4 6.2 8 10l4-3.8',
  up: 'M4 9.8 8 6l4 3.8',
  right: 'M6.2 4 10 8l-3.8 4',
  left: 'M9.8 4 6 8l3.8 4',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5l3.2 3L13 4.5',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  link: 'M6.5 9.5l3-3M7 4.5l1.3-1.3a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.3 1.3a3 3 0 0 1-4.5-4.5L4.5 7',
  out: 'M6 3H3v10h10v-3M9 2.5h4.5V7M13.5 2.5 7.5 8.5',
  filter: 'M2 3h12L9.5 8.5V13l-3-1.5v-3z',
  table: 'M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11M6.5 6.3V13',
  chart: 'M2.5 2.5v11h11M5 10l2.5-3 2 2L13 5',
  pin: 'M6 2.5h4l-.5 4 2 2.5h-7l2-2.5zM8 9v4.5',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5.3a2.5 2.5 0 0 1 5 0v2.2',
  unlock: 'M4 7.5h8v6H4zM5.5 7.5V5.3a2.5 2.5 0 0 1 4.8-.9',
  target: 'M8 13A5 5 0 1 0 8 3a5 5 0 0 0 0 10zM8 1.5V5M8 11v3.5M1.5 8H5M11 8h3.5',
  tidy: 'M2.5 2.5h4v3h-4zM9.5 6.5h4v3h-4zM2.5 10.5h4v3h-4zM6.5 4l3 3.5M6.5 12l3-3.5',
  database: 'M8 6c3 0 5-.9 5-2s-2-2-5-2-5 .9-5 2 2 2 5 2zM3 4v8c0 1.1 2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2 2 5 2s5-.9 5-2',
  cache: 'M9 2 3.5 9H8l-1 5 5.5-7H8z',
  messaging: 'M2 4.5h12v7H2zM2 5l6 4 6-4',
  external: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM2 8h12M8 2c2 1.7 2.6 3.7 2.6 6S10 12.3 8 14c-2-1.7-2.6-3.7-2.6-6S6 3.7 8 2z',
  browser: 'M2 3h12v10H2zM2 6h12M4 4.5h.01M6 4.500h.01',
  rail: 'M2.5 3h11v10h-11zM6 3v10',
  pause: 'M5.5 3.500v9M10.5 3.500v9',
  play: 'M5 3l8 5-8 5z',
  upload: 'M8 10.500V2.500M4.5 6 8 2.5 11.5 6M2.5 10.500v3h11v-3',
  download: 'M8 2.500v8M4.5 7 8 10.5 11.5 7M2.5 10.500v3h11v-3',
  warning: 'M8 2.2 14.3 13H1.700zM8 6.500v3M8 11.300v.01',
  failed: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6 6l4 4M10 6l-4 4',
  good: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM5.3 8.2 7.2 10l3.5-4',
  poor: 'M5.500 2.500h5l3 3v5l-3 3h-5l-3-3v-5zM8 5v3.500M8 11v.01',
  silent: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM5 8h6',
  sort_down: 'M8 3v10M4.5 9.5 8 13l3.5-3.5',
  sort_up: 'M8 13V3M4.5 6.5 8 3l3.5 3.5',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  scatter: 'M2.5 2.500v11h11M6 10h.01M8.5 6h.01M11 9h.01M12 4.500h.01M5.5 7h.01',
  flame: 'M2.5 12.500h11M2.5 9h8M2.5 5.500h5',
  compare: 'M5.5 2.500v11M2.5 5l3-2.5 3 2.500M10.5 13.500v-11M7.5 11l3 2.5 3-2.5',
  expand: 'M9.5 2.500h4v4M6.5 13.500h-4v-4M13.5 2.5 9 7M2.5 13.5 7 9',
} as const;

export type IconName = keyof typeof kPaths;

/** With a label it is read out; without, it decorates the word beside it. */
export function Icon({ name, label, class: extra }: { name: IconName; label?: string; class?: string }) {
  return (
    <svg class={extra ? `icon ${extra}` : 'icon'} viewBox="0 0 16 16" role={label ? 'img' : undefined} aria-label={label} aria-hidden={label ? undefined : true}>
      <path d={kPaths[name]} />
    </svg>
  );
}
