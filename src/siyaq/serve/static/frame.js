// What every page has around it: language, theme, and who is let in.

import { onKeyWanted } from "./api.js";
import { byId } from "./dom.js";
import { language, speak } from "./i18n.js";
import { askToEnter, startSigning } from "./signing.js";

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

/** Put the frame to work, and show the page once its words are there. */
export async function startFrame() {
  onKeyWanted(askToEnter);
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
  startSigning();
}
