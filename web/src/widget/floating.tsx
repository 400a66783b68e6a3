// What floats above the page beside an anchor: menus and small panels. Closes on Escape, on a press outside and when the focus
// leaves; gives the focus back.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import { Icon, type IconName } from './icon';

export interface Anchor {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

interface FloatingProps {
  anchor: Anchor;
  /** Which edge of the anchor it lines up with. */
  align?: 'left' | 'right';
  label: string;
  role?: 'menu' | 'dialog' | 'listbox';
  class?: string;
  takesFocus?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

const kItems = '[role^="menuitem"]:not([aria-disabled="true"])';

export function Floating({ anchor, align = 'left', label, role = 'dialog', class: extra, takesFocus = true, onClose, children }: FloatingProps) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const place = () => {
      const { width, height } = element.getBoundingClientRect();
      const left = align === 'left' ? anchor.left : anchor.right - width;
      element.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
      const fitsBelow = anchor.bottom + 4 + height <= innerHeight - 8;
      element.style.top = `${fitsBelow ? anchor.bottom + 4 : Math.max(8, anchor.top - 4 - height)}px`;
    };
    place();
    const observer = new ResizeObserver(place);
    observer.observe(element);
    return () => observer.disconnect();
  }, [anchor.left, anchor.top, anchor.bottom, anchor.right, align]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const before = document.activeElement as HTMLElement | null;
    if (takesFocus) (element.querySelector<HTMLElement>('[data-first], [aria-checked="true"]') ?? element.querySelector<HTMLElement>(kItems) ?? element).focus();
    const press = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!element.contains(target) && !before?.contains(target)) close.current();
    };
    document.addEventListener('pointerdown', press, true);
    return () => {
      document.removeEventListener('pointerdown', press, true);
      if (takesFocus && (element.contains(document.activeElement) || document.activeElement === document.body)) before?.focus?.();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      close.current();
      return;
    }
    if (role !== 'menu') return;
    const items = [...(box.current?.querySelectorAll<HTMLElement>(kItems) ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (next !== undefined && items.length) {
      event.preventDefault();
      items[(next + items.length) % items.length]?.focus();
    }
    if (event.key === 'Tab') close.current();
    event.stopPropagation();
  };
  return (
    <div ref={box} class={`floating fading ${role === 'menu' ? 'menu' : ''} ${extra ?? ''}`} role={role} aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
      {children}
    </div>
  );
}

interface MenuButtonProps {
  label: string;
  /** What the button shows; the label is then for tooltip and screen reader. */
  face?: ComponentChildren;
  icon?: IconName;
  align?: 'left' | 'right';
  class?: string;
  hotkey?: string;
  role?: 'menu' | 'dialog';
  hasArrow?: boolean;
  children: (close: () => void) => ComponentChildren;
  /** Lets a key open it: the component hands out its opener. */
  opener?: (open: () => void) => void;
}

/** A button that opens a floating panel below itself. */
export function MenuButton({ label, face, icon, align = 'left', class: extra = 'button', hotkey, role = 'menu', hasArrow = true, children, opener }: MenuButtonProps) {
  const [anchor, setAnchor] = useState<Anchor>();
  const button = useRef<HTMLButtonElement>(null);
  const close = () => setAnchor(undefined);
  const open = () => setAnchor(button.current?.getBoundingClientRect());
  opener?.(() => {
    button.current?.focus();
    open();
  });
  return (
    <>
      <button ref={button} type="button" class={extra} aria-haspopup={role} aria-expanded={anchor !== undefined} aria-label={face === undefined ? label : undefined}
        data-tip={anchor ? undefined : label} data-key={hotkey} onClick={() => (anchor ? close() : open())}>
        {icon && <Icon name={icon} />}
        {face !== undefined && face !== label && <span class="unseen">{label}: </span>}
        {face}
        {hasArrow && <Icon name="down" />}
      </button>
      {anchor && (
        <Floating anchor={anchor} align={align} label={label} role={role} onClose={close}>
          {children(close)}
        </Floating>
      )}
    </>
  );
}

export function MenuItem({ children, onPick, isChecked, hotkey, href }: { children: ComponentChildren; onPick?: () => void; isChecked?: boolean; hotkey?: string; href?: string }) {
  const role = isChecked === undefined ? 'menuitem' : 'menuitemradio';
  const inner = (
    <>
      {isChecked !== undefined && <span class="tick">{isChecked && <Icon name="check" />}</span>}
      {children}
      {hotkey && <kbd>{hotkey}</kbd>}
    </>
  );
  if (href) {
    return (
      <a role={role} tabIndex={-1} href={href} onClick={onPick}>
        {inner}
      </a>
    );
  }
  return (
    <button type="button" role={role} tabIndex={-1} aria-checked={isChecked} onClick={onPick}>
      {inner}
    </button>
  );
}
