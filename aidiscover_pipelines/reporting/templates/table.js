// The table of applications: filters, order, pages.

const PAGE = 25;
const table = { shown: PAGE, by: null, descending: false, order: { low: 1, medium: 2, high: 3, critical: 4 } };
const FILTERS = { strategy: "strategy", criticality: "criticality", risk: "risk", wave: "wave", decided: "decided_by" };
const RANKED = new Set(["risk", "criticality"]);

function startTable() {
  table.body = document.querySelector("#applications tbody");
  table.inputs = Object.fromEntries(["text", ...Object.keys(FILTERS)].map((name) => [name, document.getElementById("f-" + name)]));
  Object.entries(FILTERS).forEach(([name, column]) => fillFilter(table.inputs[name], column));
  Object.values(table.inputs).forEach((input) => input.addEventListener("input", () => { table.shown = PAGE; drawTable(); }));
  document.getElementById("f-clear").addEventListener("click", () => filterBy({}));
  document.getElementById("more").addEventListener("click", () => { table.shown += 8 * PAGE; drawTable(); });
  document.querySelectorAll("#applications th[data-column]").forEach((head) => head.querySelector("button").addEventListener("click", () => sortBy(head)));
  document.querySelectorAll("button[data-filter]").forEach((button) => button.addEventListener("click", () => {
    filterBy(JSON.parse(button.dataset.filter));
    document.getElementById("portfolio").scrollIntoView();
    document.getElementById("f-text").focus({ preventScroll: true });
  }));
  window.addEventListener("beforeprint", () => { table.shown = Math.max(table.shown, 2000); drawTable(); });
  drawTable();
}

function value(column, at) { return column === "wave" ? row("wave", at) : told(column, at); }

function fillFilter(select, column) {
  const present = [...new Set(report.data.rows.id.map((_, at) => value(column, at)))].filter((v) => v !== null);
  const order = RANKED.has(column) ? (a, b) => (table.order[b] || 0) - (table.order[a] || 0) : (a, b) => (a < b ? -1 : 1);
  present.sort(order).forEach((v) => {
    const words = column === "wave" ? (v === 0 ? "does not move" : "wave " + v) : v === "" ? "unknown" : v;
    select.append(el("option", { text: words, set: { value: v === "" ? "-" : String(v) } }));
  });
}

function filterBy(wanted) {
  Object.entries(table.inputs).forEach(([name, input]) => { input.value = wanted[name] || ""; });
  table.shown = PAGE;
  drawTable();
}

function matching() {
  const words = table.inputs.text.value.trim().toLowerCase();
  const chosen = Object.entries(FILTERS).map(([name, column]) => [column, table.inputs[name].value]).filter(([, wanted]) => wanted !== "");
  const found = [];
  report.data.rows.id.forEach((id, at) => {
    const hit = !words || row("name", at).toLowerCase().includes(words) || told("cluster", at).toLowerCase().includes(words) || told("target", at).toLowerCase().includes(words);
    if (hit && chosen.every(([column, wanted]) => String(value(column, at) === "" ? "-" : value(column, at)) === wanted)) found.push(at);
  });
  if (table.by === null) return found;
  const texts = new Set(["name", "strategy", "cluster", "decided_by", "target"]);
  const key = (at) => {
    if (table.by === "name") return row("name", at);
    if (texts.has(table.by)) return told(table.by, at);
    if (RANKED.has(table.by)) return table.order[told(table.by, at)] || 0;
    return table.by === "days" ? (row("days", at) || [null])[0] : row(table.by, at);
  };
  const direction = table.descending ? -1 : 1;
  return found.sort((a, b) => {
    const x = key(a), y = key(b);
    if (x === null || y === null) return (x === null) - (y === null);
    return direction * (typeof x === "string" ? x.localeCompare(y) : x - y);
  });
}

function sortBy(head) {
  const column = head.dataset.column;
  table.descending = table.by === column ? !table.descending : RANKED.has(column);
  table.by = column;
  document.querySelectorAll("#applications th").forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", table.descending ? "descending" : "ascending");
  drawTable();
}

function drawTable() {
  const found = matching();
  const visible = Math.min(table.shown, found.length);
  table.body.replaceChildren(...found.slice(0, visible).map((at) => el("tr", { cls: "app" }, [
    el("th", { set: { scope: "row" } }, [link(at), row("anomaly", at) ? el("span", { cls: "names", text: " (stands out)" }) : null]),
    el("td", {}, [badge(told("strategy", at))]),
    el("td", { cls: "wide", text: told("target", at) }),
    el("td", { cls: "n", text: percent(row("confidence", at)) }),
    el("td", {}, [badge(told("risk", at))]),
    el("td", { cls: "wide", text: told("criticality", at) || "unknown" }),
    el("td", { cls: "n wide", text: row("days", at) ? range(...row("days", at), "") : "" }),
    el("td", { cls: "n", text: waveName(row("wave", at)) }),
    el("td", { cls: "n wide", text: row("servers", at) }),
    el("td", { cls: "n wide", text: percent(row("completeness", at)) }),
    el("td", { cls: "wide", text: told("decided_by", at) }),
    el("td", { cls: "wide names", text: told("cluster", at) }),
  ])));
  const total = report.data.rows.id.length;
  document.getElementById("count").textContent = visible + " of " + plural(found.length, "application") + (found.length < total ? " (" + total.toLocaleString("en") + " in all)" : "");
  document.getElementById("more").hidden = visible >= found.length;
}
