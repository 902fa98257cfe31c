// An old address keeps working: a place that has moved to another page is looked up in the book's list
// of places (_static/places.js, written by book/extensions/places.py), and opened there.
//
// A list with more than one page is decided by where the reader stands: first this page, then the
// pages below it, and otherwise none, because "exercises" is a place of every chapter.
(() => {
  const self = document.currentScript;
  const root = new URL("../", self.src);
  const here = () => location.pathname.slice(root.pathname.length);

  /** The page to which a place has moved from the page `from`; undefined if it is still there. */
  function movedTo(pages, from) {
    if (pages.includes(from)) return undefined;
    const below = pages.filter((page) => page.startsWith(from.replace(/\.html$/, "/")));
    const found = below.length > 0 ? below : pages;
    return found.length === 1 ? found[0] : undefined;
  }

  function follow() {
    const name = decodeURIComponent(location.hash.slice(1).split("?", 1)[0]);
    if (!name || document.getElementById(name)) return;
    const script = document.createElement("script");
    script.src = new URL("_static/places.js", root);
    script.addEventListener("load", () => {
      const page = movedTo(globalThis.toyPlaces[name] ?? [], here());
      if (page) location.replace(new URL(page, root) + location.search + location.hash);
    });
    document.head.append(script);
  }

  addEventListener("hashchange", follow);
  follow();
})();
