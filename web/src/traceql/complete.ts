// What may be completed at the caret of a TraceQL text: a field, an operator or a value of a field.
import { tokens, type Token } from './tokens';

export type Place =
  | { kind: 'field'; prefix: string; start: number; end: number }
  | { kind: 'operator'; prefix: string; start: number; end: number; field: string }
  | { kind: 'value'; prefix: string; start: number; end: number; field: string; operator: string }
  | { kind: 'logic'; prefix: string; start: number; end: number }
  | { kind: 'none' };

const isField = (token: Token | undefined) => token?.kind === 'field' || token?.kind === 'word';

/** `caret` is a position between characters. */
export function placeAt(text: string, caret: number): Place {
  const all = tokens(text);
  const before = all.filter((token) => token.kind !== 'space' && token.end <= caret);
  const under = all.find((token) => token.kind !== 'space' && token.start < caret && token.end >= caret);
  // The word that is being typed is replaced whole; what was before it decides what it can be.
  const isTyped = under !== undefined && ['field', 'word', 'text', 'number', 'bad'].includes(under.kind);
  const isOperatorTyped = under?.kind === 'operator' && under.end === caret;
  const past = before.filter((token) => token !== under || !isTyped);
  const last = past.at(-1);
  const [start, end, prefix] = isTyped && under ? [under.start, under.end, text.slice(under.start, caret)] : [caret, caret, ''];
  if (!last) return text.trim() === '' ? { kind: 'field', prefix: '', start: caret, end: caret } : { kind: 'none' };
  if (last.kind === 'operator' && last.text !== '!') {
    const field = past.at(-2);
    if (!field || !isField(field)) return { kind: 'none' };
    if (isOperatorTyped && text[caret - 1] !== ' ') return { kind: 'operator', prefix: last.text, start: last.start, end: last.end, field: field.text };
    return { kind: 'value', prefix, start, end, field: field.text, operator: last.text };
  }
  if (last.kind === 'open' || last.kind === 'logic' || last.text === '!') return { kind: 'field', prefix, start, end };
  if (isField(last)) {
    const earlier = past.at(-2);
    if (earlier?.kind === 'operator') return isTyped ? { kind: 'none' } : { kind: 'logic', prefix: '', start: caret, end: caret };
    return isTyped ? { kind: 'none' } : { kind: 'operator', prefix: '', start: caret, end: caret, field: last.text };
  }
  if (['text', 'number', 'close'].includes(last.kind) && last.text !== '}') return isTyped ? { kind: 'none' } : { kind: 'logic', prefix: '', start: caret, end: caret };
  return { kind: 'none' };
}
