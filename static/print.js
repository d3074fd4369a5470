// The page on paper: by the button in the export menu, by the browser's own way to print, and by
// the command `report --pdf`. css/print.css has what paper looks like, below the class .paper.
//
// What draws by itself answers two events of the document: at "dyntube:print" it draws itself as wide
// as its box now is, with colours that `light` has put in place of dark ones, and gives `until` a
// promise for what takes longer. At "dyntube:printed" it draws itself for the screen again.
const STILL = 400; // milliseconds without a change, after which the page is taken to be complete
const PATIENCE = 5000; // milliseconds that tables have to take their new width
const COLOUR = /#[0-9A-F]{6}|rgba\([0-9.,]+\)/g; // as the palettes of dyntube/charts write them
const BOXES = '[data-testid="stLayoutWrapper"], [data-testid="stHorizontalBlock"]';
const LONG = 540; // pixels from which on a box may be parted, as a whole page is 880
const root = document.documentElement;
let changed = performance.now();

const all = (of) => [...document.querySelectorAll(of)];
const still = () => performance.now() - changed >= STILL;

const drawn = () => all('[data-testid^="stBidi"]')
    .filter((component) => !component.closest(".st-key-theme")) // which draws nothing
    .every((component) => (component.shadowRoot ?? component).childElementCount > 1)
  && !document.querySelector('.figure[data-state="drawing"]')
  && all(".figure:has(.geo)").every((figure) => figure.querySelector(".choroplethlayer path"))
  && all('[data-testid="stDataFrame"]').every((table) => table.querySelector("canvas"));

// How much higher a box is on paper, where the longest table in it no longer scrolls.
const beyond = (box) => Math.max(0, ...[...box.querySelectorAll('[data-testid^="stBidi"]')]
  .map((component) => component.shadowRoot?.querySelector(".box"))
  .map((table) => (table ? table.scrollHeight - table.clientHeight : 0)));

// How far the page is: "drawing" or "fetching", then "whole", or "failed" with a text.
export function state() {
  const app = document.querySelector('[data-testid="stApp"]');
  const head = document.getElementById("paper");
  const failed = document.querySelector(".failed");
  const drawing = !head || app?.dataset.testScriptState !== "notRunning"
    || app.dataset.testConnectionState !== "CONNECTED"
    || document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')
    || document.fonts.status !== "loaded" || !drawn() || !still();
  // While a sync runs, its progress keeps the page from ever being still.
  if (head?.dataset.state === "fetching" && !failed) return { state: "fetching" };
  if (drawing && !failed) return { state: "drawing" };
  return failed ? { state: "failed", text: failed.dataset.text } : { state: head.dataset.state };
}

function toPaper() {
  const waiting = [];
  if (root.classList.contains("paper")) return waiting;
  const colours = JSON.parse(document.getElementById("paper-colours")?.dataset.colours || "{}");
  root.classList.add("paper");
  for (const box of all(BOXES)) {
    const canBeParted = !box.querySelector('[data-testid="stDataFrame"]');
    box.classList.toggle("long", canBeParted && box.clientHeight + beyond(box) > LONG);
  }
  root.classList.toggle("dark", Object.keys(colours).length > 0);
  const light = (text) => text.replace(COLOUR, (colour) => colours[colour] ?? colour);
  const until = (promise) => waiting.push(promise);
  document.dispatchEvent(new CustomEvent("dyntube:print", { detail: { light, until } }));
  return waiting;
}

function toScreen() {
  if (!root.classList.contains("paper")) return;
  root.classList.remove("paper", "dark");
  document.dispatchEvent(new CustomEvent("dyntube:printed"));
}

// Lay the page out for paper, and wait until all of it is.
export async function prepare() {
  const end = performance.now() + PATIENCE;
  changed = performance.now();
  await Promise.allSettled(toPaper());
  do await new Promise((done) => setTimeout(done, 50));
  while (performance.now() < end && !(still() && drawn()));
}

document.addEventListener("click", async (event) => {
  if (!event.target.closest(".st-key-export-print button")) return;
  await prepare();
  window.print();
});
addEventListener("beforeprint", toPaper);
addEventListener("afterprint", toScreen);
new MutationObserver(() => { changed = performance.now(); }).observe(
  root, { childList: true, subtree: true, attributes: true, characterData: true });
