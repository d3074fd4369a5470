// Draws a figure of plotly in place, and tells what was clicked or dragged over. On a chart over
// time, a finger shows the values of a point and chooses nothing.
import { component, element, icon, ICONS, say, tr, trn } from "./elements.js";

const SOURCE = new URL("../../../app/static/", import.meta.url);
const CONFIG = {
  displayModeBar: false,
  // A tap on a phone sends a touch and a click, which plotly takes for a double click.
  doubleClick: false,
  doubleClickDelay: 0,
  scrollZoom: false,
  // By default, plotly loads the country shapes from its vendor's host.
  topojsonURL: new URL("topojson-4.1.1/", SOURCE).href,
};
const NEAR = "300px"; // from the screen, where drawing begins
const WORLD = 0.55; // its height to its width
const ONE_TAP = 400; // milliseconds
let library;

const plotly = () =>
  (library ??= import(new URL("plotly/plotly-4.1.1.min.js", SOURCE)).then((all) => all.default).catch((error) => {
    library = undefined; // the next figure tries again
    throw error;
  }));

class Figure {
  constructor(root) {
    const box = element("div", "figure-box", root);
    this.toggle = element("button", "as-table", box);
    this.toggle.type = "button";
    this.plot = element("div", "", box);
    this.table = new Table(box);
    this.plot.className = "figure";
    this.plot.setAttribute("role", "img");
    this.plot.dataset.state = "away"; // from the screen, or "drawing", or "drawn"
    this.plot.addEventListener("pointerdown", (event) => { this.isFinger = event.pointerType === "touch"; }, true);
    this.isNear = false;
    this.width = 0;
    this.drawing = Promise.resolve();
    this.sight = new IntersectionObserver(([entry]) => this.seen(entry), { rootMargin: NEAR });
    this.sight.observe(this.plot);
    this.size = new ResizeObserver(() => this.resized());
    this.size.observe(this.plot);
    this.onPaper = ({ detail }) => {
      this.light = detail.light;
      detail.until(this.draw());
    };
    this.onScreen = () => {
      this.light = undefined;
      this.draw();
    };
    document.addEventListener("dyntube:print", this.onPaper);
    document.addEventListener("dyntube:printed", this.onScreen);
  }

  show(data, tell, keep) {
    this.tell = tell;
    this.offer(data, keep);
    this.plot.setAttribute("aria-label", data.alt);
    this.plot.classList.toggle("clickable", data.listens.includes("picked"));
    if (this.data?.figure === data.figure) return;
    this.data = data;
    this.figure = JSON.parse(data.figure);
    // Before plotly is there, so that nothing moves when it draws.
    this.plot.style.height = `${this.height()}px`;
    if (this.isNear) this.draw();
  }

  // A map is no higher than the world is at its width.
  height() {
    const { geo, height } = this.figure.layout;
    const width = this.plot.getBoundingClientRect().width || height / WORLD;
    return geo ? Math.min(height, Math.round(width * WORLD)) : height;
  }

  // The numbers in place of the picture, for those who cannot see it or want them.
  offer(data, keep) {
    const text = data.table ? tr("Show as chart") : tr("Show as table");
    this.toggle.replaceChildren(icon(data.table ? ICONS.chart : ICONS.table));
    this.toggle.title = text;
    this.toggle.setAttribute("aria-label", `${text}: ${data.alt}`);
    this.toggle.setAttribute("aria-expanded", String(Boolean(data.table)));
    this.toggle.onclick = () => keep("table", !data.table);
    this.plot.hidden = Boolean(data.table);
    this.table.show(data);
  }

  seen(entry) {
    const wasNear = this.isNear;
    this.isNear ||= entry.isIntersecting;
    if (this.isNear && !wasNear) this.draw();
  }

  resized() {
    const { width } = this.plot.getBoundingClientRect();
    if (this.isNear && width && Math.abs(width - this.width) >= 1) this.draw();
  }

  draw() {
    this.isNear = true;
    this.plot.dataset.state = "drawing";
    this.drawing = this.drawing.then(() => this.react()).catch((error) => console.error(error));
    return this.drawing;
  }

  async react() {
    const library = await plotly();
    const wanted = Math.floor(this.plot.getBoundingClientRect().width);
    if (!wanted || !this.plot.isConnected) {
      this.width = 0; // so that it is drawn when it has room again
      this.plot.dataset.state = "away";
      return;
    }
    this.width = wanted;
    const { data, layout } = this.light ? JSON.parse(this.light(this.data.figure)) : this.figure;
    const height = this.height();
    this.plot.style.height = `${height}px`;
    const sized = { ...layout, width: wanted, height, selections: [] };
    await library.react(this.plot, data, sized, CONFIG);
    this.plot.dataset.state = "drawn";
    if (!this.listens) this.listen(library);
  }

  listen(library) {
    this.listens = true;
    this.plot.on("plotly_click", ({ points, event }) => {
      const picked = points.map((point) => point.customdata?.[0]).find(Boolean);
      if (!picked || !this.data.listens.includes("picked")) return;
      if (this.isFinger && this.data.listens.includes("range")) return;
      // A tap on a phone is told twice, as a touch and as a click.
      const again = picked === this.picked && event.timeStamp - this.clicked < ONE_TAP;
      [this.picked, this.clicked] = [picked, event.timeStamp];
      if (!again) this.tell("picked", picked);
    });
    this.plot.on("plotly_selected", (event) => {
      if (!event?.range?.x) return;
      if (this.data.listens.includes("range")) this.tell("range", event.range.x);
      library.relayout(this.plot, { selections: [] });
    });
  }

  async remove() {
    this.sight.disconnect();
    this.size.disconnect();
    document.removeEventListener("dyntube:print", this.onPaper);
    document.removeEventListener("dyntube:printed", this.onScreen);
    if (this.listens) (await plotly()).purge(this.plot);
  }
}

// A figure's numbers; it scrolls in the room that the figure had.
class Table {
  constructor(parent) {
    this.box = element("div", "figure-table", parent);
    this.box.tabIndex = 0; // to scroll it with the keyboard
    this.box.setAttribute("role", "region");
  }

  show({ table, alt, figure }) {
    this.box.hidden = !table;
    this.box.replaceChildren();
    if (!table) return;
    this.box.setAttribute("aria-label", alt);
    this.box.style.maxHeight = `${Math.max(JSON.parse(figure).layout.height, 200)}px`;
    const made = element("table", "", this.box);
    const head = element("tr", "", element("thead", "", made)), body = element("tbody", "", made);
    table.header.forEach((text, n) => this.cell("th", head, text, table.numbers[n]).scope = "col");
    for (const texts of table.rows) {
      const row = element("tr", "", body);
      texts.forEach((text, n) => {
        const cell = this.cell(n ? "td" : "th", row, text, table.numbers[n]);
        if (!n) cell.scope = "row";
      });
    }
    const more = trn("{number} more row is in the export.", "{number} more rows are in the export.",
      table.more);
    if (table.more) say(element("p", "", this.box), more);
  }

  cell(tag, row, text, isNumber) {
    const cell = element(tag, isNumber ? "number" : "", row);
    say(cell, text);
    return cell;
  }
}

export default component(Figure);
