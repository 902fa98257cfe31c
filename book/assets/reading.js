// The contents of a page follow its scroll, and one switch shows all the code that is folded.
addEventListener("DOMContentLoaded", () => {
  const contents = document.querySelector(".bd-sidebar-secondary");
  const follow = () => {
    const entry = [...contents.querySelectorAll(".nav-link.active")].at(-1);
    if (!entry) return;
    const { top, bottom } = entry.getBoundingClientRect();
    const box = contents.getBoundingClientRect();
    if (top < box.top || bottom > box.bottom) contents.scrollTop += (top + bottom - box.top - box.bottom) / 2;
  };
  if (contents) new MutationObserver(follow).observe(contents, { subtree: true, attributeFilter: ["class"] });

  const folded = document.querySelectorAll("div.cell > details.hide");
  const buttons = document.querySelector(".article-header-buttons");
  if (folded.length === 0 || !buttons) return;
  const all = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm all-code" });
  all.textContent = "Show all code";
  const show = (shown) => {
    all.ariaPressed = shown;
    for (const cell of folded) cell.open = shown;
  };
  show(localStorage.getItem("code") === "shown");
  all.addEventListener("click", () => {
    const shown = all.ariaPressed !== "true";
    localStorage.setItem("code", shown ? "shown" : "folded");
    show(shown);
  });
  buttons.prepend(all);
});
