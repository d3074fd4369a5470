// The filters in force: a click on a value changes it, on "is" inverts it, on the cross removes it.
import { component, element, icon, ICONS, say, sheet, tr } from "./elements.js";
import { LOOK } from "./popup.js";

const STYLE = sheet(`${LOOK}
.chips { display: flex; flex-wrap: wrap; gap: .3rem .4rem; align-items: center; min-height: 28px; }
.chip { display: inline-flex; align-items: stretch; min-height: 28px; max-width: 100%; box-sizing: border-box;
  border: 1px solid var(--st-border-color); border-radius: 999px; background: var(--soft); }
.chip > * { padding: 0 .3rem; border-radius: 6px; display: inline-flex; align-items: center; white-space: nowrap; }
.chip > :first-child { padding-left: .7rem; }
.chip > :last-child { padding: 0 .55rem 0 .25rem; border-radius: 0 999px 999px 0; }
.sign { color: var(--quiet); }
button.sign { text-decoration: underline dotted; text-underline-offset: 3px; }
.value { font-weight: 600; min-width: 0; }
.value span { overflow: hidden; text-overflow: ellipsis; max-width: 22rem; }
.clear { min-height: 28px; }
.tip { display: inline-flex; align-items: center; gap: .3rem; color: var(--quiet); min-width: 0; }
.tip span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.tip button { padding: .3rem; display: inline-flex; }
@media (hover: hover) { .chip button:hover { background: var(--chosen); } }
@media (hover: none), (max-width: 640px) { .chip, .clear { min-height: 44px; }
  .chip > :last-child { padding-right: .9rem; padding-left: .6rem; } .tip button { padding: .9rem; }
  .value span { max-width: 9rem; } .tip span { white-space: normal; } }
`);
const TIP = "dyntube-tip"; // in the browser: that the tip was there

// On a first visit only, until it is closed or followed.
function tipIsNew() {
  try {
    const known = localStorage.getItem(TIP);
    if (!known) sessionStorage.setItem(TIP, "shown");
    localStorage.setItem(TIP, known ?? "shown");
    return sessionStorage.getItem(TIP) === "shown";
  } catch {
    return false; // a browser that keeps nothing would show it for ever
  }
}

function tipIsKnown() {
  try {
    sessionStorage.setItem(TIP, "known");
  } catch { /* keeps nothing, and showed nothing */ }
}

class Chips {
  constructor(root) {
    this.root = root;
    root.adoptedStyleSheets = [STYLE];
    this.box = element("div", "part chips", root);
    this.list = new Map();
    this.clear = element("button", "plain clear", this.box);
    this.clear.type = "button";
    say(this.clear, tr("Clear filters"));
    this.tip = element("span", "tip", this.box);
    this.tipText = element("span", "", this.tip);
    const gone = element("button", "", this.tip);
    gone.type = "button";
    gone.setAttribute("aria-label", tr("Close the tip"));
    icon(ICONS.close, gone);
    gone.onclick = () => {
      tipIsKnown();
      this.tip.hidden = true;
      this.say();
    };
  }

  show(data, tell) {
    const focused = this.root.activeElement;
    const kept = new Set(data.chips.map((chip) => chip.parameter));
    for (const [name, chip] of this.list) {
      if (kept.has(name)) continue;
      chip.remove();
      this.list.delete(name);
    }
    for (const chip of data.chips) this.box.insertBefore(this.fill(chip, tell), this.clear);
    this.clear.hidden = !data.chips.length;
    this.clear.onclick = () => tell("changed", Object.fromEntries(data.chips.map((c) => [c.parameter, []])));
    if (data.chips.length) tipIsKnown();
    const tip = data.tips[Number(matchMedia("(hover: none)").matches)];
    this.tip.hidden = !tip || Boolean(data.chips.length) || !tipIsNew();
    say(this.tipText, tip ?? "");
    this.tipText.title = tip ?? "";
    this.say();
    if (focused && this.root.activeElement !== focused) {
      (focused.isConnected ? focused : this.box.querySelector("button:not([hidden])"))?.focus({ preventScroll: true });
    }
  }

  // For css/frame.css: what there is takes more room or less.
  say() {
    const found = this.list.size ? "chips" : this.tip.hidden ? "nothing" : "tip";
    this.root.host.dataset.shows = found;
  }

  fill(chip, tell) {
    const box = this.list.get(chip.parameter) ?? this.make(chip);
    const [name, sign, value, gone] = box.children;
    say(name, chip.name);
    say(sign, chip.sign);
    if (chip.opposite) {
      sign.title = tr("Change to “{condition}”", { condition: chip.opposite.sign });
      sign.onclick = () => tell("changed", { [chip.parameter]: [], [chip.opposite.parameter]: chip.opposite.values });
    }
    say(value.firstChild, chip.value);
    value.title = [chip.hover, tr("Click to change")].join("\n");
    const filter = `${chip.name} ${chip.sign} ${chip.hover}`;
    value.setAttribute("aria-label", tr("{filter}: change", { filter }));
    value.onclick = () => document.dispatchEvent(new CustomEvent("dyntube:filter",
      { detail: { by: chip.by, operator: chip.operator, rect: value.getBoundingClientRect() } }));
    gone.setAttribute("aria-label", tr("Remove {filter}", { filter }));
    gone.title = tr("Remove this filter");
    gone.onclick = () => {
      if (this.root.activeElement === gone) this.after(box).focus();
      box.hidden = true; // at once, before the server says so
      tell("changed", { [chip.parameter]: [] });
    };
    box.hidden = false;
    return box;
  }

  // Where the focus goes when a chip is removed.
  after(box) {
    const next = box.nextElementSibling;
    return next.classList.contains("chip") ? next.querySelector("button") : this.clear;
  }

  make(chip) {
    const box = element("span", "chip", this.box);
    element("span", "name", box);
    element(chip.opposite ? "button" : "span", "sign", box);
    element("span", "", element("button", "value", box));
    icon(ICONS.close, element("button", "gone", box));
    for (const button of box.querySelectorAll("button")) button.type = "button";
    this.list.set(chip.parameter, box);
    return box;
  }
}

export default component(Chips);
