// A formula that is wider than the screen scrolls by itself; such a box must be reachable by keyboard.
addEventListener("DOMContentLoaded", () => {
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  document.querySelectorAll("div.math .equation").forEach((box) => observer.observe(box));
});
