// Totals as bars cut into each response's share, all over one axis, each under its number.

import { drag } from "d3-drag";
import { scaleLinear } from "d3-scale";
import { sum } from "../core/numpy.js";
import { axes, chart } from "./chart.js";
import { make } from "./dom.js";
import { planeOf } from "./plane.js";
import { readout } from "./readout.js";
import { colourOf } from "./roles.js";

// The bars' side margins in the style sheet, so that they stand over the axis.
const MARGIN = { top: 0, right: 14, bottom: 40, left: 4 };

// How strong the colour of a share is, in per cent, so that neighbours differ.
const STRENGTHS = [46, 34, 22, 10];

// The room that a letter takes, in px; and the least width of a share that is named beside the bar.
const PER_LETTER = 7.5;
const SEEN = 2;

/**
 * `rows`: [{ key, role, label (HTML), unit }]; `named`: shares that are too narrow for their names are named beside the bar;
 * `guessed`: the row in which a guess is made, by `onGuess(value)` where it is dragged to.
 *
 * draw({ key: shares }, labels, guess: { at, said, truth: the same two, once it may be shown } if one can be made); the shares of a row are >= 0, one for each label, and add up to its number;
 * `labels` are those of every row, or { key: labels }. A row whose shares are null is still hidden.
 */
export function stackedBars(stage, { label, xTitle, rows, named = false, guessed, onGuess }) {
  const {
    node: axisNode,
    plot,
    frame,
    describe,
  } = chart(stage, { label: xTitle, height: 44, margin: MARGIN });
  const x = scaleLinear();
  const drawAxis = axes(plot, { xTitle });
  const numbers = rows.map((row) => readout([row]));
  const stacks = rows.map(({ role }) =>
    make("div", { class: "toy-stack-bar", style: `--toy-role:${colourOf(role)}` }),
  );
  const names = named ? stacks.map((stack) => stack.append("span").attr("class", "toy-stack-names")) : [];
  const drawGuess = guessed && guessOn(stacks[rows.findIndex(({ key }) => key === guessed)], x, onGuess);
  const box = make("div", { class: "toy-stack", role: "group", "aria-label": label }, [
    ...rows.flatMap((_, i) => [numbers[i], stacks[i]]),
    { node: axisNode },
  ]);

  function draw(shares, labels = [], guess = null) {
    const totals = rows.map(({ key }) => (shares[key] ? sum(shares[key]) : undefined));
    const labelsOf = (key) => (Array.isArray(labels) ? labels : labels[key]);
    rows.forEach(({ key }, i) => numbers[i].draw({ [key]: totals[i] }));
    const size = frame();
    describe([xTitle, ...(labels.length ? [labels.join(", ")] : [])].join(": "));
    if (!size) return;
    const marked = guess ? [guess.at, ...(guess.truth ? [guess.truth.at] : [])].filter(Number.isFinite) : [];
    x.domain([0, Math.max(...totals.filter((total) => total !== undefined), ...marked, 0.05)])
      .nice(4)
      .range([0, size.width]);
    drawAxis({ x, ...size });
    const taken = drawGuess?.(guess) ?? []; // what the guess covers of its bar
    rows.forEach(({ key }, row) => {
      const parts = shares[key] ?? [];
      const texts = parts.map((_, i) => labelsOf(key)[i] ?? "");
      const starts = parts.map((_, i) => x(sum(parts.slice(0, i))));
      const isClear = (from, to) => key !== guessed || taken.every(([start, end]) => to < start || from > end);
      const isNamed = (i) => x(parts[i]) > 7.5 * texts[i].length + 10 && isClear(starts[i], starts[i] + 7 * texts[i].length + 6);
      stacks[row]
        .selectAll(".toy-share")
        .data(parts)
        .join((enter) => enter.insert("div", ".toy-stack-names, .toy-stack-guess").attr("class", "toy-share"))
        .style("width", (share) => `${x(share)}px`)
        .style("--toy-strength", (_, i) => `${STRENGTHS[i % STRENGTHS.length]}%`)
        .text((_, i) => (isNamed(i) ? texts[i] : ""));
      const beside = texts.filter((_, i) => x(parts[i]) > SEEN && !isNamed(i)).join(" · ");
      const end = x(totals[row] ?? 0);
      names[row]?.text(size.width - end > PER_LETTER * beside.length && isClear(end, Infinity) ? beside : "");
    });
  }

  return { node: () => box.node(), draw };
}

/** The guess on a bar: a dot to drag, and beside it the truth and how far the two are apart; returns its draw. */
function guessOn(stack, x, onGuess) {
  const box = stack.append("div").attr("class", "toy-stack-guess");
  const [mine, gap, diamond, dot, said, exact] = ["mine", "gap", "diamond", "dot", "said", "exact"].map((name) =>
    box.append("span").attr("class", `toy-stack-${name}`),
  );
  let at = 0;
  const subject = () => ({ x: at, y: 0 });
  const invert = (px) => x.invert(Math.min(x.range()[1], Math.max(0, px)));
  dot.call(drag().container(() => planeOf(box.node())).subject(subject).on("drag", (event) => onGuess(invert(event.x))));

  return (guess) => {
    box.style("display", guess ? null : "none");
    if (!guess) return [];
    at = Math.min(x.range()[1], x(Math.min(guess.at, Number.MAX_VALUE)));
    dot.style("left", `${at}px`);
    mine.style("width", guess.truth ? "0" : `${at}px`);
    const tx = guess.truth ? x(guess.truth.at) : null;
    for (const part of [gap, diamond, exact]) part.style("display", tx === null ? "none" : null);
    gap.style("left", `${Math.min(at, tx)}px`).style("width", `${Math.abs(at - tx)}px`);
    diamond.style("left", `${tx}px`);
    // Each stands on the side away from the other, unless that has no room.
    const place = (label, text, px, toLeft) => {
      const long = PER_LETTER * text.length + 14;
      const isLeft = toLeft ? px > long : px + long > x.range()[1];
      label.text(text).style("left", `${isLeft ? px - long : px + 14}px`);
      return isLeft ? [px - long, px + 8] : [px - 8, px + long + 8];
    };
    const mineAt = place(said, `my guess ${guess.said}`, at, tx === null ? at > x.range()[1] / 2 : at < tx);
    if (tx === null) return [mineAt];
    return [mineAt, place(exact, `exact ${guess.truth.said}`, tx, tx <= at), [Math.min(at, tx), Math.max(at, tx)]];
  };
}
