// Chooses the page's theme before its first paint; paper is always light.
{
  const root = document.documentElement.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.mode = localStorage.getItem("mode") || "auto";
  root.theme = root.mode === "auto" ? (dark ? "dark" : "light") : root.mode;

  addEventListener("beforeprint", () => {
    const shown = root.theme;
    root.theme = "light";
    addEventListener("afterprint", () => (root.theme = shown), { once: true });
  });
}
