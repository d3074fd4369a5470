// The keys of the page: not while somebody types, nor together with Ctrl, Alt or the like.
const FIELDS = "input, textarea, select, [contenteditable=''], [contenteditable=true]";
// What has a use of its own for the arrows.
const WITH_ARROWS = "[role=radiogroup], [role=grid], [role=listbox], [role=menu], [role=tablist]," +
  " [role=slider], [role=table], [role=application], [role=dialog], canvas, video, ul, table";

const path = (event) => event.composedPath().filter((node) => node instanceof Element);
const within = (event, of) => path(event).some((node) => node.matches(of));

// Calls `pressed(key)`, which says whether the key has a meaning; gives a function that ends it.
export function listen(pressed) {
  const meant = (event) =>
    !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && !event.repeat
    && !within(event, FIELDS) && !document.getElementById("root")?.inert; // behind a dialog
  // Before Streamlit, which has keys of its own, such as C.
  const letters = (event) => {
    if (event.key.length !== 1 || !meant(event) || !pressed(event.key.toUpperCase())) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const arrows = (event) => {
    if (event.shiftKey || event.defaultPrevented || !/^Arrow(Left|Right)$/.test(event.key)) return;
    if (meant(event) && !within(event, WITH_ARROWS) && pressed(event.key)) event.preventDefault();
  };
  addEventListener("keydown", letters, true);
  addEventListener("keydown", arrows);
  return () => {
    removeEventListener("keydown", letters, true);
    removeEventListener("keydown", arrows);
  };
}

// Puts the cursor into the search of a table; false where there is none.
export function search() {
  const seen = (field) => field.getClientRects().length && !field.disabled;
  const found = all(document.querySelector('[data-testid="stMain"]') ?? document)
    .find((field) => field.matches("input[type=search]") && seen(field));
  found?.focus();
  found?.select();
  return Boolean(found);
}

function all(root) {
  return [...root.querySelectorAll("*")].flatMap((node) =>
    node.shadowRoot ? all(node.shadowRoot) : node.localName === "input" ? [node] : []);
}
