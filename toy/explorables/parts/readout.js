// Key numbers as real tables and lists: what is shown is rounded, `data-value` holds every digit.

import { make } from "./dom.js";
import { formatNumber } from "./format.js";
import { lineSwatch } from "./legend.js";

/** A function that writes { key: number } into the cells of `root`; what is undefined is still hidden, null is none. */
function filler(root, formats = {}) {
  const cells = [...root.node().querySelectorAll("[data-key]")];
  return (values) => {
    for (const cell of cells) {
      const { key } = cell.dataset;
      const value = values[key];
      if (value === undefined || value === null) {
        delete cell.dataset.value;
        cell.textContent = value === null ? "–" : "?";
        continue;
      }
      cell.dataset.value = value;
      cell.textContent = (formats[key] ?? formatNumber)(value);
    }
  };
}

/** One number after another. `items`: [{ key, label (HTML), unit }]; draw({ key: number }). */
export function readout(items) {
  const list = make(
    "dl",
    { class: "toy-readout" },
    items.map(({ key, label, unit = "" }) =>
      make("div", {}, [
        make("dt", { html: label }),
        make("dd", {}, [make("span", { "data-key": key }), make("span", { class: "toy-unit", text: unit })]),
      ]),
    ),
  );
  return { node: () => list.node(), draw: filler(list) };
}

/**
 * A table of numbers, one row a role. `rows`: [{ role, label (HTML), key: where it is not the role }],
 * `columns`: [{ key, label, format }]; draw({ "role.key": number }, { caption, best: { key: role }, current: role,
 * heads: [text], labels: { row: text } }) marks the best row of a column, and the row that is drawn elsewhere;
 * `heads` rename the first columns, `labels` rows. `narrow`: the labels are symbols; `wide`: they are long.
 */
export function table({ rows, columns, narrow = false, wide = false }) {
  const head = make("tr", {}, [
    make("td"),
    ...columns.map(({ label }) => make("th", { scope: "col", html: label })),
  ]);
  const body = rows.map(({ role, label, key: row = role }) =>
    make("tr", { "data-role": role ?? "", "data-row": row }, [
      make("th", { scope: "row" }, [...(role ? [lineSwatch(role)] : []), make("span", { html: label })]),
      ...columns.map(({ key }) => make("td", { "data-key": `${row}.${key}` })),
    ]),
  );
  const caption = make("caption");
  const size = wide ? "toy-wide" : narrow ? "toy-narrow" : "";
  const element = make("table", { class: `toy-table ${size}` }, [
    caption,
    make("thead", {}, [head]),
    make("tbody", {}, body),
  ]);
  const formats = rows.flatMap(({ role, key: row = role }) =>
    columns.map(({ key, format }) => [`${row}.${key}`, format]),
  );
  const fill = filler(element, Object.fromEntries(formats));

  return {
    node: () => element.node(),
    draw(values, { caption: text, best = {}, current, heads = [], labels = {} }) {
      caption.text(text);
      fill(values);
      heads.forEach((name, i) => head.node().children[i + 1].replaceChildren(name));
      for (const row of body) row.select("th span").text((_, i, [span]) => labels[row.attr("data-row")] ?? span.textContent);
      for (const row of body) row.classed("toy-current", row.attr("data-row") === current);
      for (const [key, role] of Object.entries(best)) {
        for (const row of rows) {
          const cell = element.node().querySelector(`[data-key="${row.key ?? row.role}.${key}"]`);
          cell.classList.toggle("toy-best", (row.key ?? row.role) === role);
        }
      }
    },
  };
}
