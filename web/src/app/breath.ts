// Long work in slices: between two of them the page draws, scrolls and answers.

/** Less than half of what a reader notices as a halt, so that the browser's own work fits beside it. */
const kSliceMs = 12;

/** Lets the page do what waits. */
export const breathe = (): Promise<void> => new Promise((done) => setTimeout(done));

/** Runs the steps, with a breath where they have taken long enough, and gives what they return. */
export async function inSlices<T>(steps: Generator<void, T>): Promise<T> {
  let begin = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - begin < kSliceMs) continue;
    await breathe();
    begin = performance.now();
  }
}

/** The same at once. */
export function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
