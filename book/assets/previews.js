// Shows beside a link what it leads to: a term, an equation, a theorem or a work, for who points at it
// or comes to it by keyboard. Escape closes it, and it stays while the pointer is in it. A finger has
// nothing to point with: its tap opens the same as a sheet at the foot of the window, from which one
// may go there; a tap elsewhere closes it. extensions/previews.py writes what is shown.
(() => {
  const SHOWN = /(#(term|equation|thm|def|prop|lem|cor)-|bibliography\.html#id).+$/;
  const SOON = 150; // ms for which a pointer rests on a link before
  const LINGER = 250; // ms to get from the link to what it shows
  const GAP = 6; // px between the two, and to the window's edge

  const root = new URL(document.documentElement.dataset.content_root, location.href);
  const box = document.createElement("div");
  Object.assign(box, { id: "preview", popover: "manual", role: "tooltip", tabIndex: -1 });
  const scripts = new Map();
  let link, timer, finger, returning;

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

  const isSheet = () => box.role === "dialog" && box.matches(":popover-open");

  /** What a sheet has besides: the way there, and out of it. */
  function addWays() {
    const go = Object.assign(document.createElement("a"), { href: link.href, textContent: "Go there" });
    const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close" });
    const ways = Object.assign(document.createElement("p"), { className: "ways" });
    ways.append(go, close);
    box.append(ways);
  }

  async function show(wanted, asSheet = false) {
    hide();
    link = wanted;
    const url = new URL(link.href);
    const page = url.pathname.slice(root.pathname.length).replace(/\.html$/, "");
    const html = (await load(page))[decodeURIComponent(url.hash.slice(1))];
    if (link !== wanted) return; // too late
    if (!html) return asSheet && location.assign(link.href); // nothing to show
    box.innerHTML = html;
    link.removeAttribute("title"); // the browser would show it as well
    box.role = asSheet ? "dialog" : "tooltip";
    box.ariaLabel = asSheet ? link.textContent : null;
    if (asSheet) addWays();
    else link.setAttribute("aria-describedby", box.id);
    box.showPopover();
    if (asSheet) box.focus();
    else place();
  }

  function hide() {
    clearTimeout(timer);
    link?.removeAttribute("aria-describedby");
    if (box.contains(document.activeElement)) {
      returning = true; // to the link, which is not to show itself again
      link.focus({ preventScroll: true });
      returning = false;
    }
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
      if (to && !returning) show(to);
    });
    text.addEventListener("focusout", () => isSheet() || hide());
    addEventListener("keydown", (event) => event.key === "Escape" && hide());
    addEventListener("scroll", () => link && box.matches(":popover-open") && !isSheet() && place(), { passive: true });

    addEventListener("pointerdown", ({ pointerType }) => (finger = pointerType === "touch"));
    addEventListener("pointerup", ({ target }) => isSheet() && !box.contains(target) && hide());
    text.addEventListener("click", (event) => {
      const to = finger && event.detail > 0 && shownBy(event);
      if (!to) return;
      event.preventDefault();
      show(to, true);
    });
    box.addEventListener("click", ({ target }) => target.closest("a, button") && hide());
  });
})();
