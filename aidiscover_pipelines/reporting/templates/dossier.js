// The dossier of one application, written when it is opened.

function startDossiers() {
  const dialog = document.getElementById("dossier");
  const close = () => { if (location.hash.startsWith("#application=")) history.replaceState(null, "", "#portfolio"); };
  dialog.addEventListener("close", close);
  document.getElementById("dossier-close").addEventListener("click", () => dialog.close());
  document.getElementById("dossier-print").addEventListener("click", () => window.print());
  window.addEventListener("hashchange", openNamed);
  openNamed();
}

// A link such as portfolio.html#application=crm opens that application.
function openNamed() {
  const dialog = document.getElementById("dossier");
  const named = decodeURIComponent(location.hash).match(/^#application=([^]+)$/);
  const at = named ? report.data.rows.id.indexOf(named[1]) : -1;
  if (at < 0) { if (dialog.open) dialog.close(); return; }
  document.getElementById("dossier-name").textContent = row("name", at);
  document.getElementById("dossier-body").replaceChildren(...dossier(at));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

function dossier(at) {
  const d = report.data.dossiers;
  const days = row("days", at);
  const facts = [
    ["Target", told("target", at)], ["Confidence", percent(row("confidence", at))], ["Decided by", told("decided_by", at)],
    ["Criticality", told("criticality", at) || "unknown"], ["Wave", row("wave", at) === 0 ? "does not move" : waveName(row("wave", at))],
    ["Effort", days ? range(...days, "person days") : ""], ["Servers", String(row("servers", at))],
    ["Attributes known", percent(row("completeness", at))], ["Pattern", told("cluster", at)],
  ].filter(([, words]) => words !== "");
  const head = el("div", { cls: "dossier-head" }, [
    el("p", {}, [badge(told("strategy", at)), " ", badge(told("risk", at)), el("span", { cls: "names", text: told("risk", at) ? " risk" : "" })]),
    el("dl", { cls: "facts" }, facts.map(([name, words]) => el("div", {}, [el("dt", { text: name }), el("dd", { text: words })]))),
  ]);
  const left = el("div"), right = el("div"), grid = el("div", { cls: "dossier-grid" }, [left, right]);
  const i = dossierOf(at);
  left.append(...block("Why " + told("strategy", at), para(told("rationale", at) || "No recommendation has been made yet.")));
  if (i !== undefined) left.append(...block("Where it would run", d.target_why[i] ? para(sentence(text(d.target_why[i]))) : null));
  left.append(...block("A person should look", told("review", at) ? para(sentence(told("review", at)) + ".") : null));
  left.append(...block("The question that would decide it", told("question", at) ? para(told("question", at)) : null));
  if (i === undefined) {
    right.append(...block("Neighbours", neighbourLists(at)));
    return [head, grid, el("p", { cls: "note", text: elsewhere(at) })];
  }
  left.append(...block("All six: why and why not", ranking(d.ranking[i])));
  left.append(...block("What would change the answer", list("ul", d.changes[i])));
  left.append(...block("Evidence of the decision", d.evidence[i].length ? cellList(d.evidence[i]) : para("No source cell supports this recommendation.")));
  right.append(...block("Risks and mitigations", risks(d.risks[i]) || para("None identified.")));
  right.append(...block("Next steps", list("ol", d.steps[i])));
  right.append(...block("Effort and cost", bands(d.effort[i], d.cost[i])));
  right.append(...block("Wave", d.wave_reason[i] ? para(waveText(row("wave", at), i)) : null));
  right.append(...block("Neighbours", neighbourLists(at)));
  right.append(...block("Stands out from its pattern by", list("ul", d.stands_out[i])));
  right.append(...block("Most alike", d.similar[i].length ? el("ul", {}, d.similar[i].map(([name, share, what]) => el("li", { text: text(name) + ", " + share + " % alike" + (what ? ": " + text(what) : "") }))) : null));
  right.append(...block("Where sources disagree", disputes(i)));
  right.append(...block("History", historyOf(i)));
  const decided = "Decided by " + (told("decided_by", at) || "nobody yet") + (d.model[i] ? "; worded by " + text(d.model[i]) : "") + (d.policy[i] ? "; policy " + text(d.policy[i]) : "") + ".";
  return [head, grid, ...block("The critical attributes, data confidence " + percent(row("believed", at)), attributesOf(i)), el("p", { cls: "note", text: decided })];
}

// Place of an application among the dossiers; undefined where the page has only what the table has, and why.
function dossierOf(at) {
  report.dossiers = report.dossiers || new Map(report.data.dossiers.row.map((owner, i) => [owner, i]));
  return report.dossiers.get(at);
}

function elsewhere(at) {
  return "The page carries the reasons, risks and cells of the " + report.data.dossiers.row.length.toLocaleString("en") + " applications that come first by priority or most need a decision. Of this one 'aidiscover explain --tenant " + report.data.tenant + " --application " + row("id", at) + "' shows what each attribute rests on, cell by cell, and 'aidiscover export --tenant " + report.data.tenant + " --format json' has the reasons for and against all six strategies, risks and next steps.";
}

const para = (words) => el("p", { text: words });
function block(title, node) { return node ? [el("h3", { text: title }), node] : []; }
function list(tag, places) { return places.length ? el(tag, {}, places.map((place) => el("li", { text: sentence(text(place)) }))) : null; }

function cellText(place) {
  const c = report.data.cells, i = place - 1;
  if (c.place[i]) return text(c.place[i]);
  const sheet = c.sheet[i] !== c.file[i] ? text(c.sheet[i]) : "";
  const where = [text(c.file[i]), sheet, c.row[i] ? "row " + c.row[i] : "", text(c.header[i])].filter(Boolean).join(" \u203A ");
  return where + (c.original[i] ? " = " + text(c.original[i]) : "") + (c.transform[i] ? " (" + text(c.transform[i]) + ")" : "");
}
const cellList = (places) => el("ul", { cls: "evidence" }, places.map((place) => el("li", { text: cellText(place) })));
function sources(places) {
  return places.length ? el("details", { cls: "sources" }, [el("summary", { text: plural(places.length, "cell") }), cellList(places)]) : null;
}

function ranking(flat) {
  if (!flat.length) return null;
  const entries = [];
  for (let i = 0; i < flat.length;) {
    const entry = { name: text(flat[i]), score: flat[i + 1], allowed: flat[i + 2], reasons: [] };
    let left = flat[i + 3];
    for (i += 4; left > 0; left -= 1) {
      const count = flat[i + 2];
      entry.reasons.push([text(flat[i]), flat[i + 1], flat.slice(i + 3, i + 3 + count)]);
      i += 3 + count;
    }
    entries.push(entry);
  }
  const top = Math.max(...entries.map((e) => Math.abs(Number(e.score) || 0)), 0.0001);
  return el("ol", { cls: "rank" }, entries.map((e) => {
    const bar = el("div", { cls: "b-" + e.name });
    bar.style.width = (e.allowed ? Math.max(0, 100 * e.score / top) : 0) + "%";
    const line = el("div", { cls: "rank-line" }, [badge(e.name), el("div", { cls: "track" }, [bar]), el("span", { cls: "score", text: e.allowed ? Number(e.score).toFixed(2) + " points" : "not possible" })]);
    const why = el("ul", { cls: "why" }, e.reasons.map(([words, points, cells]) => el("li", {}, [sentence(words) + (points ? " (" + (points > 0 ? "+" : "") + points + ")" : "") + " ", sources(cells)])));
    return el("li", {}, [line, e.reasons.length ? why : null]);
  }));
}

function risks(flat) {
  const items = [];
  for (let i = 0; i < flat.length;) {
    const count = flat[i + 4], cells = flat.slice(i + 5, i + 5 + count);
    items.push(el("li", {}, [badge(text(flat[i])), " ", flat[i + 1] ? sentence(text(flat[i + 1])) + ": " : "", text(flat[i + 2]) + " ",
      flat[i + 3] ? el("div", { cls: "names", text: "Mitigation: " + text(flat[i + 3]) }) : null, sources(cells)]));
    i += 5 + count;
  }
  return items.length ? el("ul", { cls: "plain" }, items) : null;
}

function bands(effort, cost) {
  const line = (name, [low, high, word, basis], unit) => el("li", {}, [el("b", { text: name + ": " }), low === null ? "not known" : range(low, high, unit), basis ? el("span", { cls: "names", text: " (" + text(basis) + ")" }) : ""]);
  const items = [effort.length ? line("Work" + (effort[2] ? ", " + text(effort[2]) : ""), effort, "person days") : null, cost.length ? line("Running cost", cost, text(cost[2]) + " a month") : null];
  return items.some(Boolean) ? el("ul", {}, items) : null;
}

function waveText(wave, i) {
  const d = report.data.dossiers, together = d.together[i].map(text);
  return (wave ? "Wave " + wave + ": " : "Does not move: ") + text(d.wave_reason[i]).replace(/\.$/, "") + (together.length ? ". In one step with " + together.join(", ") : "") + ".";
}

// A flow is what a neighbour is; what else tells of it is said.
const KINDS = { flow: "", relation: "", text: "named in a text", mention: "named by one side" };
function neighbourLists(at) {
  const n = neighbours(at), parts = [];
  const names = (title, pairs) => pairs.length && parts.push(el("p", {}, [el("b", { text: title + " " }), ...pairs.flatMap(([place, kind], i) => [i ? ", " : "", link(place), (KINDS[text(kind)] ?? text(kind)) ? el("span", { cls: "names", text: " (" + (KINDS[text(kind)] ?? text(kind)) + ")" }) : ""])]));
  names("Needs", n.needs);
  names("Is needed by", n.needed);
  names("Goes with", n.goes);
  if (n.loose.length) parts.push(el("p", {}, [el("b", { text: "Named, but in no inventory: " }), n.loose.map(([words, out]) => text(words) + (out ? "" : " (needs it)")).join(", ")]));
  return parts.length ? el("div", {}, parts) : null;
}

function disputes(i) {
  const mine = report.data.dossiers.disputes.filter((d) => d[0] === i);
  return mine.length ? el("ul", {}, mine.map(([, field, of, stands, cell, lost, other, why]) => el("li", {}, [
    el("b", { text: text(field) + (of ? " of " + text(of) : "") + ": " }), text(stands) + " stands, " + text(lost) + " lost (" + text(why) + ") ", sources([cell, other]),
  ]))) : null;
}

function historyOf(i) {
  const mine = report.data.dossiers.history.filter((h) => h[0] === i);
  return mine.length ? el("ol", {}, mine.map(([, time, by, action, strategy, reason]) => el("li", {}, [
    text(time) + " UTC, " + (text(by) || "run") + ": " + text(action) + (strategy ? " " + text(strategy) : "") + (reason ? ". " + text(reason) : ""),
  ]))) : null;
}

function attributesOf(i) {
  const a = report.data.attributes, width = a.labels.length;
  const body = el("tbody", {}, a.labels.map((label, column) => {
    const place = i * width + column, state = a.states[a.state[place]], open = state === "missing" || state === "asked";
    return el("tr", {}, [
      el("th", { text: label, set: { scope: "row" } }), el("td", { cls: "state " + (open ? "missing" : ""), text: state }),
      el("td", {}, [text(a.value[place]) || (open ? text(a.question[place]) : ""), a.rule[place] ? el("div", { cls: "names", text: text(a.rule[place]) }) : null]),
      el("td", { cls: "evidence", text: a.cell[place] ? cellText(a.cell[place]) : "" }),
    ]);
  }));
  const head = el("thead", {}, [el("tr", {}, ["Attribute", "State", "What is known, or the question", "Source cell"].map((words) => el("th", { text: words, set: { scope: "col" } })))]);
  const caption = el("caption", { cls: "unseen", text: "The critical attributes with their source cells" });
  return width ? el("div", { cls: "scroll", set: { role: "region", tabindex: "0", "aria-label": "The critical attributes" } }, [el("table", { cls: "attributes" }, [caption, head, body])]) : null;
}
