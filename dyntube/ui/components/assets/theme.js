// Tells when the system turns light or dark; Streamlit by itself restyles only what is its own.
const SYSTEM = matchMedia("(prefers-color-scheme: dark)");
const LATER = 300; // milliseconds, in which Streamlit takes the new theme
const followed = new WeakMap();

export default function ({ parentElement: root, setTriggerValue }) {
  if (!followed.has(root)) {
    let soon;
    const changed = () => {
      clearTimeout(soon);
      soon = setTimeout(() => setTriggerValue("changed", SYSTEM.matches ? "dark" : "light"), LATER);
    };
    SYSTEM.addEventListener("change", changed);
    followed.set(root, () => {
      clearTimeout(soon);
      SYSTEM.removeEventListener("change", changed);
    });
  }
  return () => {
    followed.get(root)?.();
    followed.delete(root);
  };
}
