// One trace: verdict line, waterfall, details of the selected span.
import { element, replace } from "./dom.js";
import { count, duration, plural, serviceColour, time, zone } from "./format.js";
import { buildTree, descendantCount, visibleRows } from "./spans.js";
import { spanDetail } from "./detail.js";
import * as api from "./api.js";

const ROW_HEIGHT = 24;

export function showTrace(main, id) {
  document.title = `Trace ${id.slice(0, 8)} · Clew`;
  const stopped = new AbortController();
  let forget = () => {};
  replace(main, element("p", { class: "caption" }, `Trace ${id} …`));
  api.trace(id, stopped.signal).then((data) => { forget = draw(main, id, buildTree(data)); }).catch((error) => {
    if (error.name === "AbortError") return;
    replace(main, element("p", { class: "problem", role: "alert" }, error.status === 404 ? `There is no trace ${id}.` : `● ${error.message}`),
      element("p", {}, element("a", { href: "/" }, "Search traces")));
  });
  return () => { stopped.abort(); forget(); };
}

function draw(main, id, tree) {
  const root = tree.roots.find((span) => !span.orphan) ?? tree.roots[0];
  const services = [...new Set(tree.spans.map((span) => span.service))];
  const failed = tree.spans.filter((span) => span.failed);
  const orphans = tree.spans.filter((span) => span.orphan);
  document.title = `${root?.name ?? id} · Clew`;

  const waterfall = new Waterfall(tree, (span) => choose(span));
  const detail = element("aside", { class: "detail", hidden: true, "aria-label": "span" });
  const choose = (span) => {
    const address = new URL(location.href);
    if (span) address.searchParams.set("span", span.id); else address.searchParams.delete("span");
    history.replaceState(null, "", address);
    waterfall.select(span);
    detail.hidden = !span;
    if (span) replace(detail, spanDetail(span, tree, () => choose(null)));
  };

  replace(main,
    element("section", { class: "verdict" },
      element("span", { class: "square", style: { background: serviceColour(root?.service ?? "") } }), " ", root?.service, " ", element("b", {}, root?.name),
      element("span", { class: "figure mono" }, duration(tree.length)), element("span", {}, plural(tree.spans.length, "span")),
      element("span", {}, plural(services.length, "service")),
      failed.length ? element("button", { type: "button", class: "problem plain", title: "e", onclick: () => nextError() }, `● ${plural(failed.length, "error")}`) : null,
      orphans.length ? element("span", { class: "warning" }, `parent not received: ${plural(orphans.length, "span")}`) : null,
      element("span", { class: "space" }),
      element("span", { class: "caption" }, `${time(String(tree.start))} ${zone()}`),
      element("span", { class: "caption mono" }, id),
      element("a", { href: `/api/v1/traces/${id}` }, "OTLP JSON")),
    element("section", { class: "legend" }, services.slice(0, 40).map((name) =>
      element("span", {}, element("span", { class: "square", style: { background: serviceColour(name) } }), " ", name || "(no service)")),
      services.length > 40 ? element("span", { class: "caption" }, `and ${count(services.length - 40)} more`) : null),
    element("section", { class: "trace" }, waterfall.node, detail));
  waterfall.start();

  const nextError = () => {
    const rows = tree.spans;
    const from = waterfall.selected ? rows.indexOf(waterfall.selected) + 1 : 0;
    const next = rows.slice(from).find((span) => span.failed) ?? failed[0];
    if (next) { waterfall.reveal(next); choose(next); }
  };
  const keys = (event) => {
    if (event.target.matches("input, select, textarea") || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === "Escape") choose(null);
    else if (event.key === "e") nextError();
    else if (event.key === "j" || event.key === "ArrowDown") choose(waterfall.neighbour(1));
    else if (event.key === "k" || event.key === "ArrowUp") choose(waterfall.neighbour(-1));
    else if (event.key === "ArrowRight" && waterfall.selected) waterfall.close(waterfall.selected, false);
    else if (event.key === "ArrowLeft" && waterfall.selected) waterfall.close(waterfall.selected, true);
    else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", keys);
  const linked = new URLSearchParams(location.search).get("span");
  const selected = linked && tree.spans.find((span) => span.id === linked);
  if (selected) { waterfall.reveal(selected); choose(selected); }
  return () => { document.removeEventListener("keydown", keys); waterfall.stop(); };
}

// Draws only the rows in sight, so the size of the trace does not matter.
class Waterfall {
  constructor(tree, onselect) {
    this.tree = tree;
    this.onselect = onselect;
    this.selected = null;
    this.parents = new Map(tree.spans.flatMap((span) => span.children.map((child) => [child, span])));
    this.body = element("div", { class: "rows" });
    this.scroll = element("div", { class: "scroll", tabindex: "0", role: "tree", "aria-label": "waterfall", onscroll: () => this.paint() }, this.body);
    this.node = element("div", { class: "waterfall" }, this.axis(), this.scroll);
    this.observer = new ResizeObserver(() => this.paint());
    this.layOut();
  }
  start() { this.observer.observe(this.scroll); this.paint(); }
  stop() { this.observer.disconnect(); }

  axis() {
    const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) =>
      element("span", { class: part === 1 ? "tick last" : "tick", style: { left: `${part * 100}%` } }, part === 0 ? "0" : duration(this.tree.length * part)));
    return element("div", { class: "axis" }, element("span", { class: "caption" }, "Service, operation"), element("span", { class: "ticks" }, ticks));
  }
  layOut() {
    this.rows = visibleRows(this.tree);
    this.index = new Map(this.rows.map((span, index) => [span, index]));
    this.body.style.height = `${this.rows.length * ROW_HEIGHT}px`;
  }
  paint() {
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / ROW_HEIGHT) - 8);
    const last = Math.min(this.rows.length, first + Math.ceil(this.scroll.clientHeight / ROW_HEIGHT) + 16);
    replace(this.body, this.rows.slice(first, last).map((span, index) => this.row(span, first + index)));
  }
  row(span, index) {
    const left = (100 * span.offset) / this.tree.length;
    const width = (100 * span.duration) / this.tree.length;
    const colour = serviceColour(span.service);
    const label = `${duration(span.duration)}`;
    const onLeft = left + width > 85 && left > 15;
    return element("div", { class: `row${span === this.selected ? " selected" : ""}`, role: "treeitem", "aria-level": span.depth + 1,
      "aria-selected": span === this.selected, style: { top: `${index * ROW_HEIGHT}px` }, onclick: () => this.onselect(span) },
      element("span", { class: "name", style: { "padding-left": `${Math.min(span.depth, 12) * 14 + 4}px` } },
        span.children.length
          ? element("button", { type: "button", class: "fold plain", "aria-label": span.closed ? "expand" : "collapse",
            onclick: (event) => { event.stopPropagation(); this.close(span, !span.closed); } }, span.closed ? "▸" : "▾")
          : element("span", { class: "fold" }),
        element("span", { class: "square", style: { background: colour } }),
        element("span", { class: "service" }, span.service), element("span", { class: "operation", title: span.name }, span.name),
        span.failed ? element("span", { class: "problem", title: "status: error" }, "●") : null,
        span.orphan ? element("span", { class: "warning", title: "its parent was not received" }, "parent not received") : null,
        span.closed ? element("span", { class: "caption" }, `+${count(descendantCount(span))}`) : null),
      element("span", { class: "time" },
        element("span", { class: span.failed ? "bar bad" : "bar", style: { left: `${left}%`, width: `${width}%`, "--colour": colour } }),
        element("span", { class: onLeft ? "label left mono" : "label mono", style: onLeft ? { right: `${100 - left}%` } : { left: `${left + width}%` } }, label)));
  }
  select(span) { this.selected = span; this.paint(); if (span) this.intoView(span); }
  close(span, closed) { span.closed = closed && span.children.length > 0; this.layOut(); this.paint(); }
  reveal(span) {
    for (let parent = this.parents.get(span); parent; parent = this.parents.get(parent)) parent.closed = false;
    this.layOut();
  }
  intoView(span) {
    const top = (this.index.get(span) ?? 0) * ROW_HEIGHT;
    const { scrollTop, clientHeight } = this.scroll;
    if (top < scrollTop || top + ROW_HEIGHT > scrollTop + clientHeight) this.scroll.scrollTop = top - clientHeight / 2;
  }
  neighbour(step) {
    const index = this.selected ? (this.index.get(this.selected) ?? 0) + step : 0;
    return this.rows[Math.max(0, Math.min(this.rows.length - 1, index))];
  }
}
