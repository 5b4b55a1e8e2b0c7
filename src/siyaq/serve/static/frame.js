// What every page has around it: language, theme, and the question for a key.

import { onKeyWanted } from "./api.js";
import { byId } from "./dom.js";
import { language, speak } from "./i18n.js";

const root = document.documentElement;

function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // storage may be switched off: then it lasts as long as the page
  }
}

function dark() {
  const { theme } = root.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function showTheme() {
  const button = byId("theme");
  button.setAttribute("aria-pressed", String(dark()));
}

function switchTheme() {
  root.dataset.theme = dark() ? "light" : "dark";
  remember("siyaq.theme", root.dataset.theme);
  showTheme();
}

async function switchLanguage() {
  const wanted = language() === "ar" ? "en" : "ar";
  await speak(wanted);
  byId("language").lang = wanted === "ar" ? "en" : "ar";
  remember("siyaq.language", wanted);
  document.dispatchEvent(new Event("spoken"));
}

let asking = null; // several requests may want a key at once: one question is enough

function askForKey() {
  asking ??= new Promise((resolve) => {
    const dialog = byId("key");
    const value = byId("key-value");
    let key = null;
    const submit = (event) => {
      event.preventDefault();
      key = value.value.trim() || null;
      dialog.close();
    };
    const cancel = () => dialog.close();
    byId("key-form").addEventListener("submit", submit);
    byId("key-cancel").addEventListener("click", cancel);
    dialog.addEventListener("close", () => {
      byId("key-form").removeEventListener("submit", submit);
      byId("key-cancel").removeEventListener("click", cancel);
      value.value = "";
      asking = null;
      resolve(key);
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

/** Put the frame to work, and show the page once its words are there. */
export async function startFrame() {
  onKeyWanted(askForKey);
  byId("language").addEventListener("click", switchLanguage);
  byId("theme").addEventListener("click", switchTheme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);
  try {
    await speak(language());
  } finally {
    root.classList.remove("booting");
  }
  byId("language").lang = language() === "ar" ? "en" : "ar";
  showTheme();
}
