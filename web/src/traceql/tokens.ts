// TraceQL as tokens, for colouring the text, for completion at the caret and for the builder. Lenient: what it cannot read is a
// token of kind `bad`, never an exception; the server alone decides what a query means.

export type TokenKind = 'open' | 'close' | 'field' | 'operator' | 'text' | 'number' | 'word' | 'logic' | 'space' | 'bad';
export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
  text: string;
}

const kIntrinsics = new Set([
  'duration', 'name', 'status', 'statusMessage', 'kind', 'nestedSetParent', 'traceDuration', 'rootName', 'rootServiceName',
  'span:duration', 'span:name', 'span:status', 'span:statusMessage', 'span:kind', 'span:id', 'span:parentID', 'span:childCount',
  'trace:id', 'trace:duration', 'trace:rootName', 'trace:rootService', 'event:name', 'event:timeSinceStart', 'link:traceID',
  'link:spanID', 'instrumentation:name', 'instrumentation:version',
]);

// Longest first where one begins another.
const kPatterns: [TokenKind, RegExp][] = [
  ['space', /^\s+/],
  ['open', /^[{(]/],
  ['close', /^[})]/],
  ['logic', /^(?:&&|\|\|)/],
  ['operator', /^(?:=~|!~|!=|<=|>=|=|<|>|!)/],
  ['text', /^(?:"(?:[^"\\]|\\[^])*"?|`[^`]*`?)/],
  ['number', /^-?\d[\d.]*(?:e[+-]?\d+)?(?:[a-zµ]+(?:\d[\d.]*[a-zµ]+)*)?(?=[\s{}()=~!<>&|^,]|$)/i],
  ['field', /^(?:span|resource|instrumentation|event|link|)\.(?:"(?:[^"\\]|\\[^])*"?|[^\s{}()=~!<>&|^,"])+/],
  ['word', /^[^\s{}()=~!<>&|^,"]+/],
];

export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    let kind: TokenKind = 'bad';
    let piece = rest.slice(0, 1);
    for (const [name, pattern] of kPatterns) {
      const match = pattern.exec(rest);
      if (!match?.[0]) continue;
      kind = name;
      piece = match[0];
      break;
    }
    if (kind === 'word' && kIntrinsics.has(piece)) kind = 'field';
    found.push({ kind, start: at, end: at + piece.length, text: piece });
    at += piece.length;
  }
  return found;
}
