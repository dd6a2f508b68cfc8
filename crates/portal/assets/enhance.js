// What makes pages nicer where scripts run. Nothing here is needed to use them.

export function enhance(root) {
  // Instants are written in UTC by the server; readers think in their own zone.
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const language = document.documentElement.lang;
    element.title = element.textContent;
    const form = "short" in element.dataset ? "short" : "medium";
    element.textContent = new Intl.DateTimeFormat(language, { dateStyle: form, timeStyle: form }).format(at);
  }

  // A button beside every line that is meant to be copied.
  for (const block of root.querySelectorAll("pre[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet copy";
    button.textContent = block.dataset.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.querySelector("code").textContent);
      button.textContent = block.dataset.copied;
    });
    block.append(button);
  }
}

enhance(document);
