// The period in the head of a page, what it is compared with, and the keys that choose both.
import { component, element, icon, ICONS, say, sheet, tr } from "./elements.js";
import { listen, search } from "./keys.js";
import { close, isOpen, LOOK, openAt, opens, popup } from "./popup.js";

const STYLE = sheet(`${LOOK}
.bar { display: flex; align-items: center; gap: .35rem; flex-wrap: wrap; justify-content: flex-end; }
.steps { display: flex; min-width: 0; }
.steps .boxed { border-radius: 0; margin-left: -1px; }
.steps .boxed:first-child { border-radius: 8px 0 0 8px; padding: 0 .5rem; margin-left: 0; }
.steps .boxed:last-child { border-radius: 0 8px 8px 0; padding: 0 .5rem; }
.steps .boxed:focus-visible { z-index: 1; position: relative; }
.shown { min-width: 0; }
.shown .name { font-weight: 600; }
.shown .dates { color: var(--quiet); overflow: hidden; text-overflow: ellipsis; }
.filters { display: none; }
.help { width: 34px; justify-content: center; padding: 0; }
.panel { width: 30rem; }
.presets, .compares { display: grid; grid-template-columns: 1fr 1fr; gap: 1px .5rem; }
.choice { display: flex; align-items: center; justify-content: space-between; min-height: 32px;
  padding: 0 .6rem; box-sizing: border-box; width: 100%; }
.choice[aria-pressed=true] { background: var(--chosen); color: var(--strong); font-weight: 600; }
section { border-top: 1px solid var(--st-border-color); margin-top: .6rem; padding-top: .6rem; }
section h2 { margin-bottom: .5rem; padding: 0 .6rem; }
.fields { display: flex; align-items: center; gap: .4rem; padding: 0 .6rem; }
.fields input { flex: 1; min-width: 0; }
.wrong { color: var(--bad); padding: .3rem .6rem 0; }
.keys { width: 24rem; }
.keys dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem .8rem; margin: .6rem 0 0; }
.keys dt { text-align: right; } .keys dd { margin: 0; }
@media (hover: hover) { .choice:hover:not([aria-pressed=true]) { background: var(--soft); } }
@media (hover: none) { kbd, .help { display: none; } }
@media (max-width: 768px) { .filters { display: inline-flex; } } /* where there is no sidebar */
@media (max-width: 640px) {
  .bar { flex-wrap: wrap; } .steps { flex: 1 1 11rem; } .steps .shown { flex: 1; justify-content: center; }
  .shown .dates, .help { display: none; } .shown.bare .dates { display: inline; }
  .choice { min-height: 44px; }
  .back { order: 1; }
}
`);

class Dates {
  constructor(parent, names, chosen) {
    this.form = element("form", "", parent);
    const fields = element("div", "fields", this.form);
    [this.from, this.to] = names.map((name, n) => {
      if (n) say(element("span", "quiet", fields), "–");
      const field = element("input", "", fields);
      field.type = "date";
      field.required = true;
      field.setAttribute("aria-label", name);
      field.oninput = () => say(this.wrong, "");
      return field;
    });
    const apply = element("button", "main", fields);
    say(apply, tr("Apply"));
    this.wrong = element("div", "wrong", this.form);
    this.wrong.setAttribute("role", "alert");
    this.form.onsubmit = (event) => {
      event.preventDefault();
      const { value: from } = this.from;
      const { value: to } = this.to;
      if (from > to) say(this.wrong, tr("The start date must be before the end date."));
      else chosen(from, to);
    };
  }

  show([from, to], [min, max]) {
    // What somebody is typing stays.
    if (this.form.contains(this.form.getRootNode().activeElement)) return;
    [this.from.value, this.to.value] = [from, to];
    for (const field of [this.from, this.to]) [field.min, field.max] = [min, max];
    say(this.wrong, "");
  }
}

// On a phone, the tab of the page comes into sight. The first tab's address is that of any page.
const showTab = () => setTimeout(() =>
  [...document.querySelectorAll(".st-key-pages a")].findLast(({ pathname }) => pathname === location.pathname)
    ?.scrollIntoView({ block: "nearest", inline: "center" }));

// What asks for the comparison of a period.
const comparison = ({ compare, compared: [from, to] }) => (compare === "dates"
  ? { compare: [compare], "compare-from": [from], "compare-to": [to] } : { compare: [compare] });

class Period {
  constructor(root) {
    this.isEntering = false;
    this.compareAgain = { compare: ["previous"] };
    root.adoptedStyleSheets = [STYLE];
    this.bar = element("div", "part bar", root);
    this.back = element("button", "plain back", this.bar);
    icon(ICONS.zoomOut, this.back).style.verticalAlign = "-3px";
    this.backName = element("span", "", this.back);
    this.steps = element("div", "steps", this.bar);
    this.before = this.step(ICONS.left);
    this.shown = element("button", "boxed shown", this.steps);
    icon(ICONS.calendar, this.shown);
    this.name = element("span", "name", this.shown);
    this.shown.append(" "); // what is seen is a part of the name
    this.dates = element("span", "dates", this.shown);
    icon(ICONS.down, this.shown);
    this.after = this.step(ICONS.right);
    this.filters = element("button", "boxed filters", this.bar);
    icon(ICONS.filters, this.filters);
    this.filtersName = element("span", "", this.filters);
    this.filters.onclick = () => document.dispatchEvent(
      new CustomEvent("dyntube:filters", { detail: this.filters.getBoundingClientRect() }));
    this.help = element("button", "boxed help", this.bar);
    say(this.help, "?");
    this.help.title = tr("Keyboard shortcuts");
    this.help.setAttribute("aria-label", tr("Keyboard shortcuts"));
    this.panel = popup(root, "panel", tr("Period"));
    this.keys = popup(root, "keys", tr("Keyboard shortcuts"));
    this.fill();
    opens(this.shown, this.panel, (rect) => this.open(rect));
    opens(this.help, this.keys, (rect) => openAt(this.keys, rect));
    for (const button of root.querySelectorAll(".bar button")) button.type = "button";
    this.remove = listen((key) => this.pressed(key));
  }

  step(path) {
    const button = element("button", "boxed", this.steps);
    icon(path, button);
    return button;
  }

  fill() {
    this.presets = element("div", "presets", this.panel);
    const dates = element("section", "", this.panel);
    say(element("h2", "", dates), tr("Custom dates"));
    this.custom = new Dates(dates, [tr("From"), tr("To")], (from, to) =>
      this.choose({ from: [from], to: [to] }));
    this.comparison = element("section", "", this.panel);
    say(element("h2", "", this.comparison), tr("Compare with"));
    this.compares = element("div", "compares", this.comparison);
    const names = [tr("Compare from"), tr("Compare to")];
    this.compared = new Dates(this.comparison, names, (from, to) =>
      this.choose({ compare: ["dates"], "compare-from": [from], "compare-to": [to] }));
  }

  show(data, tell) {
    [this.data, this.tell] = [data, tell];
    const { period } = data;
    this.steps.hidden = this.back.hidden = !period;
    say(this.filtersName, data.filters
      ? tr("Filters ({number})", { number: data.filters }) : tr("Filters"));
    if (location.pathname !== this.path) showTab();
    this.path = location.pathname;
    if (period) this.showPeriod(period);
    else close(this.panel);
    this.showKeys();
  }

  showPeriod(period) {
    say(this.name, period.name);
    say(this.dates, period.dates);
    this.shown.classList.toggle("bare", !period.name);
    const said = [period.name, period.dates].filter(Boolean).join(" ");
    this.shown.setAttribute("aria-label", tr("Period: {period}", { period: said }));
    const { before, after } = period;
    this.before.setAttribute("aria-label",
      before ? tr("Before: {period}", { period: before }) : tr("Nothing before"));
    this.after.setAttribute("aria-label",
      after ? tr("After: {period}", { period: after }) : tr("Nothing after"));
    for (const [button, to] of [[this.before, before], [this.after, after]]) {
      button.disabled = !to;
      button.title = to;
    }
    this.before.onclick = () => this.tell("stepped", -1);
    this.after.onclick = () => this.tell("stepped", 1);
    this.back.hidden = !period.back;
    say(this.backName, ` ${period.back}`);
    this.back.onclick = () => this.tell("zoomed_out", true);
    this.choices(this.presets, period.presets, period.chosen, (value) => this.choose({ period: [value] }));
    this.custom.show(period.range, period.limits);
    this.comparison.hidden = !period.compares.length;
    this.choices(this.compares, period.compares, period.compare, (value) => this.compare(value));
    this.compared.form.hidden = period.compare !== "dates" && !this.isEntering;
    if (period.compare !== "none") this.compareAgain = comparison(period);
    this.compared.show(period.compared, period.limits);
  }

  choices(parent, choices, chosen, choose) {
    choices.forEach(({ value, name, key }, n) => {
      const button = parent.children[n] ?? element("button", "choice", parent);
      button.type = "button";
      const [text, hint] = button.children.length ? button.children
        : [element("span", "", button), element("kbd", "", button)];
      say(text, name);
      say(hint, key ?? "");
      hint.hidden = !key;
      button.setAttribute("aria-pressed", String(value === chosen));
      button.onclick = () => choose(value);
    });
  }

  compare(value) {
    if (value !== "dates") return this.choose({ compare: [value] });
    this.isEntering = true; // dates to compare with, which no answer of the server hides
    this.compared.form.hidden = false;
    this.compared.from.focus();
  }

  choose(parameters) {
    this.isEntering = false;
    close(this.panel);
    this.tell("chosen", parameters);
  }

  open(rect = this.shown.getBoundingClientRect()) {
    this.isEntering = false;
    this.panel.opener = this.shown;
    this.compared.form.hidden = this.data.period.compare !== "dates";
    openAt(this.panel, rect);
    const chosen = this.presets.querySelector("[aria-pressed=true]") ?? this.presets.firstChild;
    chosen?.focus({ preventScroll: true });
  }

  showKeys() {
    if (this.keys.firstChild && this.hasPeriod === Boolean(this.data.period)) return;
    this.hasPeriod = Boolean(this.data.period);
    const named = this.data.period?.presets.filter(({ key }) => key).map(({ key, name }) => [key, name]);
    const rows = [
      ...(named ? [...named, ["C", tr("Custom dates")], ["X", tr("Turn comparison on or off")],
        ["←", tr("Previous period")], ["→", tr("Next period")]] : []),
      ["/", tr("Search the table")], ["↑ ↓", tr("Move through rows")], ["Enter", tr("Open a row")],
      ["Space", tr("Tick a row")], ["Esc", tr("Close")], ["?", tr("Show shortcuts")],
    ];
    this.keys.replaceChildren();
    say(element("h2", "", this.keys), tr("Keyboard shortcuts"));
    const list = element("dl", "", this.keys);
    for (const [key, name] of rows) {
      say(element("kbd", "", element("dt", "", list)), key);
      say(element("dd", "", list), name);
    }
  }

  pressed(key) {
    if (key === "?") {
      this.keys.opener = this.help;
      if (isOpen(this.keys)) close(this.keys);
      else openAt(this.keys, this.help.getBoundingClientRect());
      return true;
    }
    if (key === "/") return search();
    const { period } = this.data;
    if (!period) return false;
    if (key === "ArrowLeft" || key === "ArrowRight") return this.stepBy(key === "ArrowLeft" ? -1 : 1);
    if (key === "C") {
      this.open();
      this.custom.from.focus();
      return true;
    }
    if (key === "X" && period.compares.length) {
      this.choose(period.compare === "none" ? this.compareAgain : { compare: ["none"] });
      return true;
    }
    const preset = period.presets.find((one) => one.key === key);
    if (preset && preset.value !== period.chosen) this.choose({ period: [preset.value] });
    return Boolean(preset);
  }

  stepBy(direction) {
    const button = direction < 0 ? this.before : this.after;
    if (!button.disabled) this.tell("stepped", direction);
    return !button.disabled;
  }
}

export default component(Period);
