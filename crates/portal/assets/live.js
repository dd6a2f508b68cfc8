// Live views: new rows appear above the others by themselves.
//
// A page asks for it with attributes; without scripts it shows what was there when it was drawn.
//
//   data-live="/portal/…"       on the section: the stream of events. It tells what came after the page was drawn, so its
//                               address should say what the newest row on the page is (`?after=…`)
//   data-live-rows-max="100"    rows that stay; older ones leave the page. Without it: 100
//   data-live-arrived="…"       said with the number of new rows, to those who do not see them
//   data-live-missed="…"        said when more came than was told
//   data-live-ended="…"         said when the session has ended
//   data-live-into              within it: the element that takes rows as its first children (a <tbody> or a list)
//   data-live-empty             within it: what is shown while there is no row; it leaves with the first one
//   data-live-filled hidden     within it: what is shown from the first row on, such as a table's head
//   data-live-pause="Pause" data-live-resume="Go on" hidden
//                               on a <button>: shown where scripts run
//   data-live-status            on an element with role="status": where sentences are said
//
// Events of a stream: `row` with data {"row": path}, whose answer is one row as HTML; `missed`; `end`.
import { enhance } from "./enhance.js";

// Rows that wait, because the view is paused or others are being fetched; what comes beyond is seen after a reload.
const WAITING_MAX = 200;

class Live {
  constructor(section) {
    this.section = section;
    this.into = section.querySelector("[data-live-into]");
    this.status = section.querySelector("[data-live-status]");
    this.button = section.querySelector("[data-live-pause]");
    this.rowsMax = Number(section.dataset.liveRowsMax) || 100;
    this.paused = false;
    this.waiting = [];
    this.arrived = 0;
    this.fetching = false;
    this.last = "";
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.toggle());
    // A page that nobody sees needs no stream: browsers open only a few at once.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.close() : this.open()));
    if (!document.hidden) this.open();
  }

  open() {
    if (this.stream || this.over) return;
    const address = new URL(this.section.dataset.live, location.href);
    if (this.last) address.searchParams.set("after", this.last);
    this.stream = new EventSource(address);
    this.stream.addEventListener("row", (event) => {
      this.last = event.lastEventId;
      const { row } = JSON.parse(event.data);
      this.keep(row);
    });
    this.stream.addEventListener("missed", () => this.say(this.section.dataset.liveMissed));
    this.stream.addEventListener("end", () => {
      this.over = true;
      this.close();
      this.say(this.section.dataset.liveEnded);
    });
  }

  close() {
    this.stream?.close();
    this.stream = undefined;
  }

  keep(row) {
    this.waiting.push(row);
    if (this.waiting.length > WAITING_MAX) {
      this.waiting.shift();
      this.say(this.section.dataset.liveMissed);
    }
    if (this.paused) this.button.textContent = `${this.button.dataset.liveResume} (${this.waiting.length})`;
    else this.fetchRows();
  }

  toggle() {
    this.paused = !this.paused;
    this.button.textContent = this.paused ? this.button.dataset.liveResume : this.button.dataset.livePause;
    if (!this.paused) this.fetchRows();
  }

  // One after the other, so that rows keep their order.
  async fetchRows() {
    if (this.fetching) return;
    this.fetching = true;
    while (!this.paused && this.waiting.length > 0) {
      try {
        await this.fetchRow(this.waiting.shift());
      } catch {
        this.say(this.section.dataset.liveMissed);
      }
    }
    this.fetching = false;
  }

  async fetchRow(row) {
    const address = new URL(row, location.href);
    if (address.origin !== location.origin || !address.pathname.startsWith("/portal/")) return;
    const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) throw new Error(`a row answered ${answer.status}`);
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    const element = template.content.firstElementChild;
    if (!element || (element.id && document.getElementById(element.id))) return;
    enhance(element);
    element.classList.add("arrived");
    this.into.prepend(element);
    while (this.into.children.length > this.rowsMax) this.into.lastElementChild.remove();
    this.section.querySelector("[data-live-empty]")?.remove();
    this.section.querySelector("[data-live-filled]")?.removeAttribute("hidden");
    this.arrived += 1;
    this.say(`${this.section.dataset.liveArrived} ${this.arrived}`);
  }

  say(sentence) {
    if (this.status) this.status.textContent = sentence;
  }
}

for (const section of document.querySelectorAll("[data-live]")) new Live(section);
