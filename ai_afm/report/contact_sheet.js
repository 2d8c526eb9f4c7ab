"use strict";
const CARDS = JSON.parse(document.getElementById("cards").textContent);
const AT_ONCE = 60; // cards in the page at a time: thousands of pictures would make it slow
const SVG = "http://www.w3.org/2000/svg";
const by = (id) => document.getElementById(id);
let start = 0;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function vector(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

function picture(card, content, words) {
  const [width, height] = card.size;
  const svg = vector("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words });
  svg.append(vector("image", { href: "data:image/jpeg;base64," + content, width: width, height: height }));
  return svg;
}

function walls(card, svg) {
  // pictures are in px, lines in tenths of them
  for (const kind of ["rim", "line"])
    for (const [code, d] of Object.entries(card.lines))
      svg.append(vector("path", { d: d, transform: "scale(0.1)", class: kind === "rim" ? `rim r${code}` : `line c${code}` }));
  if (!card.bar) return;
  const [long, label] = card.bar, low = card.size[1] - 6;
  const wide = Math.max(long, 7 * label.length) + 12;
  svg.append(
    vector("rect", { x: 5, y: low - 21, width: wide, height: 22, fill: "#1d2733", opacity: 0.66, rx: 2 }),
    vector("rect", { x: 5 + (wide - long) / 2, y: low - 5, width: long, height: 3, fill: "#fff" }),
    vector("text", { x: 5 + wide / 2, y: low - 8, fill: "#fff", "font-size": 11, "text-anchor": "middle" }, label),
  );
}

function drawn(card) {
  const channel = picture(card, card.image, `${card.channel} of ${card.name} with its walls`);
  walls(card, channel);
  const doubt = picture(card, card.uncertainty, `uncertainty of ${card.name}`);
  const numbers = element("dl", { class: "numbers" });
  for (const [name, text] of card.numbers) numbers.append(element("dt", {}, name), element("dd", {}, text));
  const links = element("p", { class: "links" });
  for (const [name, file] of Object.entries(card.links)) links.append(element("a", { href: file }, name));
  const made = element("article", { class: card.ood ? "card ood" : "card" });
  if (card.ood) made.append(element("span", { class: "badge" }, "unlike the training data: do not rely on it"));
  made.append(
    element("h3", {}, card.name),
    element("p", { class: "caption" }, card.caption),
    element("div", { class: "pictures" },
      element("figure", {}, channel, element("figcaption", {}, card.channel)),
      element("figure", {}, doubt, element("figcaption", {}, "uncertainty"), numbers)),
    links,
  );
  return made;
}

const WANTED = {
  all: () => true,
  ood: (c) => c.ood,
  known: (c) => !c.ood,
  lines: (c) => Object.keys(c.lines).length > 0,
  none: (c) => Object.keys(c.lines).length === 0,
};

function chosen() {
  const text = by("find").value.trim().toLowerCase();
  const wanted = WANTED[by("show").value];
  const kept = CARDS.filter((c) => wanted(c) && c.name.toLowerCase().includes(text));
  const key = Number(by("sort").value), sign = by("down").checked ? -1 : 1;
  const value = (c) => (key < 0 ? c.name : c.numbers[key][2]);
  return kept.sort((a, b) => {
    const x = value(a), y = value(b);
    // what was not measured comes last, whichever way is up
    if (x === null || y === null) return (x === null) - (y === null);
    if (typeof x === "string") return sign * x.localeCompare(y, undefined, { numeric: true });
    return sign * (x - y);
  });
}

function show() {
  const cards = chosen();
  start = Math.max(0, Math.min(start, Math.floor((cards.length - 1) / AT_ONCE) * AT_ONCE));
  const end = Math.min(start + AT_ONCE, cards.length);
  by("grid").replaceChildren(...cards.slice(start, end).map(drawn));
  by("count").textContent = `${cards.length} of ${CARDS.length} frames`;
  by("where").textContent = cards.length ? `${start + 1} to ${end} of ${cards.length}` : "no frame fits";
  by("before").disabled = start === 0;
  by("after").disabled = end >= cards.length;
}

function turn(step) {
  start += step * AT_ONCE;
  show();
  scrollTo(0, 0);
}

const keys = CARDS.length ? CARDS[0].numbers.map((n) => n[0]) : [];
by("sort").append(element("option", { value: -1 }, "name"), ...keys.map((k, i) => element("option", { value: i }, k)));
for (const id of ["find", "show", "sort", "down"]) by(id).addEventListener("input", () => { start = 0; show(); });
for (const box of by("classes").querySelectorAll("input"))
  box.addEventListener("input", () => document.body.classList.toggle("no" + box.dataset.code, !box.checked));
by("before").addEventListener("click", () => turn(-1));
by("after").addEventListener("click", () => turn(1));
show();
