// Shows beside a link what it leads to: a term, an equation, a theorem or a work, for who points at it
// or comes to it by keyboard. Escape closes it, and it stays while the pointer is in it. A finger has
// nothing to point with: it follows the link. extensions/previews.py writes what is shown.
(() => {
  const SHOWN = /(#(term|equation|thm|def|prop|lem|cor)-|bibliography\.html#id).+$/;
  const SOON = 150; // ms for which a pointer rests on a link before
  const LINGER = 250; // ms to get from the link to what it shows
  const GAP = 6; // px between the two, and to the window's edge

  const root = new URL(document.documentElement.dataset.content_root, location.href);
  const box = document.createElement("div");
  Object.assign(box, { id: "preview", popover: "manual", role: "tooltip" });
  const scripts = new Map();
  let link, timer;

  /** The previews of a page, from its script: over file:// a page may load nothing else. */
  function load(page) {
    if (!scripts.has(page)) {
      scripts.set(
        page,
        new Promise((resolve) => {
          const done = () => resolve(globalThis.previews?.[page] ?? {});
          const src = new URL(`_static/previews/${page}.js`, root);
          document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: done }));
        }),
      );
    }
    return scripts.get(page);
  }

  function place() {
    const [at] = link.getClientRects();
    const below = at.bottom + GAP + box.offsetHeight <= innerHeight;
    box.style.top = `${Math.max(GAP, below ? at.bottom + GAP : at.top - GAP - box.offsetHeight)}px`;
    box.style.left = `${Math.max(GAP, Math.min(at.left, document.documentElement.clientWidth - GAP - box.offsetWidth))}px`;
  }

  async function show(wanted) {
    hide();
    link = wanted;
    const url = new URL(link.href);
    const page = url.pathname.slice(root.pathname.length).replace(/\.html$/, "");
    const html = (await load(page))[decodeURIComponent(url.hash.slice(1))];
    if (!html || link !== wanted) return; // nothing to show, or too late
    box.innerHTML = html;
    link.removeAttribute("title"); // the browser would show it as well
    link.setAttribute("aria-describedby", box.id);
    box.showPopover();
    place();
  }

  function hide() {
    clearTimeout(timer);
    link?.removeAttribute("aria-describedby");
    link = undefined;
    if (box.matches(":popover-open")) box.hidePopover();
  }

  function soon(action, delay) {
    clearTimeout(timer);
    timer = setTimeout(action, delay);
  }

  const shownBy = (event) => {
    const to = event.target.closest?.("a.internal[href]");
    return to && SHOWN.test(to.href) ? to : undefined;
  };

  addEventListener("DOMContentLoaded", () => {
    const text = document.querySelector("article.bd-article");
    if (!text || !box.showPopover) return;
    text.append(box);
    text.addEventListener("pointerover", (event) => {
      const to = event.pointerType === "mouse" && shownBy(event);
      if (to && to !== link) soon(() => show(to), SOON);
      else if (to) clearTimeout(timer);
    });
    text.addEventListener("pointerout", (event) => shownBy(event) && soon(hide, LINGER));
    box.addEventListener("pointerenter", () => clearTimeout(timer));
    box.addEventListener("pointerleave", () => soon(hide, LINGER));
    text.addEventListener("focusin", (event) => {
      const to = event.target.matches(":focus-visible") && shownBy(event);
      if (to) show(to);
    });
    text.addEventListener("focusout", hide);
    addEventListener("keydown", (event) => event.key === "Escape" && hide());
    addEventListener("scroll", () => link && box.matches(":popover-open") && place(), { passive: true });
  });
})();
