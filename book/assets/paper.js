// Paper is always light: who prints a dark page gets the light one, for which its light pictures are
// fetched once the page has come to rest. A browser would not wait for them when it prints.
{
  const AT_REST = 2000; // ms after the page has loaded

  addEventListener("load", () =>
    setTimeout(() => document.querySelectorAll("img.only-light").forEach((image) => (image.loading = "eager")), AT_REST),
  );

  const root = document.documentElement.dataset;
  addEventListener("beforeprint", () => {
    const shown = root.theme;
    root.theme = "light";
    addEventListener("afterprint", () => (root.theme = shown), { once: true });
  });
}
