// The search page: looks through the passages of all pages for the words of `?q=…`.
//
// First for the words as they stand, next to each other; where no passage has them so, for all of
// them in any order. A word of three letters or more may go on: "tie" finds "ties".
(() => {
  const AROUND = 110; // characters of a passage shown on either side of a match
  const IN_TITLE = 10; // a match in a title counts as this many in the text, where
  const MOST = 3; // more than so many count no more

  const { toMatch } = globalThis.toyFound;

  const count = (pattern, text) => [...text.matchAll(pattern)].length;

  /** The passages in which every pattern matches, those with most matches first. */
  function search(patterns) {
    const found = [];
    for (const [page, passages] of globalThis.passages ?? []) {
      for (const [anchor, title, text] of passages) {
        const scores = patterns.map((pattern) => IN_TITLE * count(pattern, title) + Math.min(MOST, count(pattern, text)));
        if (scores.every((score) => score > 0)) {
          found.push({ page, in: passages[0][1], anchor, title, text, score: Math.min(...scores) });
        }
      }
    }
    return found.sort((a, b) => b.score - a.score);
  }

  function element(name, attributes, ...children) {
    const node = Object.assign(document.createElement(name), attributes);
    node.append(...children);
    return node;
  }

  /** The text around the first match, with every match in it marked. */
  function excerpt(text, patterns) {
    const any = new RegExp(patterns.map((pattern) => pattern.source).join("|"), "giu");
    const start = Math.max(0, text.search(any) - AROUND);
    const part = text.slice(start, start + 2 * AROUND);
    const node = element("p", { className: "context" }, start > 0 ? "…" : "");
    let end = 0;
    for (const match of part.matchAll(any)) {
      node.append(part.slice(end, match.index), element("mark", {}, match[0]));
      end = match.index + match[0].length;
    }
    node.append(part.slice(end), start + 2 * AROUND < text.length ? "…" : "");
    return node;
  }

  function show(query) {
    const words = query.split(/\s+/).filter(Boolean);
    let patterns = [toMatch(words)];
    let found = search(patterns);
    if (found.length === 0) {
      patterns = words.map((word) => toMatch([word]));
      found = search(patterns);
    }
    const asked = new URLSearchParams({ q: query });
    const items = found.map((one) =>
      element(
        "li",
        {},
        element(
          "a",
          { href: `${one.page}.html?${asked}#${one.anchor}` },
          one.title === one.in || !one.title ? one.in : `${one.in} › ${one.title}`,
        ),
        excerpt(one.text, patterns),
      ),
    );
    const said = found.length === 1 ? "1 passage" : `${found.length} passages`;
    document
      .getElementById("search-results")
      .replaceChildren(
        element("p", { className: "search-summary", role: "status" }, `${said} for “${query}”`),
        element("ol", { className: "search" }, ...items),
      );
  }

  const query = new URLSearchParams(location.search).get("q")?.trim() ?? "";
  const field = document.querySelector(".bd-search-container input[name=q]");
  field.value = query;
  field.focus();
  if (query) show(query);
})();
