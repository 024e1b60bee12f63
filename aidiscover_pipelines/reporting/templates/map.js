// The dependency map: a canvas that is dragged and zoomed, and beside it the chosen application's neighbours as links,
// which say the same without the picture.

const map = { scale: 1, x: 0, y: 0, chosen: null, near: new Set(), pointers: new Map(), at: new Map() };
const NODE = 0.34; // radius, where two applications in a column stand 1 apart
const LETTERS = { rehost: "H", replatform: "P", refactor: "F", repurchase: "B", retire: "X", retain: "T" };

function startMap() {
  map.canvas = document.getElementById("map");
  if (!map.canvas || !report.data.map.row.length) return;
  map.context = map.canvas.getContext("2d");
  const m = report.data.map, e = report.data.edges;
  m.row.forEach((place, i) => map.at.set(place, i));
  map.edges = e.source.map((from, i) => [map.at.get(from), map.at.get(e.target[i])]).filter(([a, b]) => a !== undefined && b !== undefined && a !== b);
  map.wide = Math.max(...m.lanes.map(([, x, columns]) => x + columns * m.step), 1);
  new ResizeObserver(() => { fitMap(); drawMap(); }).observe(map.canvas);
  ["light", "dark"].forEach((scheme) => matchMedia("(prefers-color-scheme: " + scheme + ")").addEventListener("change", drawMap));
  listenToMap();
  listenToSearch();
  fitMap();
  drawMap();
}

function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }

function fitMap() {
  const box = map.canvas.getBoundingClientRect(), dots = window.devicePixelRatio || 1;
  map.canvas.width = Math.round(box.width * dots);
  map.canvas.height = Math.round(box.height * dots);
  map.width = box.width;
  map.height = box.height;
  map.least = Math.min(box.width / (map.wide + 2), box.height / (report.data.map.height + 4));
  map.scale = map.least;
  map.x = (box.width - map.scale * (map.wide - report.data.map.step / 2)) / 2;
  map.y = (box.height - map.scale * report.data.map.height) / 2 + map.scale;
}

function drawMap() {
  const c = map.context, m = report.data.map, dots = window.devicePixelRatio || 1;
  const ink = colour("ink"), soft = colour("soft"), line = colour("edge"), accent = colour("accent"), paper = colour("paper");
  c.setTransform(dots, 0, 0, dots, 0, 0);
  c.fillStyle = paper;
  c.fillRect(0, 0, map.width, map.height);
  const px = (i) => map.x + m.x[i] * map.scale, py = (i) => map.y + m.y[i] * map.scale;
  c.lineWidth = 1;
  c.strokeStyle = line;
  c.globalAlpha = Math.max(0.03, Math.min(map.chosen === null ? 0.55 : 0.18, 800 / map.edges.length)); // many lines add up to grey
  c.beginPath();
  map.edges.forEach(([a, b]) => { c.moveTo(px(a), py(a)); curve(c, px(a), py(a), px(b), py(b)); });
  c.stroke();
  c.globalAlpha = 1;
  if (map.chosen !== null) {
    [[accent, [], (a) => a === map.chosen], [ink, [5, 4], (a, b) => b === map.chosen]].forEach(([paint, dash, is]) => {
      c.strokeStyle = paint;
      c.setLineDash(dash);
      c.lineWidth = 2;
      c.beginPath();
      map.edges.forEach(([a, b]) => { if (is(a, b)) { c.moveTo(px(a), py(a)); curve(c, px(a), py(a), px(b), py(b)); } });
      c.stroke();
    });
    c.setLineDash([]);
  }
  const radius = Math.max(NODE * map.scale, 1.5);
  m.row.forEach((place, i) => {
    const x = px(i), y = py(i);
    if (x < -60 || y < -20 || x > map.width + 20 || y > map.height + 20) return;
    const faint = map.chosen !== null && i !== map.chosen && !map.near.has(i);
    c.globalAlpha = faint ? 0.3 : 1;
    c.fillStyle = colourOf(told("strategy", place));
    c.beginPath();
    c.arc(x, y, i === map.chosen ? radius + 3 : radius, 0, 7);
    c.fill();
    if (told("risk", place) === "high" && radius > 3) { c.strokeStyle = colourOf("high"); c.lineWidth = 2; c.stroke(); }
    if (radius > 6) { c.fillStyle = colourOf("on"); c.font = "600 " + Math.round(radius * 1.2) + "px sans-serif"; c.textAlign = "center"; c.textBaseline = "middle"; c.fillText(LETTERS[told("strategy", place)] || "", x, y + 0.5); }
    if (map.scale > 13 || i === map.chosen || (map.near.has(i) && map.near.size < 40)) label(c, row("name", place), x + radius + 4, y, ink, paper, i === map.chosen || map.near.has(i));
  });
  c.globalAlpha = 1;
  c.textAlign = "left";
  c.textBaseline = "alphabetic";
  c.font = "600 12px sans-serif";
  let free = -Infinity;
  m.lanes.forEach(([name, x]) => {
    const short = map.scale * m.step < 46 ? name.replace("Wave ", "") : name, left = map.x + (x - 0.5) * map.scale;
    if (left < free) return;
    c.fillStyle = soft;
    c.fillText(short, left, Math.max(14, map.y - 1.2 * map.scale));
    free = left + c.measureText(short).width + 6;
  });
}

// Colours are looked up once for each theme: asking for 20,000 of them takes longer than drawing.
const paints = new Map();
function colourOf(name) {
  const key = name + matchMedia("(prefers-color-scheme: dark)").matches;
  if (!paints.has(key)) paints.set(key, colour(name.replace(/[^a-z]/g, "-")) || colour("soft"));
  return paints.get(key);
}

function curve(c, x1, y1, x2, y2) {
  if (Math.abs(x2 - x1) > map.scale) c.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
  else c.quadraticCurveTo(x1 + 1.2 * map.scale, (y1 + y2) / 2, x2, y2);
}

function label(c, words, x, y, ink, paper, strong) {
  const m = report.data.map, room = m.step + (m.lanes.every((lane) => lane[2] === 1) ? m.gap : 0);
  const limit = Math.max(4, Math.floor((room * map.scale - 24) / 6.4));
  const shown = strong || words.length <= limit ? words : words.slice(0, limit - 1) + "\u2026";
  c.font = (strong ? "600 " : "") + "12px sans-serif";
  c.textAlign = "left";
  c.textBaseline = "middle";
  const alpha = c.globalAlpha;
  c.globalAlpha = strong ? 1 : 0.7 * alpha;
  c.fillStyle = paper;
  c.fillRect(x - 1, y - 7, c.measureText(shown).width + 2, 14);
  c.globalAlpha = alpha;
  c.fillStyle = ink;
  c.fillText(shown, x, y);
}

function zoom(factor, x, y) {
  const scale = Math.min(Math.max(map.scale * factor, map.least * 0.8), 60), by = scale / map.scale;
  map.x = x - (x - map.x) * by;
  map.y = y - (y - map.y) * by;
  map.scale = scale;
  drawMap();
}

function listenToMap() {
  const spot = (event) => { const box = map.canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  let moved = 0;
  map.canvas.addEventListener("wheel", (event) => { if (!event.ctrlKey && document.activeElement !== map.canvas) return; event.preventDefault(); zoom(Math.exp(-event.deltaY / 300), ...spot(event)); }, { passive: false });
  map.canvas.addEventListener("pointerdown", (event) => { map.pointers.set(event.pointerId, spot(event)); map.canvas.setPointerCapture(event.pointerId); moved = 0; });
  map.canvas.addEventListener("pointermove", (event) => {
    if (!map.pointers.has(event.pointerId)) return;
    const [x, y] = spot(event), [was, wasY] = map.pointers.get(event.pointerId);
    const others = [...map.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    moved += Math.abs(x - was) + Math.abs(y - wasY);
    map.pointers.set(event.pointerId, [x, y]);
    if (others.length) zoom(Math.hypot(x - others[0][0], y - others[0][1]) / Math.max(Math.hypot(was - others[0][0], wasY - others[0][1]), 1), (x + others[0][0]) / 2, (y + others[0][1]) / 2);
    else { map.x += x - was; map.y += y - wasY; drawMap(); }
  });
  const lift = (event) => { map.pointers.delete(event.pointerId); };
  map.canvas.addEventListener("pointercancel", lift);
  map.canvas.addEventListener("pointerup", (event) => { lift(event); if (moved < 6) choose(nodeAt(...spot(event))); });
  map.canvas.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (moves[event.key]) { map.x += moves[event.key][0]; map.y += moves[event.key][1]; drawMap(); }
    else if (event.key === "+" || event.key === "=") zoom(1.3, map.width / 2, map.height / 2);
    else if (event.key === "-") zoom(1 / 1.3, map.width / 2, map.height / 2);
    else if (event.key === "0") { fitMap(); drawMap(); }
    else if (event.key === "Escape") choose(null);
    else return;
    event.preventDefault();
  });
  document.getElementById("map-in").addEventListener("click", () => zoom(1.4, map.width / 2, map.height / 2));
  document.getElementById("map-out").addEventListener("click", () => zoom(1 / 1.4, map.width / 2, map.height / 2));
  document.getElementById("map-fit").addEventListener("click", () => { fitMap(); drawMap(); });
}

function nodeAt(x, y) {
  const m = report.data.map;
  let best = null, least = Math.max(NODE * map.scale + 4, 8);
  m.row.forEach((_, i) => { const far = Math.hypot(map.x + m.x[i] * map.scale - x, map.y + m.y[i] * map.scale - y); if (far < least) { least = far; best = i; } });
  return best;
}

function choose(node) {
  map.chosen = node;
  map.near = new Set();
  if (node !== null) map.edges.forEach(([a, b]) => { if (a === node) map.near.add(b); if (b === node) map.near.add(a); });
  const panel = document.getElementById("map-chosen");
  if (node === null) panel.replaceChildren(el("p", { cls: "names", text: "No application is chosen." }));
  else {
    const at = report.data.map.row[node];
    panel.replaceChildren(el("h3", {}, [link(at)]), el("p", {}, [badge(told("strategy", at)), " ", badge(told("risk", at)), " ", row("wave", at) ? "wave " + row("wave", at) : "does not move"]), neighbourLists(at) || "");
  }
  drawMap();
}

function listenToSearch() {
  const input = document.getElementById("map-search"), results = document.getElementById("map-results");
  input.addEventListener("input", () => {
    const words = input.value.trim().toLowerCase();
    const found = words ? report.data.map.row.map((place, i) => [place, i]).filter(([place]) => row("name", place).toLowerCase().includes(words)).slice(0, 12) : [];
    results.replaceChildren(...found.map(([place, i]) => {
      const button = el("button", { text: row("name", place), set: { type: "button" } });
      button.addEventListener("click", () => { centre(i); choose(i); });
      return el("li", {}, [button]);
    }));
    if (words && !found.length) results.replaceChildren(el("li", { cls: "names", text: "No application with a known neighbour has that name." }));
  });
}

function centre(node) {
  const m = report.data.map;
  map.scale = Math.max(map.scale, 16);
  map.x = map.width / 2 - m.x[node] * map.scale;
  map.y = map.height / 2 - m.y[node] * map.scale;
}
