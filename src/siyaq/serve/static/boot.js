// Runs before the first paint: the language, direction and theme that were chosen last time.
(() => {
  const root = document.documentElement;
  const stored = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // storage may be switched off
    }
  };
  const wanted = stored("siyaq.language") ?? navigator.languages?.[0] ?? "en";
  const language = wanted.toLowerCase().startsWith("ar") ? "ar" : "en";
  root.lang = language;
  root.dir = language === "ar" ? "rtl" : "ltr";
  const theme = stored("siyaq.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  root.classList.add("booting"); // page.js shows the page once its words are there
})();
