"use strict";
// The data of the page and how it is put on it. Texts of files are set as text only, never as markup.

// Columns of `rows` are by application; numbers in the other parts are places in `texts`. See island.py.
const report = { data: null, selected: null };

async function unpack() {
  const bytes = Uint8Array.from(atob(document.getElementById("data").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function el(tag, options, children) {
  const node = document.createElement(tag);
  const o = options || {};
  if (o.cls) node.className = o.cls;
  if (o.text !== undefined && o.text !== null) node.textContent = String(o.text);
  Object.entries(o.set || {}).forEach(([name, value]) => node.setAttribute(name, value));
  (children || []).forEach((child) => child && node.append(child));
  return node;
}

const text = (place) => report.data.texts[place];
const row = (column, at) => report.data.rows[column][at];
const told = (column, at) => text(row(column, at));
const percent = (value) => (value === null ? "" : value + " %");
const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);
const plural = (count, noun) => count.toLocaleString("en") + " " + noun + (count === 1 ? "" : "s");
const range = (low, high, unit) => (low === high ? low.toLocaleString("en") : low.toLocaleString("en") + " to " + high.toLocaleString("en")) + " " + unit;
const waveName = (wave) => (wave === null ? "" : wave === 0 ? "no move" : String(wave));
const SIGNS = { high: "\u25B2 ", medium: "\u25C6 ", low: "\u25CF " };
const badge = (words) => (words ? el("span", { cls: "badge b-" + words.replace(/[^a-z]/g, "-"), text: (SIGNS[words] || "") + words }) : null);
const link = (at) => el("a", { text: row("name", at), set: { href: "#application=" + encodeURIComponent(row("id", at)) } });

// What an application needs, what needs it, what it goes with; [place, kind] each, and loose ends as texts.
function neighbours(at) {
  if (!report.neighbours) {
    const { source, target, directed, kind, loose } = report.data.edges;
    report.neighbours = new Map();
    const of = (place) => {
      if (!report.neighbours.has(place)) report.neighbours.set(place, { needs: [], needed: [], goes: [], loose: [] });
      return report.neighbours.get(place);
    };
    source.forEach((from, i) => {
      of(from)[directed[i] ? "needs" : "goes"].push([target[i], kind[i]]);
      of(target[i])[directed[i] ? "needed" : "goes"].push([from, kind[i]]);
    });
    loose.forEach(([place, words, outgoing]) => of(place).loose.push([words, outgoing]));
  }
  return report.neighbours.get(at) || { needs: [], needed: [], goes: [], loose: [] };
}

function start() {
  const failed = document.getElementById("script-failed");
  if (typeof DecompressionStream === "undefined") {
    failed.textContent = "This browser cannot unpack the data in the page (it is older than 2023). Everything above and below is complete; the table, the map and the dossiers need a newer one, or the workbook beside this file.";
    return;
  }
  unpack().then((data) => {
    report.data = data;
    failed.hidden = true;
    startTable();
    startMap();
    startDossiers();
    const section = document.getElementById(location.hash.slice(1)); // what was drawn has moved it
    if (section) section.scrollIntoView({ behavior: "instant" });
  });
}
