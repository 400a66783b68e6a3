// What a pasted text is, by its shape.

export type Shape =
  | { kind: 'trace'; id: string }
  /** 32 hexadecimal digits: a trace, or a visit of a user; only the server can tell. */
  | { kind: 'id'; id: string; session: string }
  | { kind: 'session'; session: string; event?: string }
  | { kind: 'user'; user: string }
  | { kind: 'query'; query: string }
  | { kind: 'path'; path: string }
  | { kind: 'text' };

/** An id of a trace, session, event or user in the forms that tools print, TraceQL, the path of a page, or plain text. */
export function recognise(text: string): Shape {
  const wanted = text.trim();
  const lower = wanted.toLowerCase();
  const inAddress = /\/traces?\/([0-9a-f]{1,32})(?:[/?#]|$)/i.exec(wanted);
  if (inAddress?.[1]) return { kind: 'trace', id: inAddress[1].toLowerCase() };
  const session = /\/sessions\/([^/?#]+)(?:\?(?:[^#]*&)?event=([^&#]+))?/.exec(wanted);
  if (session?.[1] && /^(?:https?:\/)?\//.test(wanted)) return { kind: 'session', session: session[1], ...(session[2] ? { event: session[2] } : {}) };
  // A W3C traceparent header.
  const parent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(lower);
  if (parent?.[1]) return { kind: 'trace', id: parent[1] };
  // An event of a session, as its SDK numbers them: the session's id is inside.
  const event = /^00-([0-9a-f]{32})-[0-9a-f]{16}$/.exec(lower);
  if (event?.[1]) return { kind: 'session', session: event[1], event: lower };
  if (/^[0-9a-f]{16}$/.test(lower)) return { kind: 'trace', id: lower };
  const plain = lower.replaceAll('-', '');
  // A session that was given with dashes has them in its id.
  if (/^[0-9a-f]{32}$/.test(plain)) return { kind: 'id', id: plain, session: lower };
  if (/^uid_\w+$/i.test(wanted)) return { kind: 'user', user: wanted };
  if (wanted.startsWith('{')) return { kind: 'query', query: wanted };
  if (/^\/\S/.test(wanted)) return { kind: 'path', path: wanted };
  return { kind: 'text' };
}
