// The registry of keys: each page says which keys it takes and what for, and `?` shows exactly that.
//
// Keys are written as in the help: 'j', 'Shift-→', 'g s' (two strokes), 'Ctrl-K', 'Esc'. Single keys are off while typing and
// during an input method's composition. The keys registered last win, so that a menu can shadow its page.
import { useEffect, useRef } from 'preact/hooks';

export interface KeyBinding {
  keys: readonly string[];
  /** What it does, in the reader's language; without it the key is not listed. */
  label?: string;
  /** False lets the event pass to the next binding. */
  run: (event: KeyboardEvent) => boolean | void;
  whileTyping?: boolean;
}
export interface KeyGroup {
  title: string;
  bindings: readonly KeyBinding[];
}

const groups: { current: KeyGroup }[] = [];

/** Keys of a component while it is shown. */
export function useKeys(title: string, bindings: readonly KeyBinding[]): void {
  const held = useRef<KeyGroup>({ title, bindings });
  held.current = { title, bindings };
  useEffect(() => {
    groups.push(held);
    return () => void groups.splice(groups.indexOf(held), 1);
  }, []);
}

/** What is listed in the help, page first. */
export function listedKeys(): KeyGroup[] {
  return groups
    .map((held) => held.current)
    .filter((group) => group.bindings.some((binding) => binding.label))
    .reverse();
}

const kNames: Record<string, string> = {
  ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', ' ': 'Space',
};

/** The event as the registry writes it. Shift is said only where the key itself does not show it. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const key = kNames[event.key] ?? event.key;
  const control = event.ctrlKey || event.metaKey;
  let name = control && key.length === 1 ? key.toUpperCase() : key;
  if (event.shiftKey && event.key.length > 1) name = `Shift-${name}`;
  if (event.altKey) name = `Alt-${name}`;
  return control ? `Ctrl-${name}` : name;
}

export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (!element?.tagName) return false;
  if (element.isContentEditable || element.tagName === 'TEXTAREA' || element.tagName === 'SELECT') return true;
  const type = (element as HTMLInputElement).type;
  return element.tagName === 'INPUT' && !['checkbox', 'radio', 'button', 'range'].includes(type);
}

const kSequenceMs = 1200;
let pending: { key: string; until: number } | undefined;

export function handleKey(event: KeyboardEvent): void {
  if (event.isComposing || event.defaultPrevented) return;
  if (['Control', 'Shift', 'Alt', 'Meta'].includes(event.key)) return;
  const name = keyName(event);
  const typing = isTyping(event.target);
  const sequence = pending && pending.until > event.timeStamp ? `${pending.key} ${name}` : undefined;
  pending = undefined;
  for (const wanted of sequence ? [sequence, name] : [name]) {
    for (const held of [...groups].reverse()) {
      for (const binding of held.current.bindings) {
        if (!binding.keys.includes(wanted)) continue;
        if (typing && !binding.whileTyping && !wanted.startsWith('Ctrl-')) continue;
        if (binding.run(event) === false) continue;
        event.preventDefault();
        return;
      }
    }
  }
  if (!typing && groups.some((held) => held.current.bindings.some((b) => b.keys.some((key) => key.startsWith(`${name} `))))) {
    pending = { key: name, until: event.timeStamp + kSequenceMs };
    event.preventDefault();
  }
}

export function startKeys(): void {
  document.addEventListener('keydown', handleKey);
}
