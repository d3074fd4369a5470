// Writes the address that a page has put into the document, and remembers no more than the last one.
// What a reader did on a page is an entry of its own; whatever only corrects the address, or follows
// a change of page, which is an entry already, replaces it. Evaluated once per document.
let known = null;

function write() {
  const place = document.getElementById("address");
  if (!place || place.dataset.run === known?.run) return;
  const { query, page, session, run } = place.dataset;
  const acts = Number(place.dataset.acts);
  const embedding = [...new URLSearchParams(location.search)].filter(([name]) =>
    /^embed(_options)?$/i.test(name));
  const search = [new URLSearchParams(embedding).toString(), query].filter(Boolean).join("&");
  const before = known;
  known = { page, session, run, acts };
  if (location.search.slice(1) === search) return;
  if (before && before.session !== session) {
    // The server has forgotten this reader, and Streamlit told it an older address than this one.
    location.reload();
    return;
  }
  const act = before && before.page === page && before.acts < acts;
  const url = location.pathname + (search && `?${search}`) + location.hash;
  history[act ? "pushState" : "replaceState"]({}, "", url);
}

new MutationObserver(write).observe(document.body, { childList: true, subtree: true });
write();
