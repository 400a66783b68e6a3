// What a pasted text is, by its shape.

export type Shape = { kind: 'trace'; id: string } | { kind: 'query'; query: string } | { kind: 'text' };

/** A trace id in the forms that tools print, TraceQL, or plain text. */
export function recognise(text: string): Shape {
  const wanted = text.trim();
  const inAddress = /\/traces?\/([0-9a-f]{1,32})(?:[/?#]|$)/i.exec(wanted);
  if (inAddress?.[1]) return { kind: 'trace', id: inAddress[1].toLowerCase() };
  // A W3C traceparent header.
  const parent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/i.exec(wanted);
  if (parent?.[1]) return { kind: 'trace', id: parent[1].toLowerCase() };
  const plain = wanted.replaceAll('-', '').toLowerCase();
  if (/^[0-9a-f]{32}$/.test(plain) || /^[0-9a-f]{16}$/.test(wanted.toLowerCase())) return { kind: 'trace', id: plain };
  if (wanted.startsWith('{')) return { kind: 'query', query: wanted };
  return { kind: 'text' };
}
