// Find traces: a query, a range, a list.
import { element, replace } from "./dom.js";
import { attributeName, count, duration, plural, quoted, serviceColour, time, zone } from "./format.js";
import * as api from "./api.js";

const RANGES = [["15m", "last 15 min"], ["1h", "last 1 h"], ["6h", "last 6 h"], ["24h", "last 24 h"], ["7d", "last 7 d"], ["30d", "last 30 d"]];
const SORTS = [["start", "newest first"], ["duration", "longest first"], ["error_count", "most errors first"], ["span_count", "most spans first"]];

const go = (address) => window.dispatchEvent(new CustomEvent("clew:navigate", { detail: address }));

// The builder's fields as TraceQL.
function build({ service, operation, minDuration, errorsOnly }) {
  const parts = [];
  if (service) parts.push(`${attributeName("resource", "service.name")} = ${quoted(service)}`);
  if (operation) parts.push(`name = ${quoted(operation)}`);
  if (minDuration) parts.push(`duration > ${minDuration}`);
  if (errorsOnly) parts.push("status = error");
  return parts.length ? `{ ${parts.join(" && ")} }` : "";
}

function select(name, options, value, onchange) {
  const node = element("select", { name, "aria-label": name, onchange },
    options.map(([key, text]) => element("option", { value: key }, text)));
  node.value = value;
  return node;
}

export function showSearch(main) {
  document.title = "Traces · Clew";
  const address = new URLSearchParams(location.search);
  const wanted = { q: address.get("q") ?? "", range: address.get("range") ?? "1h", sort: address.get("sort") ?? "start" };
  const absolute = address.get("start") && address.get("end") ? { start: address.get("start"), end: address.get("end") } : null;
  const range = absolute ?? { start: `now-${wanted.range}`, end: "now" };
  const stopped = new AbortController();
  const picked = { service: "", operation: "", minDuration: "", errorsOnly: false };

  const text = element("input", { name: "q", class: "query", type: "search", spellcheck: "false", autocomplete: "off",
    placeholder: "TraceQL such as { resource.service.name = \"cart\" && duration > 100ms }, or a trace id", value: wanted.q, "aria-label": "query" });
  const submit = () => {
    const query = text.value.trim();
    if (/^[0-9a-fA-F]{16,32}$/.test(query)) return go(`/trace/${query.toLowerCase()}`);
    const next = new URLSearchParams();
    if (query) next.set("q", query);
    if (absolute) { next.set("start", absolute.start); next.set("end", absolute.end); } else if (rangeSelect.value !== "1h") next.set("range", rangeSelect.value);
    if (sortSelect.value !== "start") next.set("sort", sortSelect.value);
    go(`/?${next}`);
  };
  const rebuild = () => { text.value = build(picked); submit(); };
  const rangeSelect = select("range", RANGES, wanted.range, submit);
  const sortSelect = select("sort", SORTS, wanted.sort, submit);

  const serviceSelect = select("service", [["", "any service"]], "", () => { picked.service = serviceSelect.value; picked.operation = ""; rebuild(); });
  const operationSelect = select("operation", [["", "any operation"]], "", () => { picked.operation = operationSelect.value; rebuild(); });
  const minSelect = select("min duration", [["", "any duration"], ...["10ms", "100ms", "500ms", "1s", "5s"].map((t) => [t, `> ${t}`])], "", () => { picked.minDuration = minSelect.value; rebuild(); });
  const errors = element("input", { type: "checkbox", onchange: () => { picked.errorsOnly = errors.checked; rebuild(); } });
  readBack(wanted.q, picked);
  minSelect.value = picked.minDuration;
  errors.checked = picked.errorsOnly;

  const results = element("section", { class: "results", "aria-live": "polite" });
  replace(main,
    element("form", { class: "search", onsubmit: (event) => { event.preventDefault(); submit(); } },
      element("div", { class: "line" }, text, element("button", { type: "submit", class: "primary" }, "Search")),
      element("div", { class: "line" }, serviceSelect, operationSelect, minSelect, element("label", {}, errors, " errors only"),
        element("span", { class: "space" }),
        absolute ? element("span", { class: "caption" }, `${absolute.start} … ${absolute.end} `, element("a", { href: "/" }, "reset")) : rangeSelect,
        sortSelect, element("span", { class: "caption" }, zone()))),
    results);

  fillNames(range, picked, serviceSelect, operationSelect, stopped.signal);
  load(results, { q: wanted.q, sort: wanted.sort, limit: 50, spss: 0, ...range }, stopped.signal);
  const keys = (event) => {
    if (event.key !== "/" || event.target.matches("input, select, textarea")) return;
    event.preventDefault();
    text.focus();
  };
  document.addEventListener("keydown", keys);
  return () => { stopped.abort(); document.removeEventListener("keydown", keys); };
}

// What the builder itself wrote into the query, so that its fields survive a reload.
function readBack(query, picked) {
  const unquote = (found) => { try { return found ? JSON.parse(found[1]) : ""; } catch { return ""; } };
  const candidate = {
    service: unquote(query.match(/resource\.service\.name = ("(?:[^"\\]|\\.)*")/)),
    operation: unquote(query.match(/(?:^\{ |&& )name = ("(?:[^"\\]|\\.)*")/)),
    minDuration: query.match(/duration > (\w+)/)?.[1] ?? "",
    errorsOnly: /status = error/.test(query),
  };
  if (build(candidate) === query) Object.assign(picked, candidate);
}

async function fillNames(range, picked, serviceSelect, operationSelect, signal) {
  const add = (node, names, value) => {
    if (value && !names.includes(value)) names.unshift(value);
    node.append(...names.map((name) => element("option", { value: name }, name)));
    node.value = value;
  };
  try {
    add(serviceSelect, (await api.services(range, signal)).services.map((service) => service.name), picked.service);
    if (!picked.service) { operationSelect.disabled = true; return; }
    const answer = await api.operations(picked.service, range, signal);
    add(operationSelect, [...new Set(answer.operations.map((operation) => operation.name))], picked.operation);
  } catch (error) {
    if (error.name !== "AbortError") console.warn(error.message);
  }
}

async function load(results, parameters, signal) {
  const list = element("ol", { class: "traces" });
  const summary = element("p", { class: "caption" }, "Searching …");
  const more = element("button", { type: "button", hidden: true, onclick: () => page() }, "More");
  replace(results, summary, list, more);
  let cursor = "";
  let shown = 0;
  let longest = 0;
  const rows = [];

  async function page() {
    more.disabled = true;
    try {
      const answer = await api.searchTraces({ ...parameters, cursor }, signal);
      // Later pages ask for the same instants, whatever the time is by then.
      parameters = { ...parameters, start: answer.range.start_ns, end: answer.range.end_ns };
      for (const trace of answer.traces) rows.push(trace);
      longest = Math.max(longest, ...answer.traces.map((trace) => trace.duration_ns));
      replace(list, rows.map((trace) => row(trace, longest)));
      shown = rows.length;
      cursor = answer.next_cursor ?? "";
      more.hidden = !cursor;
      const stats = answer.stats;
      replace(summary, shown ? `${cursor ? "first " : ""}${plural(shown, "trace")}` : "No traces match. Widen the range or the query.",
        ` · looked at ${count(stats.rows_scanned)} of ${plural(stats.rows_total, "span")} · ${duration(stats.elapsed_ns)}`);
    } catch (error) {
      if (error.name === "AbortError") return;
      replace(summary, element("span", { class: "problem", role: "alert" }, `● ${error.message}`));
    } finally {
      more.disabled = false;
    }
  }
  await page();
}

function row(trace, longest) {
  const share = Math.max(0.5, (100 * trace.duration_ns) / (longest || 1));
  const services = trace.services.map((service) =>
    element("span", { class: "square", title: `${service.name}: ${plural(service.span_count, "span")}`, style: { background: serviceColour(service.name) } }));
  return element("li", {}, element("a", { href: `/trace/${trace.trace_id}`, class: "trace-row" },
    element("span", { class: "when mono" }, time(trace.start_time_ns)),
    element("span", { class: "what" }, element("span", { class: "square", style: { background: serviceColour(trace.root_service) } }),
      element("span", { class: "service" }, trace.root_service || "(no service)"), " ", element("b", {}, trace.root_name || "(no name)"),
      trace.root_missing ? element("span", { class: "caption" }, " root not received") : null),
    element("span", { class: "length" }, element("span", { class: trace.error_count ? "bar bad" : "bar", style: { width: `${share}%` } })),
    element("span", { class: "number mono" }, duration(trace.duration_ns)),
    element("span", { class: "number" }, plural(trace.span_count, "span")),
    element("span", { class: "squares" }, services.slice(0, 12), services.length > 12 ? ` +${services.length - 12}` : null),
    element("span", { class: "errors" }, trace.error_count ? `● ${plural(trace.error_count, "error")}` : "")));
}
