// The button that prints: a page's own scripts cannot be inline. Evaluated once per document.
document.addEventListener("click", (event) => {
  if (event.target.closest(".st-key-export-print button")) window.print();
});
