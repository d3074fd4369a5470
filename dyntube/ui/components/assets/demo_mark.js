// A mark beside the title that the data is invented, with what to do about it.
import { component, element, say, sheet, tr } from "./elements.js";
import { LOOK, openAt, opens, popup } from "./popup.js";

const STYLE = sheet(`${LOOK}
.demo { min-height: 26px; padding: 0 .6rem; border-radius: 999px; font-size: 12px; font-weight: 600;
  background: light-dark(#fef3c7, #422c06); color: light-dark(#7c3a06, #fde68a); white-space: nowrap; }
.about { width: 20rem; } .about p { margin: .4rem 0 0; }
.demo { position: relative; } .demo::after { content: ""; position: absolute; inset: -9px 0; } /* for fingers */
`);

class Mark {
  constructor(root) {
    root.adoptedStyleSheets = [STYLE];
    this.mark = element("button", "demo", element("div", "part", root));
    this.mark.type = "button";
    this.about = popup(root, "about", tr("About this data"));
    this.title = element("h2", "", this.about);
    this.text = element("p", "", this.about);
    opens(this.mark, this.about, (rect) => openAt(this.about, rect));
  }

  show(data) {
    say(this.mark, data.name);
    say(this.title, data.name);
    say(this.text, data.about);
  }
}

export default component(Mark);
