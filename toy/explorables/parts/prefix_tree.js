// A tree of prefixes for two tokens: ribbons as thick as a prefix is probable, a handle where it branches.

import { drag } from "d3-drag";
import { linkHorizontal } from "d3-shape";
import { chart } from "./chart.js";
import { KEEPS_ITS_KEYS, make, movedByKeys } from "./dom.js";
import { formatProbability } from "./format.js";
import { planeOf } from "./plane.js";
import { colourOf } from "./roles.js";

const ROW = 42;
const MARGIN = { top: 6, right: 0, bottom: 6, left: 0 };
// The px that stand for a probability of one: how thick a ribbon is, and how far a handle can go.
const THICKNESS = 36;
const TRACK = 56;

// The least that a handle leaves to a token, so that a reference never reaches zero.
const FLOOR = 0.01;

const rounded = (p) => Math.min(1 - FLOOR, Math.max(FLOOR, Math.round(100 * p) / 100));
const SIGNS = { "-1": "−", 0: "", 1: "+" };
const signed = (value) => `${SIGNS[Math.sign(value)]}${Math.abs(value).toFixed(value ? 1 : 0)}`;

/** The tables that core/sequences.js takes, from the probability of the first of two tokens at each node. */
export const policyTables = (splits) => rewardTables(splits.flatMap((p) => [p, 1 - p]));

/** Such tables from one number for each token after each prefix, those of the shortest prefix first. */
export function rewardTables(numbers) {
  const tables = [];
  for (let start = 0, size = 1; start < numbers.length; start += 2 * size, size *= 2) {
    tables.push(Array.from({ length: size }, (_, i) => numbers.slice(start + 2 * i, start + 2 * i + 2)));
  }
  return tables;
}

/**
 * `steps` tokens deep; `onInput(node, p)`: the reader moved the probability of the upper token at a node.
 * Nodes are numbered by their length and then from the top, as the tokens that follow them are.
 *
 * draw({ words, probs, handles: { role, name, values }, marks: { role, values }, names, notes, lengths, extras,
 *        path, description }): `words` names two tokens for each step; `probs[t]` the probabilities of the prefixes
 * of t tokens; handles and marks stand at each node; `names` says for the ear what was written there; `notes`
 * are a node's numbers and the words between on the `outer` and the `inner` side of its ribbon,
 * [{ text, key, value, wide: true where there must be room }]; `lengths` draws a block at each node, as thick as it is probable;
 * `extras` is a number beside each token; `path` the prefix at each step of the chosen sequence.
 */
export function prefixTree(stage, { label, steps, onInput }) {
  const height = ROW * 2 ** steps + MARGIN.top + MARGIN.bottom;
  const { node: chartNode, plot, frame, describe } = chart(stage, { label, height, margin: MARGIN });
  const ribbons = plot.append("g").attr("fill", "none").attr("stroke", colourOf("policy"));
  const blocks = plot.append("g").attr("fill", colourOf("policy"));
  const tracks = plot.append("g").attr("class", "toy-tree-tracks");
  const texts = plot.append("g").attr("class", "toy-tree-text");
  const overlay = make("div", { class: "toy-tree-handles", role: "group", "aria-label": "Probabilities at the prefixes" });
  const box = make("div", { class: "toy-tree" }, [{ node: chartNode }, overlay]);
  let drawn = [];

  const rowOf = (t, i) => ROW * 2 ** (steps - t) * (i + 0.5);
  const nodes = Array.from({ length: steps }, (_, t) =>
    Array.from({ length: 2 ** t }, (__, i) => ({ t, i, node: 2 ** t - 1 + i, y: rowOf(t, i) })),
  ).flat();
  const edges = nodes.flatMap(({ t, i, node, y }) =>
    [0, 1].map((v) => ({ t: t + 1, i: 2 * i + v, v, parent: node, edge: 2 * node + v, from: y, y: rowOf(t + 1, 2 * i + v) })),
  );
  const handles = nodes.map(appendHandle);

  function appendHandle({ node, y: middle }) {
    const move = (value) => onInput(node, rounded(value));
    const offset = (p) => middle + MARGIN.top + (0.5 - p) * TRACK;
    const knob = make("div", {
      class: "toy-knob",
      role: "slider",
      tabindex: 0,
      "aria-orientation": "vertical",
      "aria-valuemin": FLOOR,
      "aria-valuemax": 1 - FLOOR,
      ...KEEPS_ITS_KEYS,
    });
    knob
      .call(
        drag()
          .container(() => planeOf(box.node()))
          .subject(() => ({ x: 0, y: offset(drawn[node]) }))
          .on("start", () => knob.node().focus({ preventScroll: true }))
          .on("drag", (event) => move(0.5 - (event.y - middle - MARGIN.top) / TRACK)),
      )
      .on("keydown", movedByKeys({ now: () => drawn[node], move }));
    overlay.node().append(knob.node());
    return { knob, offset };
  }

  /** Where things stand across: the root, then a column for each token; a run is where a ribbon is straight. */
  function columnsOf(width) {
    const compact = width < 340;
    const root = compact ? 34 : 112;
    const column = (width - root - (compact ? 43 : 46)) / steps;
    return { compact, run: Math.min(72, root, 0.42 * column), x: (t) => root + t * column };
  }

  function draw(state) {
    const { words, probs, handles: held, marks, names, description } = state;
    drawn = held.values;
    describe(description);
    nodes.forEach(({ node, t }, i) => {
      const p = held.values[node];
      const [upper, lower] = words.slice(2 * t);
      handles[i].knob
        .attr("data-role", held.role)
        .attr("aria-label", `${held.name}, ${names[node]}`)
        .attr("aria-valuenow", p)
        .attr("aria-valuetext", `${upper} ${p.toFixed(2)}, ${lower} ${(1 - p).toFixed(2)}`);
    });
    const size = frame();
    if (!size) return;
    const place = columnsOf(size.width);
    drawRibbons(probs, state.path, place);
    drawBlocks(probs, state.lengths, place);
    drawTracks(held, marks, place);
    drawTexts(state, place);
  }

  function drawRibbons(probs, path, { run, x }) {
    const link = linkHorizontal();
    const thick = ({ t, i }) => Math.max(0.75, THICKNESS * probs[t][i]);
    // Two ribbons leave a node side by side, the upper token's on top.
    const start = ({ parent, v, t, i }) => {
      const sibling = THICKNESS * probs[t][v ? i - 1 : i + 1];
      return nodes[parent].y + (v ? 0.5 : -0.5) * sibling;
    };
    const isLeaf = ({ t }) => t === steps;
    const d = (edge) => {
      const end = x(edge.t) - (isLeaf(edge) ? 0 : run);
      return `${link({ source: [x(edge.t - 1), start(edge)], target: [end, edge.y] })}H${x(edge.t)}`;
    };
    ribbons
      .selectAll("path")
      .data([{ t: 0, i: 0, root: true }, ...edges])
      .join("path")
      .attr("class", ({ t, i }) => (path[t] === i ? "toy-on-path" : null))
      .attr("stroke-width", thick)
      .attr("d", (edge) => (edge.root ? `M${x(0) - run},${nodes[0].y}H${x(0)}` : d(edge)));
  }

  function drawBlocks(probs, lengths, { run, x }) {
    const most = lengths && Math.max(0.25, ...lengths);
    blocks
      .selectAll("rect")
      .data(lengths ? nodes : [])
      .join("rect")
      .attr("x", ({ t, node }) => x(t) - (run * lengths[node]) / most)
      .attr("width", ({ node }) => (run * lengths[node]) / most)
      .attr("y", ({ t, i, y }) => y - (THICKNESS * probs[t][i]) / 2)
      .attr("height", ({ t, i }) => THICKNESS * probs[t][i]);
  }

  function drawTracks(held, marks, { x }) {
    tracks
      .selectAll("g")
      .data(nodes)
      .join((enter) => {
        const group = enter.append("g");
        group.append("line").attr("class", "toy-tree-track").attr("y1", -TRACK / 2).attr("y2", TRACK / 2);
        group.append("line").attr("class", "toy-tree-mark").attr("x1", -14).attr("x2", 14);
        return group;
      })
      .attr("transform", ({ t, y }) => `translate(${x(t)},${y})`)
      .select(".toy-tree-mark")
      .attr("stroke", marks ? colourOf(marks.role) : "none")
      .attr("transform", ({ node }) => `translate(0,${marks ? (0.5 - marks.values[node]) * TRACK : 0})`);
    nodes.forEach(({ t, node }, i) => {
      const { knob, offset } = handles[i];
      knob.style("left", `${x(t)}px`).style("top", `${offset(held.values[node])}px`);
    });
  }

  function drawTexts({ words, probs, notes, extras, path }, { compact, x }) {
    const leaves = edges.filter(({ t }) => t === steps);
    const [over, under] = [-THICKNESS / 2 - 6, THICKNESS / 2 + 15];
    const lines = nodes.flatMap(({ t, i, node, y }) => {
      const { outer, inner } = notes[node];
      const own = (parts) => parts.filter(({ wide }) => !wide || !compact);
      if (t === 0) {
        const first = compact ? { at: 0, y: y + TRACK / 2 + 12 } : { t, y: y + under };
        return [outer, inner].map((parts, row) => ({ ...first, y: first.y + 15 * row, parts: own(parts) }));
      }
      const lower = i % 2 === 1;
      const word = [
        { text: words[2 * (t - 1) + (i % 2)], style: path[t] === i ? "toy-tree-word toy-on-path" : "toy-tree-word" },
        ...(extras ? [{ text: ` ${signed(extras[node - 1])}`, style: "toy-tree-extra" }] : []),
      ];
      const outside = [...word, ...own(outer)].reduce((long, { text }) => long + 7.4 * text.length, 6) > x(t) - 10;
      // The word stands on the outer side of its ribbon, where no other ribbon passes.
      return [
        { t, at: outside ? 0 : undefined, y: y + (lower ? under : over), parts: [...word, { text: " " }, ...own(outer)] },
        { t, y: y + (lower ? over : under), parts: own(inner) },
      ];
    });
    texts
      .selectAll(".toy-tree-line")
      .data(lines)
      .join("text")
      .attr("class", "toy-tree-line")
      .style("text-anchor", ({ at }) => (at === undefined ? "end" : "start"))
      .attr("x", ({ at, t }) => at ?? x(t) - (compact ? 10 : 14))
      .attr("y", ({ y }) => y)
      .selectAll("tspan")
      .data(({ parts }) => parts)
      .join("tspan")
      .attr("class", ({ style }) => style)
      .attr("data-key", ({ key }) => key)
      .attr("data-value", ({ value }) => value)
      .text(({ text }) => text);
    texts
      .selectAll(".toy-tree-leaf")
      .data(leaves)
      .join("text")
      .attr("class", "toy-tree-leaf")
      .attr("data-key", ({ i }) => `prob.${i + 1}`)
      .attr("data-value", ({ i }) => probs[steps][i])
      .attr("x", x(steps) + 6)
      .attr("y", ({ y }) => y + (extras ? -3 : 4))
      .text(({ i }) => formatProbability(probs[steps][i]));
    texts
      .selectAll(".toy-tree-pay")
      .data(extras ? leaves : [])
      .join("text")
      .attr("class", "toy-tree-pay toy-tree-extra")
      .attr("x", x(steps) + 6)
      .attr("y", ({ y }) => y + 12)
      .text(({ edge }) => signed(extras[edge]));
  }

  return { node: () => box.node(), draw };
}
