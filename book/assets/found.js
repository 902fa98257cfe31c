// Leads who comes from the search page to the match: what is folded around it opens, each match in
// the passage is marked, and the first one is in view. Nothing in the text is changed.
(() => {
  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  const open = (word) => escape(word) + (/^\p{L}{3,}$/u.test(word) ? "\\p{L}*" : "");

  /** What matches these words next to each other, each a whole one in the text. */
  const toMatch = (words) =>
    new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.map(open).join("[\\s–-]+")})(?![\\p{L}\\p{N}])`, "giu");

  globalThis.toyFound = { toMatch };

  /** Every match within one piece of text, in the order of the page; formulas are left alone. */
  function ranges(root, patterns) {
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { currentNode: node } = walker;
      if (node.parentElement.closest(".katex, script, style")) continue;
      for (const match of patterns.flatMap((pattern) => [...node.data.matchAll(pattern)])) {
        const range = new Range();
        range.setStart(node, match.index);
        range.setEnd(node, match.index + match[0].length);
        found.push(range);
      }
    }
    return found;
  }

  addEventListener("load", () => {
    const words = new URLSearchParams(location.search).get("q")?.split(/\s+/).filter(Boolean) ?? [];
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (words.length === 0 || !target) return;
    const passage = target.matches("dt") ? target.parentElement : target;
    let found = ranges(passage, [toMatch(words)]);
    if (found.length === 0) found = ranges(passage, words.map((word) => toMatch([word])));
    const first = found[0]?.startContainer.parentElement ?? passage;
    for (let box = first.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    globalThis.CSS.highlights?.set("found", new Highlight(...found));
    first.scrollIntoView({ block: "center" });
  });
})();
