// Cards of numbers: a click on one draws it, its buttons explain it and show the views behind it.
import { COLOURS, component, element, icon, ICONS, say, sheet, sparkline, tr } from "./elements.js";

const STYLE = sheet(`
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr));
  gap: .75rem; margin: 0; padding: 0; list-style: none; color: var(--st-text-color);
  font: 13px/1.3 var(--st-font);
  ${COLOURS} --hover: light-dark(#f6f8fc, #111a2c); }
.cards.four { grid-template-columns: repeat(4, 1fr); }
.card { position: relative; display: grid; grid-template-columns: auto minmax(3rem, 1fr);
  gap: .15rem .75rem; align-content: start; padding: .6rem .8rem .55rem; box-sizing: border-box;
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius, 8px);
  background: var(--st-background-color); min-width: 0; }
.card[data-draws]:hover { background: var(--hover); }
.card.chosen { border-color: var(--st-primary-color); box-shadow: inset 0 0 0 1px var(--st-primary-color); }
.top { grid-column: 1 / -1; display: flex; align-items: center; gap: .25rem; min-height: 22px; }
button { font: inherit; color: inherit; border: 0; padding: 0; background: none; text-align: left; }
.draw { min-width: 0; cursor: pointer; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.draw::after { content: ""; position: absolute; inset: 0; border-radius: inherit; }
.draw[disabled] { cursor: default; color: inherit; }
.chosen .draw { font-weight: 600; }
.small { position: relative; z-index: 1; display: grid; place-items: center; width: 22px;
  height: 22px; flex: none; border-radius: 6px; color: var(--quiet); cursor: pointer; }
.small:hover { background: light-dark(#e8edf5, #223049); color: var(--st-text-color); }
.small svg { width: 15px; height: 15px; }
.rows { margin-left: auto; }
.value { font-size: 22px; font-weight: 650; line-height: 1.15; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.line { width: 100%; height: 26px; align-self: center; color: var(--quiet); overflow: visible; }
.line path { fill: none; stroke: currentColor; stroke-width: 1.5; vector-effect: non-scaling-stroke;
  stroke-linejoin: round; stroke-linecap: round; }
.chosen .line { color: var(--st-primary-color); }
.says { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 0 .5rem; min-height: 17px;
  color: var(--quiet); font-size: 12px; font-variant-numeric: tabular-nums; }
.says > :empty { display: none; }
.change { font-weight: 600; } .better { color: var(--good); } .worse { color: var(--bad); }
.draw:focus-visible { outline: none; }
.draw:focus-visible::after, .small:focus-visible { outline: 2px solid var(--st-primary-color);
  outline-offset: 1px; }
.explanation { position: fixed; inset: auto; margin: 0; max-width: 20rem; padding: .6rem .8rem;
  border: 1px solid var(--st-border-color); border-radius: 8px; color: var(--st-text-color);
  background: var(--st-background-color); box-shadow: 0 6px 24px rgb(0 0 0 / .16);
  font: 13px/1.45 var(--st-font); }
.explanation p { margin: 0 0 .45rem; } .explanation p:last-child { margin: 0; }
[hidden] { display: none !important; }
@media (max-width: 1100px) { .cards.four { grid-template-columns: repeat(2, 1fr); } }
@media (max-width: 640px) { .cards, .cards.four { grid-template-columns: repeat(2, 1fr); gap: .5rem; }
  .card { grid-template-columns: minmax(0, 1fr); } .line { height: 20px; }
  .draw { white-space: normal; } .rows { position: absolute; right: .4rem; top: 2.7rem; } }
@media (hover: hover) { .rows { opacity: 0; } .card:hover .rows, .rows:focus-visible { opacity: 1; } }
@media (hover: none) { .small { width: 32px; height: 32px; } }
@media print { .small, .explanation { display: none; } .card { break-inside: avoid; }
  .cards { grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); }
  .cards.four { grid-template-columns: repeat(4, 1fr); } }
`);
class Cards {
  constructor(root) {
    root.adoptedStyleSheets = [STYLE];
    this.list = element("ul", "cards", root);
    this.help = element("div", "explanation", root);
    this.help.id = "explanation";
    this.help.popover = "manual";
    this.help.setAttribute("role", "tooltip");
    this.cards = new Map();
    addEventListener("scroll", (this.leave = () => this.explain(null)), true);
  }

  show(data, tell) {
    this.tell = tell;
    this.list.classList.toggle("four", data.cards.length % 4 === 0);
    const kept = new Set(data.cards.map((card) => card.name));
    for (const [name, item] of this.cards) {
      if (!kept.has(name)) {
        item.remove();
        this.cards.delete(name);
      }
    }
    data.cards.forEach((card, n) => {
      const item = this.cards.get(card.name) ?? this.make(card.name);
      if (this.list.children[n] !== item) this.list.insertBefore(item, this.list.children[n] ?? null);
      this.fill(item, card);
    });
  }

  make(name) {
    const item = element("li", "card");
    item.dataset.name = name;
    const top = element("div", "top", item);
    item.parts = {
      draw: element("button", "draw", top),
      explain: small("help", top),
      rows: small("rows", top),
      value: element("div", "value", item),
      line: sparkline(item),
    };
    const says = element("div", "says", item);
    for (const part of ["change", "before", "marks"]) item.parts[part] = element("span", part, says);
    this.cards.set(name, item);
    return item;
  }

  fill(item, card) {
    const { draw, explain, rows, value, line, change, before, marks } = item.parts;
    item.toggleAttribute("data-draws", card.draws);
    item.classList.toggle("chosen", card.chosen);
    say(draw, card.label);
    say(value, card.value);
    say(before, card.before);
    say(marks, card.marks.join(" · "));
    say(change, ["▼ ", "", "▲ "][card.sign + 1] + card.change);
    change.className = `change ${["worse", "", "better"][card.direction + 1]}`;
    line.draw(card.course);
    draw.disabled = !card.draws;
    draw.type = "button";
    if (card.draws) draw.setAttribute("aria-pressed", String(card.chosen));
    draw.onclick = () => this.choose(item, card.name);
    explain.hidden = !card.help.length;
    explain.setAttribute("aria-label", tr("About {metric}", { metric: card.label }));
    explain.onclick = () => this.explain(this.explained === item ? null : item, card);
    // A finger would show it by entering and hide it by the click that follows.
    explain.onpointerenter = byMouse(() => this.explain(item, card));
    explain.onpointerleave = byMouse(() => this.explain(null));
    explain.onfocus = () => {
      if (explain.matches(":focus-visible")) this.explain(item, card);
    };
    explain.onblur = () => this.explain(null);
    explain.onkeydown = (event) => {
      if (event.key === "Escape") this.explain(null); // no value: `false` would take the key away
    };
    rows.hidden = !card.rows;
    rows.title = card.rows;
    rows.setAttribute("aria-haspopup", "dialog");
    rows.setAttribute("aria-label", `${card.rows}: ${card.label}`);
    rows.onclick = () => this.tell("rows", card.name);
  }

  choose(chosen, name) {
    for (const item of this.cards.values()) item.classList.toggle("chosen", item === chosen);
    this.tell("drawn", name);
  }

  explain(item, card) {
    this.explained?.parts.explain.removeAttribute("aria-describedby");
    this.explained = item;
    if (!item) return this.help.hidePopover();
    item.parts.explain.setAttribute("aria-describedby", this.help.id);
    this.help.replaceChildren();
    for (const text of card.help) say(element("p", "", this.help), text);
    this.help.showPopover();
    const at = item.parts.explain.getBoundingClientRect(), own = this.help.getBoundingClientRect();
    const below = at.bottom + 6 + own.height < innerHeight;
    this.help.style.left = `${Math.max(8, Math.min(at.left - 12, innerWidth - own.width - 8))}px`;
    this.help.style.top = `${below ? at.bottom + 6 : at.top - own.height - 6}px`;
  }

  remove() {
    removeEventListener("scroll", this.leave, true);
  }
}

const byMouse = (act) => ({ pointerType }) => {
  if (pointerType === "mouse") act();
};

function small(name, parent) {
  const button = element("button", `small ${name}`, parent);
  button.type = "button";
  icon(ICONS[name], button);
  return button;
}

export default component(Cards);
