// The contents of a page follow its scroll, and one switch shows all the code that is folded.
addEventListener("DOMContentLoaded", () => {
  const contents = document.querySelector(".bd-sidebar-secondary");
  const links = [...(contents?.querySelectorAll("a[href^='#']") ?? [])];
  const heading = new Map(links.map((link) => [link, document.getElementById(link.hash.slice(1))]));
  // What is read: the last heading in the upper third of the window, and at the end the last of all.
  const place = () => {
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    return atEnd ? links.at(-1) : links.findLast((link) => heading.get(link).getBoundingClientRect().top < innerHeight / 3);
  };
  // The theme marks a heading that is seen to pass; who jumps past it is shown the one before.
  const follow = () => {
    const here = place();
    for (const link of links) {
      link.classList.toggle("active", link === here);
      link.ariaCurrent = link === here ? "true" : null;
    }
    for (const entry of contents.querySelectorAll(".toc-entry")) entry.classList.toggle("active", entry.contains(here ?? null));
    if (!here) return;
    const { top, bottom } = here.getBoundingClientRect();
    const box = contents.getBoundingClientRect();
    if (top < box.top || bottom > box.bottom) contents.scrollTop += (top + bottom - box.top - box.bottom) / 2;
  };
  if (links.length > 0) {
    addEventListener("scroll", () => requestAnimationFrame(follow), { passive: true });
    new MutationObserver(follow).observe(contents, { subtree: true, attributeFilter: ["class"] });
  }

  // On a small screen they lie over the page: who has chosen a section wants to see it.
  document.getElementById("pst-secondary-sidebar-modal")?.addEventListener("click", ({ target, currentTarget }) => {
    if (target.closest("a[href^='#']")) currentTarget.close();
  });

  const folded = document.querySelectorAll("div.cell > details.hide");
  const buttons = document.querySelector(".article-header-buttons");
  if (folded.length === 0 || !buttons) return;
  const all = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm all-code" });
  let shown;
  const show = (wanted) => {
    shown = wanted;
    all.textContent = shown ? "Fold all code" : "Show all code";
    for (const cell of folded) cell.open = shown;
  };
  show(localStorage.getItem("code") === "shown");
  all.addEventListener("click", () => {
    show(!shown);
    localStorage.setItem("code", shown ? "shown" : "folded");
  });
  buttons.prepend(all);
});
