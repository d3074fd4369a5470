// A list of values with a bar, a number and a change each; a click on a row picks it.
import { COLOURS, component, element, fold, nothing, say, scrollbar, sheet } from "./elements.js";

const STYLE = sheet(`
.list { font: 13px/1.35 var(--st-font); color: var(--st-text-color); container-type: inline-size;
  ${COLOURS} --bar: light-dark(#dbe7fe, #1d3b70);
  --idle: light-dark(#e8ecf3, #26324a); }
ul { list-style: none; margin: 0; padding: 0; }
.whole { max-height: 26rem; overflow-y: auto; }
${scrollbar(".whole")}
button, input { font: inherit; color: inherit; }
button { border: 0; background: none; cursor: pointer; text-align: left; }
.head, .row { display: grid; grid-template-columns: 1fr auto 3.4rem 4.4rem; gap: .5rem;
  align-items: center; box-sizing: border-box; width: 100%; padding: .2rem .5rem; }
.bare :is(.head, .row) { grid-template-columns: 1fr auto 3.4rem; }
.head { align-items: end; color: var(--quiet); font-size: 12px; line-height: 1.2; }
.row { position: relative; isolation: isolate; min-height: 32px; margin: 1px 0; border-radius: 6px; }
.bar { position: absolute; inset: 0; z-index: -1; border-radius: 6px; background: var(--bar);
  transform: scaleX(var(--width)); transform-origin: left; transition: transform .2s; }
.faded .bar, .missing .bar { background: var(--idle); }
.few .bar { background: repeating-linear-gradient(-45deg, var(--bar) 0 5px, transparent 5px 9px); }
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.missing .name { font-style: italic; }
.number, .share, .change { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
.head .change { white-space: normal; }
.share, .change { color: var(--quiet); }
.better { color: var(--good); } .worse { color: var(--bad); }
.bare .change { display: none; }
.row:focus-visible, .more:focus-visible, input:focus-visible {
  outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
.row[aria-pressed=true] { font-weight: 600; }
.row[aria-pressed=true]::after { content: ""; position: absolute; inset: 0; border-radius: 6px;
  border: 2px solid var(--st-primary-color); pointer-events: none; }
.foot { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center;
  min-height: 32px; padding: .2rem .5rem 0; color: var(--quiet); font-size: 12px; }
.more { margin-left: auto; padding: .3rem 0; color: var(--st-link-color); }
input { box-sizing: border-box; width: 100%; margin-bottom: .4rem; padding: .35rem .6rem;
  border: 1px solid var(--st-border-color); border-radius: 6px;
  background: var(--st-background-color); }
[hidden] { display: none !important; }
@container (max-width: 21rem) {
  .head, .row { grid-template-columns: 1fr auto 4.4rem; }
  .bare :is(.head, .row) { grid-template-columns: 1fr auto 3.4rem; }
  .list:not(.bare) .share { display: none; }
}
@media (hover: hover) { .row:hover .name, .more:hover { text-decoration: underline; } }
@media (hover: none) { .row, .more { min-height: 44px; } }
@media (prefers-reduced-motion: reduce) { .bar { transition: none; } }
@media print { .more, input { display: none; } .row { min-height: 0; break-inside: avoid; }
  .bar { print-color-adjust: exact; } .whole { max-height: none; overflow: visible; } }
`);

class List {
  constructor(root) {
    this.root = root;
    root.adoptedStyleSheets = [STYLE];
    this.box = element("div", "list", root);
    this.search = element("input", "", this.box);
    this.search.type = "search";
    this.search.oninput = () => this.narrow();
    this.head = element("div", "head", this.box);
    this.head.setAttribute("aria-hidden", "true"); // each row says what its numbers are
    this.columns = ["name", "number", "share", "change"].map((name) =>
      element("span", name, this.head));
    this.list = element("ul", "", this.box);
    this.list.onkeydown = (event) => this.move(event);
    this.list.onfocusin = (event) => this.stopAt(event.target);
    this.foot = element("div", "foot", this.box);
    this.rest = element("span", "rest", this.foot);
    this.more = element("button", "more", this.foot);
    this.more.type = "button";
    this.rows = new Map();
  }

  show(data, tell, keep) {
    this.tell = tell;
    const focused = this.root.activeElement;
    this.box.classList.toggle("bare", !data.head[3]);
    this.columns.forEach((column, n) => say(column, data.head[n]));
    this.list.setAttribute("aria-label", data.label);
    this.list.classList.toggle("whole", data.open);
    this.search.hidden = !data.open;
    this.search.placeholder = data.search;
    this.search.setAttribute("aria-label", data.search);
    this.thing = data.thing;
    this.restText = data.rest;
    this.draw(data.rows);
    say(this.more, data.more);
    this.more.hidden = !data.more;
    this.more.setAttribute("aria-expanded", String(data.open));
    this.more.onclick = () => keep("open", !data.open);
    this.narrow();
    this.refocus(focused);
  }

  draw(rows) {
    const kept = new Set(rows.map((row) => row.value));
    for (const [value, item] of this.rows) {
      if (!kept.has(value)) {
        item.remove();
        this.rows.delete(value);
      }
    }
    rows.forEach((row, n) => {
      const item = this.rows.get(row.value) ?? this.make(row.value);
      if (this.list.children[n] !== item) this.list.insertBefore(item, this.list.children[n] ?? null);
      this.fill(item.row, row);
    });
    const all = this.buttons();
    if (all.filter((button) => button.tabIndex === 0).length !== 1 && all[0]) this.stopAt(all[0]);
  }

  make(value) {
    const item = element("li", "");
    const row = (item.row = element("button", "row", item));
    row.type = "button";
    row.tabIndex = -1;
    row.parts = {};
    for (const name of ["bar", "name", "number", "share", "change"]) {
      row.parts[name] = element("span", name, row);
    }
    this.rows.set(value, item);
    return item;
  }

  fill(button, row) {
    const { bar, name, number, share, change } = button.parts;
    say(name, row.name);
    say(number, row.number);
    say(share, row.share);
    say(change, row.change);
    change.className = `change ${row.direction > 0 ? "better" : row.direction < 0 ? "worse" : ""}`;
    bar.style.setProperty("--width", row.width);
    button.className = `row ${row.look}`;
    button.title = [row.name, ...row.hover].join("\n");
    button.searched = row.searched;
    button.setAttribute("aria-pressed", String(row.chosen));
    button.onclick = () => {
      button.setAttribute("aria-pressed", String(!row.chosen)); // at once, before the server says so
      this.tell("picked", row.value);
    };
  }

  narrow() {
    const wanted = this.search.hidden ? "" : fold(this.search.value.trim());
    let found = 0;
    for (const item of this.rows.values()) {
      item.hidden = Boolean(wanted) && !fold(item.row.searched).includes(wanted);
      found += item.hidden ? 0 : 1;
    }
    const rows = this.buttons();
    if (rows.length && !rows.some((row) => row.tabIndex === 0)) this.stopAt(rows[0]);
    say(this.rest, wanted && !found ? nothing(this.thing, this.search.value) : this.restText);
  }

  buttons() {
    return [...this.list.children].filter((item) => !item.hidden).map((item) => item.row);
  }

  // One stop of the Tab key for the list; arrows move within it.
  stopAt(button) {
    for (const item of this.list.children) item.row.tabIndex = item.row === button ? 0 : -1;
  }

  move(event) {
    const all = this.buttons();
    const at = all.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(to, all.length - 1))].focus();
  }

  // An element that is moved loses the focus; where it is gone, the first row has it.
  refocus(focused) {
    if (focused?.classList.contains("row") && this.root.activeElement !== focused) {
      (focused.isConnected ? focused : this.buttons()[0])?.focus({ preventScroll: true });
    }
  }
}

export default component(List);
