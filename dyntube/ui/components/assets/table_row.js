// One row of a table: a tick, a picture, a name that opens, and its cells.
import { element, say, sparkline, tr } from "./elements.js";

export function make(rows, value) {
  const row = element("tr", "");
  row.value = value;
  row.first = element("th", "pinned", row);
  row.first.scope = "row";
  const line = element("div", "first", row.first);
  row.hit = element("label", "hit", line);
  row.tick = element("input", "tick", row.hit);
  row.tick.type = "checkbox";
  row.tick.tabIndex = -1;
  row.tick.onchange = () => rows.tick(value, row.tick.checked);
  row.picture = element("span", "picture", line);
  // A name that opens nothing is plain text, which can be selected and copied.
  row.open = element(rows.data.plain ? "span" : "button", "open", line);
  if (!rows.data.plain) {
    row.open.type = "button";
    row.open.tabIndex = -1;
    row.open.onclick = () => rows.open(value);
  }
  row.name = element("span", "name", row.open);
  row.mark = element("span", "mark", row.open);
  row.shown = "";
  return row;
}

export function fill(row, rows, n) {
  const { data, columns, table, marked } = rows;
  const name = data.names[n];
  say(row.name, name);
  say(row.mark, data.marks[n] ?? "");
  row.open.title = name;
  row.hit.hidden = !data.table;
  row.tick.checked = table.ticked.has(row.value);
  row.tick.setAttribute("aria-label", tr("Tick {name}", { name }));
  row.classList.toggle("ticked", row.tick.checked);
  row.classList.toggle("marked", marked.has(row.value));
  row.open.setAttribute("aria-current", String(marked.has(row.value)));
  picture(row, data.images, n);
  const shown = columns.map((column) => column.name).join(" ");
  if (row.shown !== shown) row.replaceChildren(row.first, ...columns.map(cell));
  row.shown = shown;
  columns.forEach((column, at) => {
    const node = row.children[at + 1];
    const text = column.texts[n];
    if (column.kind === "course") {
      node.line.draw(read(text));
    } else {
      say(node, text);
      const look = column.looks?.[n] ?? 0;
      node.className = `${column.kind} ${look > 0 ? "better" : look < 0 ? "worse" : ""}`;
    }
  });
}

function cell(column) {
  const node = element("td", column.kind);
  if (column.kind === "course") node.line = sparkline(node);
  return node;
}

// What `heights` in dyntube/ui/components/table.py writes.
function read(heights) {
  return [...heights].map((letter) => (letter === "-" ? null : parseInt(letter, 36)));
}

function picture(row, images, n) {
  row.picture.hidden = !images;
  if (!images) return;
  const url = images[n] ?? "";
  if (row.url === url) return;
  row.url = url;
  row.picture.replaceChildren();
  if (!url) return;
  const image = element("img", "", row.picture);
  image.loading = "lazy";
  image.alt = "";
  image.onerror = () => image.remove();
  image.src = url;
}
