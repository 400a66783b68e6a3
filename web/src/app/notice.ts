// A short word at the foot of the window that goes by itself ("Link copied"), perhaps with one thing to do about it ("Undo").
import { makeStore } from './store';

export interface Notice {
  text: string;
  action?: NoticeAction | undefined;
}
export interface NoticeAction {
  label: string;
  /** The key that does the same, as the page registers it. */
  key?: string;
  run: () => void;
}

export const noticeStore = makeStore<Notice | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;
const kShownMs = 2200;
/** Long enough to be read, decided and reached. */
const kShownWithActionMs = 10_000;

export function notify(text: string, action?: NoticeAction): void {
  clearTimeout(timer);
  noticeStore.set({ text, action });
  timer = setTimeout(closeNotice, action ? kShownWithActionMs : kShownMs);
}
export function closeNotice(): void {
  clearTimeout(timer);
  noticeStore.set(undefined);
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
