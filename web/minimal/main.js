// Which page the address names. The address is the state: Back, reload and copied links all work.
import { element, replace } from "./dom.js";
import { count } from "./format.js";
import { status } from "./api.js";
import { showSearch } from "./search.js";
import { showTrace } from "./trace.js";

let leave = () => {};

function show() {
  leave();
  const main = document.getElementById("main");
  const found = location.pathname.match(/^\/trace\/([0-9a-fA-F]{1,32})$/);
  leave = found ? showTrace(main, found[1].toLowerCase()) : showSearch(main);
}

export function navigate(address) {
  history.pushState(null, "", address);
  show();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='/']");
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || link.target) return;
  if (link.getAttribute("href").startsWith("/api/")) return;
  event.preventDefault();
  navigate(link.getAttribute("href"));
});
window.addEventListener("popstate", show);
window.addEventListener("clew:navigate", (event) => navigate(event.detail));

status().then((answer) => {
  replace(document.getElementById("status"), element("span", {}, `${count(answer.span_count)} spans stored · ${answer.version}`));
}).catch(() => {});
show();
