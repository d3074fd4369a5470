// The page on paper: by the button in the export menu, by the browser's own way to print, and by
// the command `report --pdf`. css/print.css has what paper looks like, below the class .paper.
//
// A component that draws by itself answers two events of the document: at "dyntube:print" it draws
// itself for a page of `width` pixels, in light colours; what takes longer it gives to `until`, as a
// promise. At "dyntube:printed" it draws itself for the screen again. Until it is drawn at all, it
// has the attribute data-drawing.
const STILL = 400; // milliseconds without a change, after which the page is taken to be complete
const PATIENCE = 5000; // milliseconds that charts have to take their new width
const root = document.documentElement;
let changed = performance.now();

const all = (of) => [...document.querySelectorAll(of)];
const still = () => performance.now() - changed >= STILL;

function figuresDrawn() {
  return all(".stPlotlyChart").every((box) => box.querySelector(".main-svg"))
    && all(".js-plotly-plot").every((plot) => plot._fullLayout?._replotting === false)
    && all(".stPlotlyChart:has(.geo)").every((box) => box.querySelector(".choroplethlayer path"))
    && all('[data-testid="stDataFrame"]').every((box) => box.querySelector("canvas"));
}

// How far the page is: "drawing" or "fetching", then "whole", or "failed" with a text.
export function state() {
  const app = document.querySelector('[data-testid="stApp"]');
  const head = document.getElementById("paper");
  const failed = document.querySelector(".failed");
  const drawing = !head || app?.dataset.testScriptState !== "notRunning"
    || app.dataset.testConnectionState !== "CONNECTED"
    || document.querySelector('[data-testid="stSkeleton"], [data-stale="true"], [data-drawing]')
    || document.fonts.status !== "loaded" || !figuresDrawn() || !still();
  if (drawing && !failed) return { state: "drawing" };
  return failed ? { state: "failed", text: failed.dataset.text } : { state: head.dataset.state };
}

// A figure that Streamlit draws takes the width of its box after a while, or is scaled to it.
const figures = () => all(".stPlotlyChart").map((box) => [box, box.querySelector(".svg-container")])
  .filter(([, drawn]) => drawn);
const fits = ([box, drawn]) => Math.abs(box.clientWidth - drawn.clientWidth) < 2;

function scale() {
  for (const [box, drawn] of figures()) {
    if (!fits([box, drawn])) drawn.style.zoom = box.clientWidth / drawn.clientWidth;
  }
}

function toPaper() {
  const waiting = [];
  if (root.classList.contains("paper")) return waiting;
  root.classList.add("paper");
  root.classList.toggle("dark", document.getElementById("paper")?.dataset.theme === "dark");
  const width = parseFloat(getComputedStyle(root).getPropertyValue("--paper-width"));
  const until = (promise) => waiting.push(promise);
  document.dispatchEvent(new CustomEvent("dyntube:print", { detail: { width, until } }));
  return waiting;
}

function toScreen() {
  if (!root.classList.contains("paper")) return;
  root.classList.remove("paper", "dark");
  for (const [, drawn] of figures()) drawn.style.zoom = "";
  document.dispatchEvent(new CustomEvent("dyntube:printed"));
}

// Lay the page out for paper, and wait until all of it is.
export async function prepare() {
  const end = performance.now() + PATIENCE;
  changed = performance.now();
  await Promise.allSettled(toPaper());
  do await new Promise((done) => setTimeout(done, 50));
  while (performance.now() < end && !(still() && figuresDrawn() && figures().every(fits)));
  scale();
}

document.addEventListener("click", async (event) => {
  if (!event.target.closest(".st-key-export-print button")) return;
  await prepare();
  window.print();
});
addEventListener("beforeprint", () => { toPaper(); scale(); });
addEventListener("afterprint", toScreen);
new MutationObserver(() => { changed = performance.now(); }).observe(
  root, { childList: true, subtree: true, attributes: true, characterData: true });
