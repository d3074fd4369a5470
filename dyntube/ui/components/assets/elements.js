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

export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

// The form for comparing texts, as `folded` in dyntube/reading/text.py.
export function fold(text) {
  return Array.from(text.normalize("NFC"), (letter) => [...letter.toLowerCase()][0]).join("");
}
