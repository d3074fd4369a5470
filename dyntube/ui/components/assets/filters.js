// What the page can be filtered by: a button for each list, and the list when it is open.
import { component, element, fold, icon, ICONS, nothing, say, scrollbar, sheet, tr } from "./elements.js";
import { close, isOpen, LOOK, openAt, opens, place, popup } from "./popup.js";

const STYLE = sheet(`${LOOK}
.bar { display: grid; gap: .2rem; }
.bar .label { margin: .55rem 0 0; font-size: 13px; }
.bar .boxed { width: 100%; justify-content: space-between; }
.bar .boxed span { overflow: hidden; text-overflow: ellipsis; }
.bar .boxed.set { border-color: var(--strong); color: var(--strong); font-weight: 600; }
.bar .more { margin-top: .9rem; }
.panel { width: 22rem; padding: 0; }
.panel:popover-open { display: flex; flex-direction: column; overflow: hidden; max-height: min(34rem, calc(100dvh - 12px)); }
.top { display: grid; gap: .5rem; padding: .8rem .8rem .5rem; }
.title { display: flex; align-items: center; gap: .3rem; min-height: 24px; }
.title button { display: inline-flex; align-items: center; padding: .3rem; }
.signs { display: flex; }
.signs button { flex: 1; min-height: 30px; text-align: center; border: 1px solid var(--st-border-color);
  border-radius: 0; margin-left: -1px; }
.signs button:first-child { border-radius: 8px 0 0 8px; margin-left: 0; }
.signs button:last-child { border-radius: 0 8px 8px 0; }
.signs [aria-pressed=true] { background: var(--chosen); color: var(--strong); font-weight: 600; }
.list { overflow-y: auto; overscroll-behavior: contain; padding: 0 .4rem .2rem; flex: 1 1 auto; }
${scrollbar(".list")}
.row { display: grid; grid-template-columns: auto 1fr auto; gap: .55rem; align-items: center; width: 100%;
  min-height: 32px; padding: 0 .5rem; box-sizing: border-box; cursor: pointer; border-radius: 6px;
  content-visibility: auto; contain-intrinsic-height: 32px; }
.row .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row .count { color: var(--quiet); font-variant-numeric: tabular-nums; text-align: right; }
.row[aria-selected=true] .name, .row.set .name { font-weight: 600; }
.box { width: 18px; height: 18px; box-sizing: border-box; border-radius: 4px; display: grid; place-items: center;
  border: 1.5px solid var(--quiet); position: relative; color: var(--st-background-color); }
.box::after { content: ""; position: absolute; inset: -10px -8px; } /* a larger target */
.box svg { width: 12px; height: 12px; stroke-width: 2.4; visibility: hidden; }
[aria-selected=true] .box { background: var(--strong); border-color: var(--strong); }
[aria-selected=true] .box svg { visibility: visible; }
.single .box { border-radius: 50%; }
.foot { padding: .5rem .8rem .7rem; color: var(--quiet); font-size: 12px; display: flex; gap: .5rem;
  align-items: center; justify-content: space-between; border-top: 1px solid var(--st-border-color); }
.foot .main { display: none; }
@media (min-width: 641px) { .foot:has(> span:empty) { display: none; } .list { padding-bottom: .4rem; } }
@media (hover: hover) { .row:hover { background: var(--soft); } }
@media (max-width: 640px) { .panel { padding: 0; } .panel:popover-open { max-height: 82dvh; }
  .row { min-height: 44px; contain-intrinsic-height: 44px; } .signs button { min-height: 44px; }
  .title button { padding: .8rem; margin: -.4rem 0 -.4rem -.6rem; }
  .foot .main { display: block; } .foot { padding-bottom: calc(.7rem + env(safe-area-inset-bottom)); } }
`);
const ZONE = "zone";

class Filters {
  constructor(root) {
    this.root = root;
    root.adoptedStyleSheets = [STYLE];
    this.bar = element("div", "part bar", root);
    this.buttons = new Map();
    this.panel = popup(root, "panel", tr("Filters"));
    const top = element("div", "top", this.panel);
    const title = element("div", "title", top);
    this.up = element("button", "", title);
    icon(ICONS.left, this.up);
    this.up.type = "button";
    this.up.setAttribute("aria-label", tr("All filters"));
    this.up.onclick = () => this.menu(this.panel.rect);
    this.title = element("h2", "", title);
    this.signs = element("div", "signs", top);
    this.signs.setAttribute("role", "group");
    this.signs.setAttribute("aria-label", tr("Condition"));
    this.field = element("input", "", top);
    this.field.type = "search";
    this.field.oninput = () => this.narrow();
    this.field.onkeydown = (event) => this.typed(event);
    this.list = element("div", "list", this.panel);
    this.list.onkeydown = (event) => this.move(event);
    this.list.onclick = (event) => this.clicked(event);
    const foot = element("div", "foot", this.panel);
    this.note = element("span", "", foot);
    const done = element("button", "main", foot);
    done.type = "button";
    say(done, tr("Done"));
    done.onclick = () => close(this.panel);
    this.panel.addEventListener("toggle", ({ newState }) => newState === "closed" && this.closed());
    this.asked = (event) => this.open(event.detail.by, event.detail.operator, event.detail.rect);
    this.menuAsked = (event) => this.menu(event.detail);
    document.addEventListener("dyntube:filter", this.asked);
    document.addEventListener("dyntube:filters", this.menuAsked);
  }

  show(data, tell) {
    [this.data, this.tell] = [data, tell];
    this.sent ??= data.number;
    for (const { by, name } of data.lists) this.button(by, name);
    this.button("", "", (rect) => this.menu(rect));
    this.button(ZONE, data.zone.name);
    for (const { by, text, set } of data.lists) this.label(by, text, set);
    this.label("", data.more, false);
    this.label(ZONE, data.zone.text, false);
    this.buttons.get(ZONE).title = data.zone.help;
    const { open } = data;
    if (this.now && open && open.by === this.now.by && open.operator === this.now.operator) this.draw(open);
    else if (!this.now && isOpen(this.panel)) this.drawMenu(this.field.value);
  }

  button(by, name, open = (rect) => this.open(by, "is", rect)) {
    if (this.buttons.has(by)) return;
    if (name) {
      const label = element("div", "label", this.bar);
      say(label, name);
      label.setAttribute("aria-hidden", "true"); // the button says it
    }
    const button = element("button", by ? "boxed" : "boxed more", this.bar);
    button.type = "button";
    button.dataset.by = by || "more";
    button.name_ = name;
    element("span", "", button);
    icon(by ? ICONS.down : ICONS.filters, button);
    opens(button, this.panel, open);
    this.buttons.set(by, button);
  }

  label(by, text, set) {
    const button = this.buttons.get(by);
    say(button.firstChild, text);
    button.classList.toggle("set", set);
    button.setAttribute("aria-label", button.name_ ? `${button.name_}: ${text}` : text);
  }

  // The list of all there is to filter by.
  menu(rect) {
    const wasOpen = this.now;
    this.now = null;
    if (wasOpen) this.tell("opened", { by: "", operator: "is" });
    this.drawMenu();
    openAt(this.panel, rect);
    this.focus();
  }

  all() {
    const { dimensions, zone } = this.data;
    return [...dimensions, { by: ZONE, name: zone.name, noun: tr("time zone"), set: zone.text }];
  }

  drawMenu(text = "") {
    say(this.title, tr("Filters"));
    this.panel.setAttribute("aria-label", tr("Filters"));
    this.up.hidden = this.signs.hidden = true;
    this.start(tr("Search filters"), text, false);
    this.thing = tr("filter");
    const rows = this.all();
    this.rows(rows.map(({ by, name, set }) => ({ value: by, name, count: set, link: true })), []);
    say(this.note, "");
  }

  // The values of one of them; they come when the server has counted them.
  open(by, operator, rect) {
    this.now = { by, operator };
    [this.order, this.chosen, this.entered] = [null, null, ""];
    this.noteText = tr("Loading …");
    const named = this.all().find((one) => one.by === by);
    this.thing = named?.noun ?? by;
    const title = named?.name ?? by;
    say(this.title, title);
    this.panel.setAttribute("aria-label", tr("Filter by {dimension}", { dimension: title }));
    this.up.hidden = false;
    this.signs.hidden = by === ZONE;
    this.drawSigns();
    const contains = operator === "contains";
    this.start(contains ? tr("Part of the name, then Enter") : tr("Search"), "", by === ZONE);
    this.rows([], []);
    openAt(this.panel, rect);
    this.focus();
    this.tell("opened", { by, operator });
  }

  start(placeholder, value, isSingle) {
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
    this.field.value = value;
    this.list.classList.toggle("single", isSingle);
  }

  drawSigns() {
    this.data.operators.forEach(({ value, name }, n) => {
      const button = this.signs.children[n] ?? element("button", "", this.signs);
      button.type = "button";
      say(button, name);
      button.setAttribute("aria-pressed", String(value === this.now.operator));
      button.onclick = () => value !== this.now.operator && this.open(this.now.by, value, this.panel.rect);
    });
  }

  draw(open) {
    this.parameter = open.parameter;
    // Of several ticks in a row, the answer to the first does not know the others.
    if (!this.chosen || this.data.number >= this.sent) this.chosen = open.chosen;
    const chosen = new Set(this.chosen);
    const rows = open.rows.map(([value, name, count]) => ({ value, name, count }));
    // Those chosen come first when a list opens; afterwards every row stays where it is.
    const place = this.order ?? new Map([...rows.filter((row) => chosen.has(row.value)),
      ...rows.filter((row) => !chosen.has(row.value))].map((row, n) => [row.value, n]));
    this.order = place;
    rows.sort((one, other) => (place.get(one.value) ?? 1e9) - (place.get(other.value) ?? 1e9));
    this.noteText = open.note;
    this.rows(rows, this.chosen);
    this.place();
    if (this.entered) this.send([...this.chosen, this.entered], false);
  }

  rows(rows, chosen) {
    const isMenu = Boolean(rows[0]?.link);
    this.list.setAttribute("role", isMenu ? "group" : "listbox");
    if (isMenu) this.list.removeAttribute("aria-multiselectable");
    else this.list.setAttribute("aria-multiselectable", String(this.now?.by !== ZONE));
    this.list.setAttribute("aria-label", this.title.textContent);
    const before = this.root.activeElement?.dataset?.value;
    const had = this.root.activeElement?.classList.contains("row");
    this.list.replaceChildren(...rows.map((row) => this.row(row, chosen.includes(row.value))));
    this.narrow();
    if (had) ([...this.list.children].find((row) => row.dataset.value === before) ?? this.field).focus();
  }

  row({ value, name, count, link }, chosen) {
    const row = element(link ? "button" : "div", "row");
    const box = element("span", link ? "" : "box", row);
    if (!link) icon(ICONS.tick, box);
    say(element("span", "name", row), name);
    say(element("span", "count", row), count);
    row.title = name;
    row.dataset.value = value;
    row.tabIndex = -1;
    if (link) row.classList.toggle("set", Boolean(count));
    else {
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", String(chosen));
    }
    return row;
  }

  narrow() {
    const wanted = this.now?.operator === "contains" ? "" : fold(this.field.value.trim());
    for (const row of this.list.children) row.hidden = !fold(row.title).includes(wanted);
    const all = this.seen();
    for (const row of this.list.children) row.tabIndex = row === all[0] ? 0 : -1;
    const none = wanted && !all.length ? nothing(this.thing, this.field.value) : "";
    if (this.now) say(this.note, none || this.noteText || "");
    else say(this.note, none);
  }

  seen() {
    return [...this.list.children].filter((row) => !row.hidden);
  }

  clicked(event) {
    const row = event.target.closest(".row");
    if (!row) return;
    if (!this.now) this.open(row.dataset.value, this.operatorOf(row.dataset.value), this.panel.rect);
    else this.toggle(row, Boolean(event.target.closest(".box")));
  }

  operatorOf(by) {
    return this.data.dimensions.find((one) => one.by === by)?.operator ?? "is";
  }

  // A name is chosen and the list closes; a box is ticked and the list stays open for more.
  toggle(row, stays) {
    const { value } = row.dataset;
    const isZone = this.now.by === ZONE;
    const rest = this.chosen.filter((other) => other !== value);
    const values = isZone ? [value] : rest.length < this.chosen.length ? rest : [...this.chosen, value];
    row.setAttribute("aria-selected", String(values.includes(value)));
    this.send(values, stays && !isZone);
  }

  send(values, stays) {
    this.chosen = values;
    if (!stays) {
      this.now = null;
      close(this.panel);
    }
    this.sent += 1;
    this.tell("changed", { asked: { [this.parameter]: values }, stays, number: this.sent });
  }

  typed(event) {
    const first = this.seen()[0];
    if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    } else if (event.key === "Escape") {
      event.preventDefault(); // which would only empty the field
      close(this.panel);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const text = this.field.value.trim();
      if (this.now?.operator !== "contains") first?.click();
      else if (text && this.chosen) this.send([...this.chosen, text], false);
      else this.entered = text; // until it is known what is chosen already
    }
  }

  move(event) {
    const all = this.seen();
    const at = all.indexOf(event.target);
    if (at < 0) return;
    if ((event.key === " " || event.key === "Enter") && this.now) {
      event.preventDefault();
      this.toggle(event.target, event.key === " ");
      return;
    }
    if (event.key === "ArrowUp" && at === 0) {
      event.preventDefault();
      this.field.focus();
      return;
    }
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(to, all.length - 1))].focus();
  }

  place() {
    if (isOpen(this.panel)) place(this.panel, this.panel.rect);
  }

  // On a touch screen the keyboard would cover the list.
  focus() {
    (matchMedia("(hover: hover)").matches ? this.field : this.panel).focus({ preventScroll: true });
  }

  closed() {
    if (!this.now) return;
    this.now = null;
    this.tell("opened", { by: "", operator: "is" });
  }

  remove() {
    document.removeEventListener("dyntube:filter", this.asked);
    document.removeEventListener("dyntube:filters", this.menuAsked);
  }
}

export default component(Filters);
