// The head of a table: search, columns, and what to do with ticked rows. It holds what is chosen:
// drawn at once where the rows are all here, told to the server, and corrected by its answer.
import { component, element, say, tr } from "./elements.js";
import { STYLE } from "./table_style.js";
import { table } from "./tables.js";

const PAUSE = 350; // milliseconds after the last letter
const LONGEST = 200; // letters

class Head {
  constructor(root) {
    this.root = root;
    root.adoptedStyleSheets = [STYLE];
    this.box = element("div", "head", root);
    this.search = element("input", "search", this.box);
    this.search.type = "search";
    this.search.maxLength = LONGEST;
    this.search.oninput = () => this.typed();
    this.gather = this.button("do main", () => this.gathered());
    this.forget = this.button("do", () => this.untick());
    say(this.forget, tr("Clear"));
    this.forget.setAttribute("aria-label", tr("Clear ticks"));
    element("span", "space", this.box);
    this.columns = this.button("do", () => {});
    say(this.columns, tr("Columns"));
    this.menu = element("div", "menu", root);
    this.menu.popover = "auto";
    this.menu.setAttribute("role", "group");
    this.menu.setAttribute("aria-label", tr("Columns"));
    this.menu.ontoggle = () => this.columns.setAttribute("aria-expanded",
      String(this.menu.matches(":popover-open")));
    this.columns.setAttribute("aria-expanded", "false");
    this.columns.popoverTargetElement = this.menu;
    this.menu.onbeforetoggle = () => this.place();
    this.sent = -1;
  }

  button(name, act) {
    const made = element("button", name, this.box);
    made.type = "button";
    made.onclick = act;
    return made;
  }

  show(data, tell) {
    this.tell = tell;
    const first = this.sent < 0;
    if (first) this.sent = data.number;
    const known = first || data.number >= this.sent; // else the server is about to answer again
    this.data = data;
    this.table = table(data.table);
    this.table.head = this;
    this.search.placeholder = data.label;
    this.search.setAttribute("aria-label", data.label);
    if (known) {
      // While somebody types, the field is theirs.
      const search = this.timer ? this.table.choice.search : data.choice.search;
      this.table.choice = { ...data.choice, search };
      if (!this.timer && tidy(this.search.value) !== search) this.search.value = search;
    }
    this.drawMenu();
    this.drawTicks();
    this.table.rows?.arrange();
  }

  typed() {
    this.table.choice = { ...this.table.choice, search: tidy(this.search.value) };
    this.table.rows?.arrange();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  choose(choice, focus = false) {
    this.table.choice = { ...this.table.choice, ...choice };
    if ("search" in choice) this.search.value = choice.search;
    if (focus) this.search.focus();
    this.table.rows?.arrange();
    this.send();
  }

  send() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.sent += 1;
    this.drawMenu();
    this.tell("chosen", { ...this.table.choice, number: this.sent });
  }

  drawMenu() {
    const { columns, sort } = this.table.choice;
    const labels = this.data.options.map(([name, label], n) => {
      const line = this.menu.children[n] ?? this.makeOption();
      line.box.checked = columns.includes(name) || name === sort;
      line.box.disabled = name === sort;
      line.box.name = name;
      say(line.text, name === sort ? tr("{column} (sorted by)", { column: label }) : label);
      return line;
    });
    [...this.menu.children].slice(labels.length).forEach((line) => line.remove());
  }

  makeOption() {
    const line = element("label", "", this.menu);
    line.box = element("input", "", line);
    line.box.type = "checkbox";
    line.text = element("span", "", line);
    line.box.onchange = () => {
      const lines = [...this.menu.children];
      const { columns } = this.table.choice;
      const kept = lines.filter(({ box }) => (box.disabled ? columns.includes(box.name) : box.checked));
      this.choose({ columns: kept.map(({ box }) => box.name) });
    };
    return line;
  }

  place() {
    const { bottom, right } = this.columns.getBoundingClientRect();
    this.menu.style.inset = `${bottom + 4}px ${Math.max(8, innerWidth - right)}px auto auto`;
    this.menu.style.maxHeight = `${Math.max(160, innerHeight - bottom - 20)}px`;
  }

  drawTicks() {
    const { ticked } = this.table;
    this.gather.hidden = this.forget.hidden = !ticked.size;
    this.gather.disabled = ticked.size < this.data.least;
    const least = tr("Tick at least {number}", { number: this.data.least });
    this.gather.title = this.gather.disabled ? least : "";
    say(this.gather, this.data.gather.replace("{}", ticked.size.toLocaleString("en")));
    this.table.rows?.drawTicks();
  }

  untick() {
    this.table.ticked.clear();
    this.drawTicks();
    this.search.focus();
  }

  gathered() {
    const values = [...this.table.ticked];
    this.table.ticked.clear();
    this.drawTicks();
    this.tell("gathered", values);
  }

  remove() {
    clearTimeout(this.timer);
    if (this.table.head === this) this.table.head = null;
  }
}

function tidy(text) {
  return text.normalize("NFC").trim();
}

export default component(Head);
