// Panels above the page: beside what opened them, on a phone at its lower edge.
import { COLOURS, element, focused } from "./elements.js";

const GAP = 6; // pixels between a panel, what opened it, and the edges of the screen
export const PHONE = "(max-width: 640px)";

// What the parts of the frame look like: buttons, fields, panels.
export const LOOK = `
:host, .part { font: 13px/1.4 var(--st-font); color: var(--st-text-color); }
.part, .popup { ${COLOURS} --soft: light-dark(#eef2f8, #1c2942);
  --chosen: light-dark(#e1ebfe, #1d3b70); --strong: light-dark(#1d4ed8, #bfdbfe); }
button, input, select { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; text-align: left; border-radius: 8px; }
button:disabled { cursor: default; opacity: .4; }
.boxed { display: inline-flex; align-items: center; gap: .45rem; min-height: 34px; box-sizing: border-box;
  padding: 0 .7rem; border: 1px solid var(--st-border-color); background: var(--st-background-color);
  white-space: nowrap; }
.plain { min-height: 34px; padding: 0 .55rem; color: var(--strong); white-space: nowrap; }
.main { background: var(--strong); color: light-dark(#fff, #0b1220); font-weight: 600;
  min-height: 34px; padding: 0 .9rem; text-align: center; }
:is(button, input, select, [tabindex]):focus-visible { outline: 2px solid var(--st-primary-color);
  outline-offset: 1px; }
input, select { box-sizing: border-box; min-height: 34px; padding: 0 .55rem; border-radius: 8px;
  border: 1px solid var(--st-border-color); background: var(--st-background-color);
  color-scheme: inherit; }
.quiet { color: var(--quiet); }
kbd { font: 11px/1 var(--st-font); color: var(--quiet); border: 1px solid var(--st-border-color);
  border-radius: 4px; padding: .15rem .3rem; min-width: .6rem; text-align: center; }
.popup { visibility: visible; position: fixed; inset: auto; margin: 0; box-sizing: border-box; padding: .9rem;
  font: 13px/1.4 var(--st-font); color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: 12px; overflow: auto;
  max-height: calc(100dvh - 12px); max-width: calc(100vw - 12px);
  box-shadow: 0 12px 32px rgb(15 23 42 / .18); }
.popup:focus { outline: none; }
.popup h2 { font-size: 13px; font-weight: 600; margin: 0; }
[hidden] { display: none !important; }
@media (hover: hover) { .boxed:hover:enabled, .plain:hover:enabled { background: var(--soft); } }
@media ${PHONE} {
  .boxed, .plain, .main, input, select { min-height: 44px; }
  input, select { font-size: 16px; } /* smaller ones make iOS zoom in */
  .popup { left: 0 !important; right: 0; top: auto !important; bottom: 0; width: 100% !important;
    max-width: none; max-height: 86dvh; border-radius: 16px 16px 0 0;
    padding: 1rem 1rem calc(1rem + env(safe-area-inset-bottom)); }
  .popup::backdrop { background: rgb(15 23 42 / .45); }
}
@media print { .part, .popup { display: none !important; } }
`;

// A panel that closes by Escape and by a click anywhere else. The focus goes back to where it was
// when it opened, if it was in the panel; browsers do not know an element inside of a component.
export function popup(parent, name, label) {
  const box = element("div", `popup ${name}`, parent);
  box.popover = "auto";
  box.tabIndex = -1;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", label);
  box.addEventListener("toggle", ({ newState }) => {
    const at = focused();
    if (newState === "closed" && (at === document.body || box.contains(at))) {
      box.cameFrom?.focus({ preventScroll: true });
    }
  });
  return box;
}

export const isOpen = (box) => box.matches(":popover-open");

export function openAt(box, rect) {
  if (!isOpen(box)) {
    box.cameFrom = focused();
    box.showPopover();
  }
  place(box, rect);
}

export function place(box, rect) {
  box.rect = rect;
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = Math.max(GAP, Math.min(rect.left, innerWidth - width - GAP));
  const below = rect.bottom + GAP;
  const top = below + height <= innerHeight - GAP ? below : innerHeight - height - GAP;
  box.style.left = `${left}px`;
  box.style.top = `${Math.max(GAP, top)}px`;
}

export function close(box) {
  if (isOpen(box)) box.hidePopover();
}

// A button that opens a panel, and closes it when it is open. A press on it already closes the
// panel, as it is outside; the click that follows must not open it again.
export function opens(button, box, open) {
  let wasOpen = false;
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  box.addEventListener("toggle", ({ newState }) => button.setAttribute("aria-expanded",
    String(newState === "open" && box.opener === button)));
  button.onpointerdown = () => { wasOpen = isOpen(box) && box.opener === button; };
  button.onclick = ({ detail }) => {
    if (!wasOpen || !detail) { // a key has no press before it
      box.opener = button;
      open(button.getBoundingClientRect());
    }
    wasOpen = false;
  };
}
