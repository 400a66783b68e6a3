// A server answer in a component: asked again when its key changes or the page reloads, cancelled when nobody waits for it.
// The last good answer stays (`isStale`) while the next is under way or after it failed.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { reloadStore } from '../app/range';
import { useStore } from '../app/store';
import { ApiError, type AskOptions, type Progress } from './client';

export interface Question<T> {
  answer: T | undefined;
  /** The key that `answer` belongs to. */
  answerKey: string | undefined;
  error: ApiError | undefined;
  isLoading: boolean;
  /** Loading for more than two seconds: time to offer Cancel. */
  isSlow: boolean;
  /** What is shown is of an earlier question, or only part of the answer. */
  isStale: boolean;
  progress: Progress | undefined;
  cancel: () => void;
  retry: () => void;
}

const kSlowMs = 2000;

interface Held<T> {
  answer: T | undefined;
  answerKey: string | undefined;
  error: ApiError | undefined;
  isLoading: boolean;
  isSlow: boolean;
  isPartial: boolean;
  progress: Progress | undefined;
}

/** `key` undefined asks nothing. The answer of another key is kept only where `keep` is true. */
export function useQuestion<T>(
  key: string | undefined,
  asker: (options: AskOptions<T>) => Promise<T>,
  { keep = true, reloads = true }: { keep?: boolean; reloads?: boolean } = {},
): Question<T> {
  const tick = useStore(reloadStore);
  const [attempt, setAttempt] = useState(0);
  const [held, setHeld] = useState<Held<T>>({
    answer: undefined, answerKey: undefined, error: undefined, isLoading: key !== undefined, isSlow: false, isPartial: false, progress: undefined,
  });
  const controller = useRef<AbortController>(undefined);
  const latestAsker = useRef(asker);
  latestAsker.current = asker;

  useEffect(() => {
    if (key === undefined) {
      setHeld((before) => ({ ...before, answer: undefined, answerKey: undefined, error: undefined, isLoading: false, isSlow: false }));
      return undefined;
    }
    const mine = new AbortController();
    controller.current = mine;
    setHeld((before) => ({
      ...before,
      answer: keep || before.answerKey === key ? before.answer : undefined,
      isLoading: true, isSlow: false, isPartial: false, progress: undefined,
    }));
    const update = (change: Partial<Held<T>>) => {
      if (controller.current === mine) setHeld((before) => ({ ...before, ...change }));
    };
    const slow = setTimeout(() => update({ isSlow: true }), kSlowMs);
    latestAsker
      .current({
        signal: mine.signal,
        onProgress: (progress) => update({ progress }),
        onPartial: (answer) => update({ answer, answerKey: key, isPartial: true, error: undefined }),
      })
      .then(
        (answer) => update({ answer, answerKey: key, error: undefined, isLoading: false, isSlow: false, isPartial: false }),
        (error: unknown) => {
          if (mine.signal.aborted) return update({ isLoading: false, isSlow: false, error: new ApiError('cancelled', '') });
          if (!(error instanceof ApiError)) console.error(error);
          const told = error instanceof ApiError ? error : new ApiError('malformed', String(error));
          return update({ error: told, isLoading: false, isSlow: false });
        },
      )
      .finally(() => clearTimeout(slow));
    return () => {
      clearTimeout(slow);
      if (controller.current === mine) controller.current = undefined;
      mine.abort();
    };
  }, [key, reloads ? tick : 0, attempt]);

  const cancel = useCallback(() => controller.current?.abort(), []);
  const retry = useCallback(() => setAttempt((n) => n + 1), []);
  return {
    ...held,
    isStale: held.answer !== undefined && (held.answerKey !== key || held.isLoading || held.isPartial || held.error !== undefined),
    cancel,
    retry,
  };
}
