// OTLP's JSON as a tree of spans in the order of a waterfall. No DOM.

const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const STATUSES = ["unset", "ok", "error"];

function flat(data) {
  const spans = [];
  for (const { resource, scopeSpans } of data.resourceSpans ?? []) {
    const service = resource?.attributes?.find((attribute) => attribute.key === "service.name")?.value?.stringValue ?? "";
    for (const { scope, spans: list } of scopeSpans ?? []) {
      for (const span of list ?? []) {
        const start = BigInt(span.startTimeUnixNano ?? 0);
        const end = BigInt(span.endTimeUnixNano ?? 0);
        spans.push({ span, resource, scope, service, start, duration: Number(end > start ? end - start : 0n), name: span.name ?? "",
          id: span.spanId, parent: span.parentSpanId ?? "", kind: KINDS[span.kind ?? 0] ?? "unspecified",
          failed: span.status?.code === 2, status: STATUSES[span.status?.code ?? 0] ?? "unset", children: [], depth: 0, closed: false });
      }
    }
  }
  return spans;
}

const byStart = (a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.id < b.id ? -1 : 1);

export function buildTree(data) {
  const spans = flat(data).sort(byStart);
  const byId = new Map();
  for (const span of spans) if (!byId.has(span.id)) byId.set(span.id, span);
  const roots = [];
  for (const span of spans) {
    const parent = byId.get(span.parent);
    span.orphan = span.parent !== "" && !parent;
    if (parent && parent !== span) parent.children.push(span);
    else roots.push(span);
  }
  // Depth by a stack of our own: a trace may be a chain of any length. Spans whose parents form a circle are roots too.
  const reached = new Set();
  const walk = (root) => {
    const stack = [root];
    while (stack.length) {
      const span = stack.pop();
      if (reached.has(span)) continue;
      reached.add(span);
      for (const child of span.children) { child.depth = span.depth + 1; stack.push(child); }
    }
  };
  roots.forEach(walk);
  for (const span of spans) {
    if (reached.has(span)) continue;
    span.orphan = true;
    const parent = byId.get(span.parent);
    parent.children = parent.children.filter((child) => child !== span);
    span.depth = 0;
    roots.push(span);
    walk(span);
  }
  const start = spans.length ? spans[0].start : 0n;
  let length = 1;
  for (const span of spans) {
    span.offset = Number(span.start - start);
    length = Math.max(length, span.offset + span.duration);
  }
  return { spans, roots: roots.sort(byStart), start, length };
}

// Rows to draw, closed subtrees left out.
export function visibleRows(tree) {
  const rows = [];
  const stack = [...tree.roots].reverse();
  while (stack.length) {
    const span = stack.pop();
    rows.push(span);
    if (!span.closed) for (let i = span.children.length - 1; i >= 0; --i) stack.push(span.children[i]);
  }
  return rows;
}

export function descendantCount(span) {
  let number = 0;
  const stack = [...span.children];
  while (stack.length) {
    const next = stack.pop();
    ++number;
    stack.push(...next.children);
  }
  return number;
}
