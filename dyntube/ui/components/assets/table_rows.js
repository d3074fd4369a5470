// The rows of a table. Where all of them are here they are sorted and searched here, at once; else
// the server has done it. What is chosen comes from the head of the table, if it has one.
import { component, element, followUp, nothing, say, tr, trn } from "./elements.js";
import { Index } from "./table_index.js";
import { fill, make } from "./table_row.js";
import { STYLE } from "./table_style.js";
import { table } from "./tables.js";

const FIRST = 40; // rows that are drawn at once
const STEP = 200; // drawn soon after and printed; more follow on the way down

class Rows {
  constructor(root) {
    this.root = root;
    root.adoptedStyleSheets = [STYLE];
    this.box = element("div", "box", root);
    this.box.onscroll = () => this.scrolled();
    this.grid = element("table", "", this.box);
    this.header = element("tr", "", element("thead", "", this.grid));
    this.header.onkeydown = (event) => this.moveInHeader(event);
    this.body = element("tbody", "", this.grid);
    this.body.onkeydown = (event) => this.move(event);
    this.body.onkeyup = (event) => this.keepSpace(event);
    this.body.onfocusin = (event) => this.stopAt(event.target.closest("tr"));
    this.none = element("p", "none", root);
    this.noneText = element("span", "", this.none);
    this.clear = element("button", "link", this.none);
    this.clear.type = "button";
    this.clear.onclick = () => this.table.head?.choose({ search: "" }, true);
    say(this.clear, tr("Clear search"));
    this.foot = element("div", "foot", root);
    this.said = element("span", "", this.foot);
    this.said.setAttribute("role", "status");
    this.printed = element("span", "printed", this.foot);
    this.further = element("button", "link further", this.foot);
    this.further.type = "button";
    this.further.onclick = () => this.box.scrollBy({ left: this.box.clientWidth / 2 });
    this.heads = new Map();
    this.made = new Map();
    this.limit = FIRST;
    this.isNew = true;
    this.gone = new AbortController();
    matchMedia("print").addEventListener("change", () => this.drawTo(STEP),
      { signal: this.gone.signal });
    const sizes = new ResizeObserver(() => this.resized());
    sizes.observe(this.box);
    sizes.observe(this.grid);
  }

  show(data, tell) {
    this.table = data.table ? table(data.table) : (this.table ?? table(Symbol("alone")));
    this.table.rows = this;
    this.data = data;
    this.tell = tell;
    this.index = new Index(data);
    this.drawn = "";
    const values = new Set(data.values);
    for (const value of this.made.keys()) if (!values.has(value)) this.made.delete(value);
    if (data.whole) {
      for (const value of this.table.ticked) if (!values.has(value)) this.table.ticked.delete(value);
    }
    this.box.classList.toggle("bare", !data.table);
    if (data.plain) this.box.tabIndex = 0; // as no name in it can be reached, to be scrolled by keys
    this.grid.setAttribute("aria-label", data.label);
    this.grid.setAttribute("aria-rowcount", String(data.values.length + 1));
    this.limit = Math.max(this.limit, this.table.drawn); // as far as it was scrolled to
    this.arrange();
    if (this.table.top) this.box.scrollTop = this.table.top;
    this.table.head?.drawTicks();
    if (this.isNew) this.comeBack();
    this.isNew = false;
  }

  // Opens what a name stands for. On the page that follows, the keyboard begins at its way back.
  open(value) {
    const opened = this.table.opened = { value, isThere: false };
    this.tell("opened", value);
    followUp(() => {
      const back = document.querySelector(".st-key-opened-back button");
      if (back) opened.isThere = true;
      return back;
    });
  }

  // From a page that this table has opened, the keyboard comes back to the row. Until that page is
  // there, the table may be made anew, which is no way back.
  comeBack() {
    const { opened } = this.table;
    if (!opened?.isThere) return;
    followUp(() => this.made.get(opened.value)?.isConnected && this.made.get(opened.value).open);
    this.table.opened = undefined;
  }

  // Draws what is chosen: after a choice, and with new rows.
  arrange() {
    const { data, table: { choice } } = this;
    const before = this.sorted;
    this.sorted = choice && `${choice.sort} ${choice.order} ${choice.search}`;
    this.marked = new Set(this.table.head ? this.table.head.data.marked : data.marked);
    this.columns = data.columns.filter(({ name }) =>
      !choice || choice.columns.includes(name) || name === choice.sort);
    this.order = choice && data.whole ? this.index.find(choice) : data.values.map((_, n) => n);
    if (before && before !== this.sorted) {
      this.limit = this.table.drawn = FIRST;
      this.box.scrollTop = 0;
    }
    const drawn = [...this.columns.map(({ name }) => name), ...this.marked].join(" ");
    if (drawn !== this.drawn) this.version = {};
    this.drawn = drawn;
    this.drawHeader();
    this.draw();
    this.drawFoot();
    if (before !== this.sorted) this.reveal();
    this.sayFurther();
    clearTimeout(this.later);
    if (this.limit < STEP) this.later = setTimeout(() => this.drawTo(STEP), 100);
  }

  drawHeader() {
    const { choice, head } = this.table;
    const columns = [{ name: "name", label: this.data.name, said: this.data.name, kind: "name" },
      ...this.columns];
    const cells = columns.map((column) => {
      const cell = this.heads.get(column.name) ?? this.makeHead(column.name);
      cell.className = column.kind === "name" ? "pinned" : column.kind;
      const sortable = Boolean(head) && column.kind !== "course" && column.kind !== "text";
      cell.button.disabled = !sortable;
      say(cell.text, column.label.replace(" %", "\u00a0%")); // no line begins with the sign
      cell.title = column.help ?? "";
      cell.button.setAttribute("aria-label", column.said);
      cell.button.setAttribute("aria-description", cell.title);
      if (choice?.sort === column.name) {
        cell.setAttribute("aria-sort", choice.order === "rising" ? "ascending" : "descending");
      } else {
        cell.removeAttribute("aria-sort");
      }
      return cell;
    });
    const focused = this.root.activeElement;
    if (cells.some((cell, n) => this.header.children[n] !== cell)
        || this.header.children.length !== cells.length) {
      this.header.replaceChildren(...cells);
      if (focused?.isConnected && this.header.contains(focused)) focused.focus({ preventScroll: true });
    }
    const buttons = this.sortButtons();
    if (buttons.filter((button) => button.tabIndex === 0).length !== 1) {
      buttons.forEach((button, n) => { button.tabIndex = n ? -1 : 0; });
    }
  }

  makeHead(name) {
    const cell = element("th", "");
    cell.scope = "col";
    cell.button = element("button", "sort", cell);
    cell.button.type = "button";
    cell.button.onclick = () => this.sort(name);
    cell.text = element("span", "", cell.button);
    this.heads.set(name, cell);
    return cell;
  }

  sort(name) {
    const { sort, order } = this.table.choice;
    const first = name === "name" ? "rising" : "falling";
    const other = first === "rising" ? "falling" : "rising";
    this.table.head?.choose({ sort: name, order: sort === name && order === first ? other : first });
  }

  draw() {
    const rows = this.order.slice(0, this.limit).map((n) => this.row(n));
    const now = this.body.children;
    if (now.length !== rows.length || rows.some((row, n) => now[n] !== row)) {
      const focused = this.root.activeElement;
      const was = this.body.contains(focused);
      this.body.replaceChildren(...rows);
      if (was) (focused.isConnected ? focused : rows[0]?.open)?.focus({ preventScroll: true });
    }
    rows.forEach((row, n) => row.setAttribute("aria-rowindex", String(n + 2)));
    if (!rows.some((row) => row.open.tabIndex === 0) && rows[0]) this.stopAt(rows[0]);
    this.drawTicks();
  }

  row(n) {
    const value = this.data.values[n];
    if (!this.made.has(value)) this.made.set(value, make(this, value));
    const row = this.made.get(value);
    if (row.version !== this.version) fill(row, this, n);
    row.version = this.version;
    return row;
  }

  drawFoot() {
    const { head, choice } = this.table;
    const empty = Boolean(choice?.search) && !this.order.length;
    this.none.hidden = !empty;
    this.grid.hidden = empty;
    if (!head) return;
    const { data } = head;
    say(this.noneText, empty ? nothing(data.thing, choice.search) : "");
    const known = data.choice.search === choice.search;
    const found = this.order.length.toLocaleString("en");
    say(this.said, known ? data.foot : tr("{found} of {all}", { found, all: data.count }));
    const all = this.data.whole ? this.order.length : data.found;
    const values = { last: STEP, all: all.toLocaleString("en") };
    say(this.printed, all > STEP ? tr("Rows 1 to {last} of {all}", values) : "");
  }

  // Scrolls sideways to the column that the rows are sorted by.
  reveal() {
    const cell = this.heads.get(this.table.choice?.sort);
    const [pinned] = this.header.children;
    if (!cell || cell === pinned || !cell.isConnected) return;
    const { scrollLeft, clientWidth } = this.box;
    const end = cell.offsetLeft + cell.offsetWidth;
    const begin = cell.offsetLeft - pinned.offsetWidth;
    if (end > scrollLeft + clientWidth) this.box.scrollLeft = end - clientWidth + 8;
    else if (begin < scrollLeft) this.box.scrollLeft = begin;
    this.revealed = this.box.scrollLeft;
  }

  resized() {
    if (this.box.scrollLeft === this.revealed) this.reveal(); // nobody has scrolled since
    this.sayFurther();
  }

  // How many columns lie beyond the right edge, and whether rows lie below the lower one.
  sayFurther() {
    const edge = this.box.scrollLeft + this.box.clientWidth + 4;
    const cells = [...this.header.children].filter((cell) => cell.offsetLeft + cell.offsetWidth > edge);
    this.box.classList.toggle("beyond", cells.length > 0);
    this.further.hidden = !cells.length;
    say(this.further, trn("{number} more column →", "{number} more columns →", cells.length));
    const { scrollHeight, scrollTop, clientHeight } = this.box;
    this.box.classList.toggle("below", scrollHeight - scrollTop - clientHeight > 4);
    this.foot.hidden = !this.none.hidden || (!this.table?.head && !cells.length);
  }

  scrolled() {
    this.table.top = this.box.scrollTop;
    const left = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight;
    if (left < 800 && this.limit < this.order.length) this.drawTo(this.limit + STEP);
    this.sayFurther();
  }

  drawTo(limit) {
    this.limit = this.table.drawn = Math.max(this.limit, limit);
    this.draw();
  }

  // One stop of the Tab key for the rows and one for the header; arrows move within them.
  stopAt(row) {
    if (!row || this.data.plain) return;
    for (const other of this.body.children) other.open.tabIndex = other === row ? 0 : -1;
  }

  move(event) {
    const row = event.target.closest("tr");
    const at = [...this.body.children].indexOf(row);
    const ways = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0,
      End: this.order.length - 1 };
    if (event.key === " " && event.target === row.open && this.table.head) {
      event.preventDefault();
      row.tick.click();
    } else if (event.key in ways) {
      event.preventDefault();
      const to = Math.max(0, Math.min(ways[event.key], this.order.length - 1));
      if (to >= this.limit) this.drawTo(to + STEP);
      this.body.children[to].open.focus();
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      event.preventDefault();
      this.box.scrollBy({ left: event.key === "ArrowRight" ? 120 : -120 });
    }
  }

  // A space on a name ticks its row; browsers would press the name as well.
  keepSpace(event) {
    if (event.key === " " && event.target.classList.contains("open") && this.table.head) {
      event.preventDefault();
    }
  }

  sortButtons() {
    return [...this.header.children].map((cell) => cell.button).filter((button) => !button.disabled);
  }

  moveInHeader(event) {
    const all = this.sortButtons();
    const at = all.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = all[Math.max(0, Math.min(to, all.length - 1))];
    for (const button of all) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }

  tick(value, on) {
    this.table.ticked[on ? "add" : "delete"](value);
    this.table.head?.drawTicks();
  }

  drawTicks() {
    for (const row of this.body.children) {
      row.tick.checked = this.table.ticked.has(row.value);
      row.classList.toggle("ticked", row.tick.checked);
    }
  }

  remove() {
    clearTimeout(this.later);
    this.gone.abort();
    if (this.table.rows === this) this.table.rows = null;
  }
}

export default component(Rows);
