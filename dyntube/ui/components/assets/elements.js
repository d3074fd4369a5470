// What the components share: elements, whose texts are never markup, and style sheets.

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

export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
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
