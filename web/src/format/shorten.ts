// Ids and names that do not fit.

/** First eight characters of an id. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** Cut in the middle, since both ends of an operation's name carry meaning. */
export function middleCut(text: string, length: number): string {
  if (text.length <= length) return text;
  if (length <= 1) return '…';
  const head = Math.ceil((length - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (length - 1 - head))}`;
}
