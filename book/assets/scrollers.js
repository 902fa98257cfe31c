// What is wider than the screen scrolls by itself. Such a box must be reachable by keyboard, and says on
// which side it goes on.
(() => {
  const BOXES = "div.math .equation, .bd-article pre, .pst-scrollable-table-container";

  function tell(box) {
    const rest = box.scrollWidth - box.clientWidth;
    const sides = { "goes-on": rest > 1, "goes-on-before": box.scrollLeft > 1, "goes-on-after": rest - box.scrollLeft > 1 };
    for (const [side, is] of Object.entries(sides)) box.classList.toggle(side, is);
    if (rest > 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }

  const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => tell(target)));
  const watch = (root) => root.querySelectorAll(BOXES).forEach((box) => observer.observe(box));
  addEventListener("DOMContentLoaded", () => watch(document));
  addEventListener("toggle", ({ target }) => watch(target), true); // a preview comes later
  addEventListener("scroll", ({ target }) => target.matches?.(".goes-on") && tell(target), { capture: true, passive: true });
})();
