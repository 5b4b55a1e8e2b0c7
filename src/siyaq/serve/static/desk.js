// The desk: what keeps going while nobody asks. One drawer with a tab for each matter.

import { byId, el } from "./dom.js";
import { told } from "./trouble.js";

export class Desk {
  #dialog = byId("desk");
  #body = byId("desk-body");
  #tabs = [...document.querySelectorAll("#desk-tabs [role=tab]")];
  #drawers; // name -> function that returns what is in it
  #turn = 0; // which drawing is the newest

  /** `drawers`: name of a tab -> async function to an element. */
  constructor(drawers) {
    this.#drawers = drawers;
    byId("desk-open").addEventListener("click", () => this.open("watching"));
    byId("desk-close").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close(); // beside it
    });
    this.#dialog.addEventListener("close", () => this.#body.replaceChildren());
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.#show(tab.dataset.tab));
      tab.addEventListener("keydown", (event) => this.#step(event));
    }
  }

  /** Open it at a tab; `given` is handed to what draws it. */
  open(name, given) {
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#show(name, given);
  }

  async #show(name, given) {
    const turn = ++this.#turn;
    for (const tab of this.#tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) this.#body.setAttribute("aria-labelledby", tab.id);
    }
    this.#body.setAttribute("aria-busy", "true");
    this.#body.replaceChildren(el("p", { class: "step" },
      el("span", { class: "spinner", "aria-hidden": "true" }), el("span", { t: "panel.loading" })));
    const drawn = await this.#drawn(name, given);
    if (turn !== this.#turn || !this.#dialog.open) return;
    this.#body.replaceChildren(drawn);
    this.#body.setAttribute("aria-busy", "false");
    const walking = this.#tabs.includes(document.activeElement); // with the arrows: stay there
    if (!walking || given) this.#body.querySelector("[autofocus]")?.focus();
  }

  async #drawn(name, given) {
    try {
      return await this.#drawers[name](given);
    } catch (error) {
      return told(error);
    }
  }

  #step(event) {
    const forward = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!forward) return;
    const step = document.documentElement.dir === "rtl" ? -forward : forward;
    const at = this.#tabs.indexOf(event.currentTarget) + step + this.#tabs.length;
    const tab = this.#tabs[at % this.#tabs.length];
    tab.focus();
    this.#show(tab.dataset.tab);
  }
}
