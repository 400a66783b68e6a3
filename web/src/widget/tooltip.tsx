// One tooltip for the page: an element with data-tip (and data-key, the key that does the same) shows it after 300 ms.
// Never the only place of a fact. Alt keeps it while held.
import { useEffect, useRef, useState } from 'preact/hooks';

const kDelayMs = 300;

interface Shown {
  text: string;
  key: string | undefined;
  at: DOMRect;
}

export function TooltipLayer() {
  const [shown, setShown] = useState<Shown>();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let owner: Element | null = null;
    const hide = () => {
      clearTimeout(timer);
      owner = null;
      setShown(undefined);
    };
    const over = (event: Event) => {
      const next = (event.target as Element | null)?.closest?.('[data-tip]') ?? null;
      if (next === owner) return;
      hide();
      if (!(next instanceof Element)) return;
      owner = next;
      timer = setTimeout(() => {
        const text = next.getAttribute('data-tip');
        if (text && next.isConnected) setShown({ text, key: next.getAttribute('data-key') ?? undefined, at: next.getBoundingClientRect() });
      }, kDelayMs);
    };
    const focus = (event: Event) => {
      if ((event.target as Element).matches(':focus-visible')) over(event);
    };
    document.addEventListener('pointerover', over);
    document.addEventListener('focusin', focus);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', hide);
    addEventListener('scroll', hide, true);
    return () => {
      hide();
      document.removeEventListener('pointerover', over);
      document.removeEventListener('focusin', focus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', hide);
      removeEventListener('scroll', hide, true);
    };
  }, []);
  useEffect(() => {
    const element = box.current;
    if (!element || !shown) return;
    const { width, height } = element.getBoundingClientRect();
    const left = Math.min(Math.max(8, shown.at.left + shown.at.width / 2 - width / 2), innerWidth - width - 8);
    const below = shown.at.bottom + 6;
    element.style.left = `${left}px`;
    element.style.top = `${below + height > innerHeight - 8 ? shown.at.top - height - 6 : below}px`;
  }, [shown]);
  if (!shown) return null;
  return (
    <div class="tip fading" role="tooltip" ref={box}>
      {shown.text}
      {shown.key && <kbd>{shown.key}</kbd>}
    </div>
  );
}
