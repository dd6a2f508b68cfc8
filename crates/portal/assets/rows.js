// Rows of conditions and pairs: a row is added in place, where without scripts the form comes back with more rows.

for (const button of document.querySelectorAll("button[data-add-row]")) {
  button.addEventListener("click", (event) => {
    const rows = button.closest(".rows").querySelectorAll(".row");
    const last = rows[rows.length - 1];
    if (!last) return;
    event.preventDefault();
    const row = last.cloneNode(true);
    for (const field of row.querySelectorAll("input, select")) {
      if (field.tagName === "INPUT") field.value = "";
      else field.selectedIndex = 0;
      const label = field.getAttribute("aria-label");
      if (label) field.setAttribute("aria-label", label.replace(/\d+$/, String(rows.length + 1)));
    }
    last.after(row);
    row.querySelector("input").focus();
  });
}
