// The looks of a table and of its head.
import { COLOURS, scrollbar, sheet } from "./elements.js";

export const STYLE = sheet(`
:host, .box, .head, .foot, .none { ${COLOURS}
  --ground: var(--st-background-color); --line: light-dark(#e3e8ef, #2a3648);
  --hover: light-dark(#f3f6fb, #1a2436); --chosen: light-dark(#e6eefe, #1b2c4d); }
.box, .head, .foot, .none { font: 13px/1.35 var(--st-font); color: var(--st-text-color); }
[hidden] { display: none !important; }
button, input { font: inherit; color: inherit; }
button { border: 0; background: none; padding: 0; cursor: pointer; text-align: inherit; }
:is(button, input, .box):focus-visible { outline: 2px solid var(--st-primary-color);
  outline-offset: 1px; border-radius: 4px; }
.box { position: relative; overflow: auto; max-height: min(70vh, 41rem); scroll-padding: 3rem 0 0;
  overscroll-behavior-x: contain; contain: layout paint; }
.box.bare { max-height: var(--most, 30rem); }
${scrollbar(".box")}
.box::after { content: ""; position: sticky; z-index: 2; bottom: 0; left: 0; display: none; width: 100%;
  height: 16px; margin-top: -16px; pointer-events: none;
  background: linear-gradient(transparent, color-mix(in srgb, var(--st-text-color) 18%, transparent)); }
.box.below::after { display: block; }
.box.beyond { box-shadow: inset -10px 0 8px -10px rgb(0 0 0 / .35); }
table { border-collapse: separate; border-spacing: 0; width: 100%; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid var(--line); font-weight: 400;
  text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
thead th { position: sticky; top: 0; z-index: 1; background: var(--ground); vertical-align: bottom;
  color: var(--quiet); font-size: 12px; line-height: 1.2; }
.pinned { position: sticky; left: 0; z-index: 1; width: 100%; min-width: 13rem; max-width: 26rem;
  background: var(--ground); text-align: left; white-space: normal; }
thead .pinned { z-index: 2; }
td.text, th.text { text-align: left; }
td.text { min-width: 5rem; max-width: 34rem; white-space: normal; overflow-wrap: anywhere; }
table:has(td.text) .pinned { width: auto; min-width: 8rem; } /* texts take the room they need */
.text .sort { max-width: none; }
.sort { position: relative; display: inline-flex; align-items: end; max-width: 6rem;
  white-space: normal; }
.pinned .sort { max-width: none; }
.sort:disabled { cursor: default; }
thead [aria-sort] { color: var(--st-text-color); font-weight: 600; }
[aria-sort] .sort::after { position: absolute; bottom: 0; right: -.8em; }
[aria-sort=ascending] .sort::after { content: "↑"; }
[aria-sort=descending] .sort::after { content: "↓"; }
.first { display: flex; align-items: center; gap: .5rem; min-height: 28px; }
.hit { display: flex; align-items: center; align-self: stretch; padding: 0 .1rem; cursor: pointer; }
.tick { width: 15px; height: 15px; margin: 0; accent-color: var(--st-primary-color); }
.picture { flex: none; width: 64px; height: 36px; border-radius: 4px; overflow: hidden;
  background: var(--line); }
.picture img { display: block; width: 64px; height: 36px; object-fit: cover; }
.open { display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: baseline;
  align-content: center; min-width: 0; text-align: left; }
.name { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2;
  overflow: hidden; overflow-wrap: anywhere; }
.mark { color: var(--quiet); font-size: 12px; white-space: nowrap; }
.mark:empty { display: none; }
.course .line { display: block; width: 84px; height: 24px; }
.course path { fill: none; stroke: var(--quiet); stroke-width: 1.3; stroke-linejoin: round;
  stroke-linecap: round; vector-effect: non-scaling-stroke; }
td.change { color: var(--quiet); }
td.better { color: var(--good); } td.worse { color: var(--bad); }
.ticked > *, .ticked .pinned { background: var(--chosen); }
.marked .name { font-weight: 600; }
.marked .pinned { box-shadow: inset 3px 0 var(--st-primary-color); }
.none { display: flex; flex-wrap: wrap; gap: .25rem .75rem; margin: 0; padding: 1.2rem .45rem; }
.foot { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between;
  padding: .45rem .45rem 0; color: var(--quiet); font-size: 12px; min-height: 1.4rem; }
.link { color: var(--st-link-color); }
.further { margin-left: auto; white-space: nowrap; }
.printed { display: none; }
.head { display: flex; flex-wrap: wrap; gap: .4rem .6rem; align-items: center; }
.search { box-sizing: border-box; flex: 0 1 16rem; min-width: 8rem; height: 34px; padding: 0 .6rem;
  border: 1px solid var(--st-border-color); border-radius: 6px; background: var(--ground); }
.do { height: 34px; padding: 0 .7rem; border: 1px solid var(--st-border-color); border-radius: 6px;
  background: var(--ground); white-space: nowrap; }
.do.main { border-color: transparent; background: light-dark(#1d4ed8, #2563eb); color: #fff; }
.do:disabled { cursor: default; opacity: .55; }
.space { flex: 1; }
.menu { margin: 0; position: fixed; max-height: 70vh; overflow: auto; padding: .4rem;
  border: 1px solid var(--st-border-color); border-radius: 8px; background: var(--ground);
  color: var(--st-text-color); font: 13px/1.35 var(--st-font);
  box-shadow: 0 6px 20px rgb(0 0 0 / .18); }
.menu label { display: flex; gap: .5rem; align-items: center; padding: .25rem .4rem; cursor: pointer;
  border-radius: 4px; }
@media (hover: hover) {
  button.open:hover .name, .sort:enabled:hover, .link:hover { text-decoration: underline; }
  tbody tr:hover > *, .menu label:hover { background: var(--hover); }
  tbody tr.ticked:hover > * { background: var(--chosen); }
  .do:not(:disabled):hover { border-color: var(--st-primary-color); }
}
@media (hover: none) {
  .first { min-height: 44px; } .hit { padding: 0 .7rem; margin-left: -.45rem; }
  .open { min-height: 44px; } .sort:enabled { min-height: 44px; }
  .search, .do { height: 44px; } .link, .menu label { min-height: 44px; }
}
@media (max-width: 640px) {
  .pinned { min-width: 9.5rem; max-width: 9.5rem; }
  td.text { min-width: 8rem; } .picture { display: none; } .search { flex: 1 1 9rem; }
}
@media print {
  .box::after { display: none !important; }
  .box, .box.bare { max-height: none; overflow: visible; box-shadow: none !important; }
  .head, .hit, .further, .none .link { display: none !important; }
  .printed { display: inline; }
  thead { display: table-header-group; } tr { break-inside: avoid; }
  thead th, .pinned { position: static; } .pinned { min-width: 9rem; }
  tbody tr:nth-child(n + 201) { display: none; }
  th, td { padding: .1rem .3rem; } .first { min-height: 24px; } .course .line { width: 60px; }
  .sort, .open { display: contents; } /* buttons are missing in a head that is repeated */
  [aria-sort] .sort::after { position: static; }
}
`);
