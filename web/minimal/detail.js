// Everything one span says.
import { element } from "./dom.js";
import { attributeName, duration, literal, plural, time, valueText } from "./format.js";

const LONG = 200;  // Letters from which a value gets lines of its own.

function attributes(list, scope) {
  if (!list?.length) return element("p", { class: "caption" }, "none");
  return element("table", {}, list.map(({ key, value }) => {
    const text = valueText(value);
    const long = text.length > LONG || text.includes("\n");
    const term = scope && literal(value);
    return element("tr", {}, element("th", { scope: "row" }, key),
      element("td", {}, long ? element("pre", {}, text) : text,
        term && !long ? element("a", { class: "find", title: "traces with this value", href: `/?${new URLSearchParams({ q: `{ ${attributeName(scope, key)} = ${term} }` })}` }, "find") : null));
  }));
}

function section(title, number, content, open = true) {
  return element("details", { open }, element("summary", {}, title, number ? element("span", { class: "caption" }, ` ${number}`) : null), content);
}

function events(span, tree) {
  return (span.span.events ?? []).map((event) => {
    const at = Number(BigInt(event.timeUnixNano ?? 0) - tree.start);
    return element("div", { class: "event" }, element("p", {}, element("b", {}, event.name || "(no name)"),
      element("span", { class: "caption mono" }, ` at ${at < 0 ? "−" : ""}${duration(Math.abs(at))}`)), attributes(event.attributes, "event"));
  });
}

function links(span) {
  return (span.span.links ?? []).map((link) => element("div", { class: "event" },
    element("p", {}, element("a", { class: "mono", href: `/trace/${link.traceId}?span=${link.spanId}` }, `${link.traceId} ${link.spanId}`)),
    attributes(link.attributes, null)));
}

export function spanDetail(span, tree, close) {
  const facts = [["duration", duration(span.duration)], ["starts at", `${duration(span.offset)} · ${time(String(span.start))}`], ["kind", span.kind],
    ["status", span.status + (span.span.status?.message ? `: ${span.span.status.message}` : "")], ["span id", span.id], ["parent", span.parent || "none (root)"],
    ["scope", [span.scope?.name, span.scope?.version].filter(Boolean).join(" ")], ["trace state", span.span.traceState ?? ""]];
  const dropped = [["droppedAttributesCount", "attribute"], ["droppedEventsCount", "event"], ["droppedLinksCount", "link"]]
    .filter(([name]) => span.span[name]).map(([name, word]) => plural(span.span[name], word));
  return [
    element("div", { class: "title" }, element("b", {}, `${span.service}: ${span.name}`), element("button", { type: "button", class: "plain", title: "Esc", "aria-label": "close", onclick: close }, "✕")),
    span.failed ? element("p", { class: "problem" }, `● ${span.span.status?.message || "status: error"}`) : null,
    element("table", {}, facts.filter(([, text]) => text).map(([name, text]) => element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, text)))),
    dropped.length ? element("p", { class: "warning" }, `dropped by the sender: ${dropped.join(", ")}`) : null,
    span.span.events?.length ? section("Events", span.span.events.length, events(span, tree)) : null,
    section("Attributes", span.span.attributes?.length, attributes(span.span.attributes, "span")),
    span.span.links?.length ? section("Links", span.span.links.length, links(span)) : null,
    section("Resource", span.resource?.attributes?.length, attributes(span.resource?.attributes, "resource")),
    span.scope?.attributes?.length ? section("Scope", span.scope.attributes.length, attributes(span.scope.attributes, "instrumentation")) : null,
  ];
}
