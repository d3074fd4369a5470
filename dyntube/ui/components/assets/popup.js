// Panels above the page: beside what opened them, on a phone at its lower edge.
import { element } from "./elements.js";

const GAP = 6; // pixels between a panel, what opened it, and the edges of the screen
export const PHONE = "(max-width: 640px)";

// What the parts of the frame look like: buttons, fields, panels.
export const LOOK = `
:host, .part { font: 13px/1.4 var(--st-font); color: var(--st-text-color); }
.part, .popup { --quiet: light-dark(#55627a, #a3b0c2); --soft: light-dark(#eef2f8, #1c2942);
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

// A panel that closes by Escape and by a click anywhere else.
export function popup(parent, name, label) {
  const box = element("div", `popup ${name}`, parent);
  box.popover = "auto";
  box.tabIndex = -1;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", label);
  return box;
}

export const isOpen = (box) => box.matches(":popover-open");

export function openAt(box, rect) {
  if (!isOpen(box)) box.showPopover();
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
  button.onpointerdown = () => { wasOpen = isOpen(box) && box.opener === button; };
  button.onclick = () => {
    if (!wasOpen) {
      box.opener = button;
      open(button.getBoundingClientRect());
    }
    wasOpen = false;
  };
}

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
  link: "M6.5 9.5 9.5 6.5M7 4.5l1.6-1.6a3 3 0 0 1 4.3 4.3L11.4 8.8M9 11.5l-1.6 1.6a3 3 0 0 1-4.3-4.3L4.6 7.2",
};
