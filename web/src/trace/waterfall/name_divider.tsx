// The divider between names and time axis: drag it, or arrow keys while it has the focus. What it sets is remembered.
import type { Store } from '../../app/store';
import { t } from '../../i18n/catalogue';

const kKeyStep = 24;

export function NameDivider({ width, min }: { width: Store<number>; min: number }) {
  const move = (event: PointerEvent) => {
    const handle = event.currentTarget as HTMLElement;
    handle.setPointerCapture(event.pointerId);
    const startX = event.clientX;
    const startWidth = width.get();
    const follow = (next: PointerEvent) => width.set(Math.max(min, startWidth + next.clientX - startX));
    const end = () => {
      handle.removeEventListener('pointermove', follow);
      handle.removeEventListener('pointerup', end);
    };
    handle.addEventListener('pointermove', follow);
    handle.addEventListener('pointerup', end);
  };
  const key = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -kKeyStep, ArrowRight: kKeyStep }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    width.set(Math.max(min, width.get() + by));
  };
  return <div class="wf-divider" role="separator" aria-orientation="vertical" tabIndex={0} aria-label={t.trace.divider} aria-valuenow={Math.round(width.get())} onPointerDown={move} onKeyDown={key} />;
}
