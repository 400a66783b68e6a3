// Names from data inside of sentences: set apart with Unicode's isolates while they are text (their direction cannot disturb the
// sentence), and as elements that are not to be translated once they are shown.
import type { ComponentChild } from 'preact';

const kOpen = '\u2068';
const kClose = '\u2069';

/** Marks a text as data within a sentence of the catalogue. */
export function data(text: string): string {
  return text === '' ? '' : `${kOpen}${text.replaceAll(kOpen, '').replaceAll(kClose, '')}${kClose}`;
}

/** The sentence with its data as elements. */
export function withData(sentence: string): ComponentChild[] {
  return sentence.split(/(\u2068[^\u2069]*\u2069)/).map((part, index) =>
    part.startsWith(kOpen) ? (
      <bdi key={index} translate={false}>
        {part.slice(1, -1)}
      </bdi>
    ) : (
      part
    ),
  );
}
