// A table is two elements: its head and its rows, which change at different times. They share this
// one module, as each component has copies of its own of what it imports.
import head from "./table_head.js";
import rows from "./table_rows.js";

export default function (component) {
  return component.data.part === "head" ? head(component) : rows(component);
}
