// A value that components and plain code share: read it, set it, hear of changes. Not for server answers (api/question.ts)
// and not for what belongs in the address (app/address.ts).
import { useEffect, useState } from 'preact/hooks';

export interface Store<T> {
  get(): T;
  set(next: T): void;
  listen(heard: (value: T) => void): () => void;
}

export function makeStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const heard of [...listeners]) heard(value);
    },
    listen(heard) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
  };
}

/** The store's value; the component renders again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [value, setValue] = useState<{ held: T }>({ held: store.get() });
  useEffect(() => {
    // It may have changed between the first render and this effect.
    if (!Object.is(store.get(), value.held)) setValue({ held: store.get() });
    return store.listen((next) => setValue({ held: next }));
  }, [store]);
  return value.held;
}
