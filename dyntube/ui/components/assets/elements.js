// What the components share: elements, whose texts are never markup, and style sheets.

const PATIENCE = 10_000; // milliseconds that a page may take

export function element(tag, name, parent) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  parent?.append(made);
  return made;
}

export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// A text in the reader's language; see dyntube/words.py. The first page brings the translations.
let translations;
const translated = (text) => (translations ??=
  JSON.parse(document.getElementById("translations")?.textContent ?? "{}"))[text];
const filled = (text, values) => text.replace(/{(\w+)}/g, (part, name) => values[name] ?? part);

export function tr(text, values = {}) {
  return filled(translated(text) ?? text, values);
}

// The same in the form for a number, which replaces {number}.
export function trn(one, many, number) {
  const forms = translated(one), places = translated("");
  const form = forms?.[places[number < 200 ? number : 100 + (number % 100)]];
  return filled(form ?? (number === 1 ? one : many), { number: number.toLocaleString("en") });
}

// What a search that found nothing says.
export const nothing = (thing, text) => tr("No {thing} matches “{text}”.", { thing, text });

export function icon(path, parent) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", width: 16, height: 16,
    fill: "none", stroke: "currentColor", "stroke-width": 1.6, "stroke-linecap": "round",
    "stroke-linejoin": "round", "aria-hidden": "true" })) svg.setAttribute(name, value);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  parent?.append(svg);
  return svg;
}

export const ICONS = {
  left: "M10 3 5 8l5 5", right: "m6 3 5 5-5 5", down: "m4 6 4 4 4-4", close: "m4 4 8 8M12 4l-8 8",
  calendar: "M2.5 4.5h11v9h-11zM2.5 7.5h11M5.5 2.5v3M10.5 2.5v3", tick: "m3.5 8.5 3 3 6-7",
  filters: "M2 4h12M4.5 8h7M7 12h2", zoomOut: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM13.5 13.5l-3.2-3.2M5 7h4",
  help: "M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13M6.2 6.2a1.8 1.8 0 1 1 2.6 1.6c-.5.3-.8.6-.8 1.2M8 11.3v.1",
  rows: "M2 3.5h12M2 8h12M2 12.5h12", table: "M2 3h12v10H2zM2 6.5h12M2 9.8h12M6.5 6.5V13",
  chart: "M2.5 2.5v11h11M5 10.5l2.8-3.5 2.2 2L13.5 5",
  link: "M6.5 9.5 9.5 6.5M7 4.5l1.6-1.6a3 3 0 0 1 4.3 4.3L11.4 8.8M9 11.5l-1.6 1.6a3 3 0 0 1-4.3-4.3L4.6 7.2",
};

// Colours that every style sheet has: of quiet texts, and of changes for the better or the worse.
export const COLOURS = `--quiet: light-dark(#55627a, #a3b0c2);
  --good: light-dark(#086b41, #4ade80); --bad: light-dark(#b42318, #fca5a5);`;

// A bar that is seen before anybody scrolls, beside what is cut off.
export const scrollbar = (of) => `${of} { scrollbar-color: auto; } /* Streamlit's is transparent */
${of}::-webkit-scrollbar { width: 9px; height: 9px; }
${of}::-webkit-scrollbar-thumb { border-radius: 9px; border: 2px solid transparent; background-clip: padding-box;
  background-color: color-mix(in srgb, var(--quiet) 55%, transparent); }
@supports not selector(::-webkit-scrollbar) {
  ${of} { scrollbar-width: thin; scrollbar-color: var(--quiet) transparent; } }`;

export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

// What has the focus, also inside of a component.
export function focused() {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}

// Gives the focus to what `find` finds, once that which has it is gone: a page took the place of
// another. Who works with a mouse does not see it, and keeps the keys of the page.
export function followUp(find) {
  const end = performance.now() + PATIENCE;
  const look = () => {
    const found = document.activeElement === document.body && find();
    if (found) {
      found.focus({ preventScroll: true });
      if (!found.matches(":focus-visible")) found.blur();
    } else if (performance.now() < end) setTimeout(look, 50);
  };
  look();
}

// The form for comparing texts, as `folded` in dyntube/reading/text.py.
export function fold(text) {
  return Array.from(text.normalize("NFC"), (letter) => [...letter.toLowerCase()][0]).join("");
}

// A line of values over time from 0 up, with gaps where there is no value: for cards and tables.
export function sparkline(parent) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "line");
  svg.setAttribute("viewBox", "0 0 100 28");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true"); // the numbers beside it say the same
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.append(path);
  svg.draw = (values) => path.setAttribute("d", course(values));
  parent.append(svg);
  return svg;
}

export function course(values) {
  const top = Math.max(...values.filter((value) => value !== null), 0) || 1;
  const place = (value, n) =>
    `${((100 * n) / Math.max(values.length - 1, 1)).toFixed(2)} ${(26 - (21 * value) / top).toFixed(2)}`;
  const pieces = [[]];
  values.forEach((value, n) => {
    if (value === null) pieces.push([]);
    else pieces.at(-1).push(place(value, n));
  });
  // A value between two gaps is a dot.
  const lines = pieces.map((piece) => (piece.length === 1 ? [...piece, ...piece] : piece));
  return lines.filter((piece) => piece.length).map((piece) => `M${piece.join("L")}`).join("");
}

// What Streamlit calls for an element: `show` of the one `Made` for it, with the data and two
// functions, to tell an event once and to keep a state; and `remove`, if there is one, at its end.
export function component(Made) {
  const mounted = new WeakMap();
  return ({ data, parentElement: root, setTriggerValue: tell, setStateValue: keep }) => {
    if (!mounted.has(root)) mounted.set(root, new Made(root));
    const made = mounted.get(root);
    made.show(data, tell, keep);
    // Streamlit also ends an element that stays, where its data changed while its script was loading.
    return () => setTimeout(() => {
      if (root.isConnected) return;
      mounted.delete(root);
      made.remove?.();
    });
  };
}
