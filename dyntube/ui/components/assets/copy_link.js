// A button that copies the address of the page, which says all that is selected.
import { component, element, icon, ICONS, say, sheet, tr } from "./elements.js";
import { LOOK } from "./popup.js";

const STYLE = sheet(`${LOOK}
@media (max-width: 640px) { .boxed { padding: 0; width: 44px; justify-content: center; }
  .waiting { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .told { position: absolute; margin-top: 76px; background: var(--st-background-color); z-index: 1; } }
`);
const SECONDS = 2; // that "Copied" is shown for

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without TLS there is no clipboard but this one.
  const field = document.body.appendChild(document.createElement("textarea"));
  field.value = text;
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("The browser does not copy.");
}

class Link {
  constructor(root) {
    root.adoptedStyleSheets = [STYLE];
    const button = (this.button = element("button", "boxed", element("div", "part", root)));
    button.type = "button";
    icon(ICONS.link, button);
    this.text = element("span", "", button);
    this.text.setAttribute("aria-live", "polite");
    button.onclick = () => this.take();
  }

  show(data) {
    this.name = data.name;
    this.button.setAttribute("aria-label", data.name); // a status in it does not name it
    this.tell(data.name, "waiting");
  }

  tell(text, name) {
    say(this.text, text);
    this.text.className = name;
  }

  async take() {
    this.button.style.minWidth = `${this.button.getBoundingClientRect().width}px`; // nothing beside it moves
    const done = await copy(location.href)
      .then(() => tr("Copied"), () => tr("Copy it from the address bar"));
    this.tell(done, "told");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(this.name, "waiting"), SECONDS * 1000);
  }
}

export default component(Link);
