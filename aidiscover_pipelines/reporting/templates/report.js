"use strict";
// Draws the application table. Values are set as text only, never as markup.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PAGE = 100;
  const RANK = { low: 1, medium: 2, high: 3, "": 0 };
  const ID = 0, NAME = 1, STRATEGY = 2, CONFIDENCE = 3, DECIDED = 4, RISK = 5, WAVE = 6, COMPLETE = 7, SERVERS = 8, CLUSTER = 9, ANOMALY = 10, BELIEVED = 11;
  const body = document.querySelector("#applications tbody");
  const count = document.getElementById("count");
  const more = document.getElementById("more");
  const inputs = {
    text: document.getElementById("f-text"), strategy: document.getElementById("f-strategy"), risk: document.getElementById("f-risk"),
    wave: document.getElementById("f-wave"), decided: document.getElementById("f-decided"),
  };
  let shown = PAGE, sortBy = null, descending = false;
  const open = new Set();

  function el(tag, options, children) {
    const node = document.createElement(tag);
    const o = options || {};
    if (o.cls) node.className = o.cls;
    if (o.text !== undefined && o.text !== null) node.textContent = String(o.text);
    (children || []).forEach((child) => child && node.append(child));
    return node;
  }
  const percent = (value) => (value === null ? "" : Math.round(value * 100) + " %");
  const words = (key) => { const t = String(key).replaceAll("_", " "); return t.charAt(0).toUpperCase() + t.slice(1); };
  const sentence = (text) => String(text).charAt(0).toUpperCase() + String(text).slice(1);
  const badge = (text) => el("span", { cls: "badge " + String(text).replace(/[^a-z]/g, ""), text: text });
  const list = (tag, items, cls) => el(tag, { cls: cls }, items.map((item) => el("li", { text: item })));
  const waveText = (wave) => (wave === null ? "" : wave === 0 ? "stays" : String(wave));

  function options(select, values, text) {
    values.forEach((value) => { const option = el("option", { text: text ? text(value) : value }); option.value = String(value); select.append(option); });
  }
  const distinct = (column) => [...new Set(data.rows.map((row) => row[column]))].filter((v) => v !== null && v !== "");
  options(inputs.strategy, distinct(STRATEGY).sort());
  options(inputs.risk, ["high", "medium", "low"].filter((r) => distinct(RISK).includes(r)));
  options(inputs.wave, distinct(WAVE).sort((a, b) => a - b), (w) => (w === 0 ? "does not move" : "wave " + w));
  options(inputs.decided, distinct(DECIDED).sort());

  function matching() {
    const text = inputs.text.value.trim().toLowerCase();
    const rows = data.rows.filter((row) =>
      (!text || row[NAME].toLowerCase().includes(text) || String(row[CLUSTER]).toLowerCase().includes(text)) &&
      (!inputs.strategy.value || row[STRATEGY] === inputs.strategy.value) && (!inputs.risk.value || row[RISK] === inputs.risk.value) &&
      (!inputs.wave.value || String(row[WAVE]) === inputs.wave.value) && (!inputs.decided.value || row[DECIDED] === inputs.decided.value));
    if (sortBy === null) return rows;
    const key = (row) => (sortBy === RISK ? RANK[row[RISK]] : row[sortBy]);
    const direction = descending ? -1 : 1;
    return rows.sort((a, b) => {
      const x = key(a), y = key(b);
      if (x === null || y === null) return (x === null) - (y === null);
      return direction * (typeof x === "string" ? x.localeCompare(y) : x - y);
    });
  }

  function rankBars(ranking) {
    const grid = el("div", { cls: "rank" });
    const top = Math.max(...ranking.map((r) => Math.abs(Number(r.score) || 0)), 0.0001);
    ranking.forEach((entry) => {
      const fill = el("div", { cls: "fill" });
      fill.style.width = (entry.allowed ? Math.max(0, 100 * entry.score / top) : 0) + "%";
      fill.style.background = data.colours[entry.strategy] || "#5b6b7c";
      grid.append(el("span", { text: entry.strategy }), el("div", { cls: "track" }, [fill]),
        el("span", { cls: "score", text: entry.allowed ? Number(entry.score).toFixed(2) : "not possible" }));
      if (!entry.reasons.length) return;
      grid.append(el("ul", { cls: "why" }, entry.reasons.map((reason) => {
        const item = el("li", { cls: reason.sources.length ? "sourced" : "", text: sentence(reason.text) });
        if (reason.sources.length) item.title = reason.sources.join("\n");
        return item;
      })));
    });
    return grid;
  }

  function block(title, node) { return node ? [el("h4", { text: title }), node] : []; }

  function detail(row) {
    const d = data.details[row[ID]];
    if (!d) return el("p", { cls: "note", text: "The details of this application are in the workbook; this page carries those of the first applications by priority." });
    const left = el("div"), right = el("div");
    left.append(...block("Why " + row[STRATEGY], el("p", { text: d.rationale || "No rationale recorded." })));
    if (d.review) left.append(...block("A person should look", el("p", { text: sentence(d.review) + "." })));
    left.append(...block("All six, best first, with points: why and why not (hover for the source cell)", d.ranking.length ? rankBars(d.ranking) : null));
    left.append(...block("Evidence", d.evidence.length ? list("ul", d.evidence, "evidence") : el("p", { cls: "note", text: "No source cell supports this recommendation." })));
    left.append(...block("Where sources disagree (hover for the source cell)", d.conflicts.length ? el("ul", { cls: "why" }, d.conflicts.map((c) => {
      const stands = el("span", { cls: "sourced", text: c.value + " stands" });
      stands.title = c.source;
      const losers = c.others.map((o) => { const item = el("li", { cls: "sourced", text: o.value + " lost: " + o.why }); item.title = o.source; return item; });
      return el("li", {}, [document.createTextNode((data.labels[c.field] || words(c.field)) + (c.of ? " of " + c.of : "") + ": "), stands, el("ul", {}, losers)]);
    })) : null));
    if (d.wave_reason) left.append(...block("Wave", el("p", { text: (row[WAVE] ? "Wave " + row[WAVE] + ": " : "Does not move: ") + d.wave_reason.replace(/\.$/, "") + (d.moves_with.length ? ". In one step with " + d.moves_with.join(", ") + "." : "") })));
    right.append(...block("Risks and mitigations", d.risks.length ? el("ul", {}, d.risks.map((r) => el("li", {}, [badge(r.level || ""), document.createTextNode(" " + sentence(r.risk || "")), r.mitigation ? el("div", { cls: "state", text: "Mitigation: " + r.mitigation }) : null]))) : el("p", { cls: "note", text: "None identified." })));
    right.append(...block("Next steps", d.next_steps.length ? list("ol", d.next_steps) : null));
    right.append(...block("Open questions", d.questions.length ? el("ul", {}, d.questions.map((q) => el("li", { text: q.question }))) : null));
    right.append(...block("Stands out from its pattern", d.anomaly.length ? list("ul", d.anomaly.map(words)) : null));
    if (d.attributes.length) {
      const table = el("table", { cls: "attributes" }, [el("tbody", {}, d.attributes.map((a) => {
        const unknown = a.state === "missing" || a.state === "asked";
        const value = el("td", { cls: unknown ? "missing" : "", text: unknown ? a.state : a.value });
        if (a.source) value.title = a.source;
        return el("tr", {}, [el("td", { text: data.labels[a.attribute] }), value, el("td", { cls: "state", text: a.state === "inferred" ? "inferred" : "" })]);
      }))]);
      right.append(...block("The critical attributes, data confidence " + row[BELIEVED] + " % (hover for the source cell)", table));
    }
    left.append(el("p", { cls: "note", text: "Decided by " + (row[DECIDED] || "nobody yet") + (d.model ? "; worded by " + d.model : "") + "." }));
    return el("div", { cls: "detail-grid" }, [left, right]);
  }

  function draw() {
    const rows = matching();
    body.replaceChildren();
    rows.slice(0, shown).forEach((row) => {
      const opener = el("button", { cls: "opener", text: open.has(row[ID]) ? "\u25BE" : "\u25B8" });
      opener.setAttribute("aria-label", "Details of " + row[NAME]);
      opener.setAttribute("aria-expanded", String(open.has(row[ID])));
      const tr = el("tr", { cls: "app" + (open.has(row[ID]) ? " open" : "") }, [
        el("td", {}, [opener, el("span", { text: row[NAME] }), row[ANOMALY] ? el("span", { cls: "names", text: " (stands out)" }) : null]),
        el("td", {}, [badge(row[STRATEGY])]), el("td", { cls: "n", text: percent(row[CONFIDENCE]) }),
        el("td", {}, [row[RISK] ? badge(row[RISK]) : null]), el("td", { cls: "n", text: waveText(row[WAVE]) }),
        el("td", { cls: "n", text: row[COMPLETE] + " %" }), el("td", { cls: "n", text: row[SERVERS] }),
        el("td", { text: row[DECIDED] }), el("td", { text: row[CLUSTER] }),
      ]);
      tr.addEventListener("click", () => { open.has(row[ID]) ? open.delete(row[ID]) : open.add(row[ID]); draw(); });
      body.append(tr);
      if (open.has(row[ID])) {
        const cell = el("td", {}, [detail(row)]);
        cell.colSpan = 9;
        body.append(el("tr", { cls: "detail" }, [cell]));
      }
    });
    const visible = Math.min(shown, rows.length);
    count.textContent = visible + " of " + rows.length + " applications" + (rows.length < data.rows.length ? " (" + data.rows.length + " in all)" : "");
    more.hidden = visible >= rows.length;
  }

  document.querySelectorAll("#applications th").forEach((th) => {
    th.querySelector("button").addEventListener("click", () => {
      const column = Number(th.dataset.column);
      descending = sortBy === column ? !descending : false;
      sortBy = column;
      document.querySelectorAll("#applications th").forEach((other) => other.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", descending ? "descending" : "ascending");
      draw();
    });
  });
  Object.values(inputs).forEach((input) => input.addEventListener("input", () => { shown = PAGE; draw(); }));
  more.addEventListener("click", () => { shown += 5 * PAGE; draw(); });
  window.addEventListener("beforeprint", () => { shown = Math.max(shown, 2000); draw(); });
  // A link such as portfolio.html#application=crm opens that application.
  const named = decodeURIComponent(location.hash).match(/^#application=(.+)$/);
  if (named && data.rows.some((row) => row[ID] === named[1])) {
    const chosen = data.rows.find((row) => row[ID] === named[1]);
    inputs.text.value = chosen[NAME];
    open.add(chosen[ID]);
  }
  draw();
  if (named) document.getElementById("applications").scrollIntoView();
})();
