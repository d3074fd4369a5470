// What the head of a table and its rows know of each other. Ticks and the scroll position are kept
// while another page is shown.
const known = new Map();

export function table(key) {
  if (!known.has(key)) {
    known.set(key, { head: null, rows: null, choice: null, ticked: new Set(), top: 0, drawn: 0 });
  }
  return known.get(key);
}
