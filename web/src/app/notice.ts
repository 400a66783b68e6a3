// A short word at the foot of the window that goes by itself ("Link copied").
import { makeStore } from './store';

export const noticeStore = makeStore<string | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;

export function notify(text: string): void {
  clearTimeout(timer);
  noticeStore.set(text);
  timer = setTimeout(() => noticeStore.set(undefined), 2200);
}

export async function copyText(text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure context there is no clipboard API; a selection works everywhere.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  notify(said);
}
