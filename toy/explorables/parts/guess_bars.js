// One picture with a guess in it: small charts of bars above each other; the end of the last bar is asked for and dragged.

import { scaleLinear } from "d3-scale";
import { axes, chart } from "./chart.js";
import { say } from "./format.js";
import { guessHandle } from "./guess_handle.js";
import { colourOf, markerOf } from "./roles.js";

const TOP = 22; // the room for the key
const STRIP = 13; // for words above the bars
const TRACK = 12; // for the marker, between words and bar
const FOOT = { beside: 20, below: 35 }; // of an axis, by where its title stands
const COLUMN = 52; // of numbers
const PER_LETTER = 6.3; // the room that a letter takes
const APART = 10; // two words in a strip

/**
 * `left`, `right`: the room for the rows' names and for numbers, in px; `values`, `onGuess`, `height` as in a guess chart.
 *
 * draw({ key: [{ role, tint, hollow, label }],
 *        panels: [{ domain, span: of the width, title, beside: whether that stands beside the axis, zero: whether a line stands there,
 *                   rows: [{ name, above: what is left free, in px, lanes, numbers: [{ role, key, value, format }] in columns,
 *                            sum: { value, key, more: what follows } if it is marked, asked: whether its lanes show the truth }] }],
 *        guess: its index, truth: or null, open, asks, description })
 *
 * A lane is { tall: in px, parts: [{ role, tint, hollow, from, to, texts: the first for which there is room is written in it }],
 * note: beside the beginning of the first, number: { key, value, role } at that value } or { tall, bracket: [from, to],
 * labels: of which the first has room }.
 * The last row of the last panel is asked for. A part that is hollow is drawn as an outline.
 */
export function guessBars(stage, { label, values, onGuess, left, right, height = 240 }) {
  const { node, plot, frame, describe } = chart(stage, { label, height, margin: { top: TOP, bottom: 0, left, right } });
  plot.select(function () { return this.ownerSVGElement; }).attr("role", "group"); // a picture may hold no handle
  const ground = plot.append("g");
  const legend = plot.append("g").attr("class", "toy-bars-key");
  const bodies = plot.append("g").attr("class", "toy-scene-bars");
  const mine = plot.append("rect").attr("class", "toy-guess-bar");
  const marks = plot.append("g").attr("class", "toy-scene-marks");
  let x = scaleLinear(); // of the panel that is asked for
  const invert = (px) => x.invert(px);
  const { handle, said, draw: drawHandle } = guessHandle({ plot, along: "x", values, onGuess, invert });
  const names = plot.append("g").attr("class", "toy-scene-names");
  const axesOf = []; // one for each panel

  function draw(state) {
    const size = frame();
    describe(state.description);
    if (!size) return;
    const panels = placed(state.panels, size);
    x = panels.at(-1).x;
    for (const layer of [bodies, marks, names]) layer.selectAll("*").remove();
    drawKey(state);
    panels.forEach((panel, i) => drawAxis(panel, i));
    for (const row of panels.flatMap(({ rows }) => rows)) drawRow(row, state, size);
    drawGuess(state, panels.at(-1).rows.at(-1), size);
  }

  /** Panels with their scale and their foot, and rows with the top of their lanes and their bottom, in px. */
  function placed(panels, { width }) {
    let used = 0;
    return panels.map((panel) => {
      const along = scaleLinear(panel.domain, [0, width * (panel.span ?? 1)]);
      const top = used;
      const rows = panel.rows.map((row) => {
        const strip = used + (row.above ?? 0);
        const lanesTop = strip + (row.asked || row.sum ? STRIP : 0) + (row.asked ? TRACK : 0);
        used = lanesTop + row.lanes.reduce((all, { tall }) => all + tall, 0);
        return { ...row, x: along, strip, top: lanesTop, bottom: used };
      });
      const foot = used + 2;
      used = foot + (panel.beside ? FOOT.beside : FOOT.below);
      return { ...panel, rows, x: along, top, foot };
    });
  }

  function drawKey({ key = [] }) {
    let across = 0;
    legend.selectAll("*").remove();
    for (const one of key) {
      legend.append("rect").call(paint, one).attr("x", across).attr("y", -17).attr("width", 12).attr("height", 9);
      legend.append("text").attr("x", across + 17).attr("y", -8).text(one.label);
      across += 34 + PER_LETTER * one.label.length;
    }
  }

  function drawAxis({ x: along, top, foot, title, beside, zero }, i) {
    axesOf[i] ??= axes(ground.append("g"), { xTitle: "" });
    const [, end] = along.range();
    axesOf[i]({ x: along, y: undefined, width: end, height: foot, xTitle: beside ? "" : title });
    if (beside) write(names, title, end + 16, foot + 13).attr("class", "toy-axis-title");
    if (zero) bodies.append("line").attr("class", "toy-zero").attr("x1", along(0)).attr("x2", along(0)).attr("y1", top).attr("y2", foot);
  }

  const write = (layer, words, across, foot, anchor = "start") =>
    layer.append("text").attr("x", across).attr("y", foot).attr("text-anchor", anchor).text(words);

  function drawRow(row, state, { width }) {
    const middle = (row.top + row.bottom) / 2 + 4;
    const lines = [row.name].flat();
    lines.forEach((line, i) => write(names, line, -8, middle + 14 * (i - (lines.length - 1) / 2), "end"));
    const columns = row.numbers ?? [];
    columns.forEach((number, i) => {
      const at = Math.min(row.x.range()[1] + COLUMN * columns.length + 6, width + right - 4) - COLUMN * (columns.length - 1 - i);
      writeNumber(number, at, middle, "end").style("fill", number.role === "policy" ? colourOf("policy") : "var(--toy-muted)");
    });
    if (row.sum) drawSum(row, width);
    let y = row.top;
    for (const lane of row.asked && !state.open ? [] : row.lanes) {
      drawLane({ ...lane, y, x: row.x, lines: row.asked ? [x(state.truth), x(values[state.guess])] : [] }, width);
      y += lane.tall;
    }
  }

  /** A number that tests read to its last digit. */
  function writeNumber({ key, value, format = say, more, role = "policy" }, across, foot, anchor) {
    const text = write(names, "", across, foot, anchor);
    const number = text.append("tspan").attr("class", role === "policy" ? "toy-number" : null).text(format(value));
    if (key) number.attr("data-key", key).attr("data-value", value);
    if (more) text.append("tspan").text(` ${more}`);
    return text;
  }

  /** A line at what the lanes come to, and its number above it. */
  function drawSum({ sum, x: along, strip, top, bottom }, width) {
    const at = along(sum.value);
    bodies.append("line").attr("class", "toy-sum").attr("x1", at).attr("x2", at).attr("y1", top - 2).attr("y2", bottom - 1);
    const text = writeNumber(sum, at, strip + STRIP - 4, "middle");
    text.attr("x", inside(at, text, width));
  }

  /** The middle of a text near `at` that keeps it in the picture. */
  function inside(at, text, width) {
    const half = text.node().getComputedTextLength() / 2;
    return Math.min(width + right - 2 - half, Math.max(half - left + 2, at));
  }

  function drawLane(lane, width) {
    const foot = lane.y + lane.tall / 2 + 3.5;
    if (lane.bracket) drawBracket(lane, foot, width);
    for (const one of lane.parts ?? []) drawPart(one, lane);
    const first = lane.parts?.[0];
    if (first && lane.note) write(bodies, lane.note, lane.x(first.from) + 6, foot).attr("class", "toy-part-note");
    if (!lane.number) return;
    const out = lane.number.value < 0 ? -1 : 1;
    writeNumber(lane.number, lane.x(lane.number.value) + 6 * out, foot + 0.5, out < 0 ? "end" : "start");
  }

  function drawPart(one, { x: along, y, tall, lines }) {
    const [start, end] = [along(one.from), along(one.to)].sort((a, b) => a - b);
    bodies.append("rect").call(paint, one).attr("x", start).attr("width", end - start).attr("y", y).attr("height", tall - 1.5);
    for (const words of one.texts ?? []) {
      const across = roomFor(words, [start, end], lines);
      if (!across) continue;
      write(bodies, words, across, y + tall / 2 + 3, "middle").attr("class", "toy-part-text").classed("toy-on-policy", one.role === "policy" && !one.hollow);
      return;
    }
  }

  /** Where the middle of a text can stand in a part, clear of lines across it, or nothing. */
  function roomFor(text, [start, end], lines) {
    const half = (PER_LETTER * 0.9 * text.length) / 2 + 3;
    const isClear = (middle) => lines.every((line) => Math.abs(middle - line) > half);
    return end - start < 2 * half ? null : [(start + end) / 2, start + half, end - half].find(isClear);
  }

  /** How far it is from one end to another, between their bars. */
  function drawBracket({ bracket, labels, x: along, y, tall }, foot, width) {
    const [start, end] = bracket.map(along).sort((a, b) => a - b);
    const middle = y + tall / 2 - 0.5;
    bodies.append("path").attr("class", "toy-bracket").attr("d", `M${start},${y}v${tall - 2}M${end},${y}v${tall - 2}M${start},${middle}H${end}`);
    const text = write(bodies, "", end + 7, foot);
    for (const words of labels) {
      text.text(words);
      if (end + 7 + text.node().getComputedTextLength() < width + right) return;
    }
  }

  const paint = (rect, { role, tint, hollow }) =>
    rect
      .attr("class", hollow ? "toy-part toy-hollow" : "toy-part")
      .style("--toy-role", colourOf(role))
      .style("--toy-tint", tint ?? "100%");

  function drawGuess({ guess, truth, open, asks }, { strip, top, bottom, lanes }, { width, height: tall }) {
    const at = x(values[guess]);
    const middle = top - TRACK / 2;
    const foot = strip + STRIP - 4;
    drawHandle({ index: guess, place: [at, middle], asks, width, height: tall });
    handle.select("line").attr("y1", 0).attr("y2", bottom - middle);
    mine.style("display", asks && !open ? null : "none");
    mine.attr("y", top).attr("height", lanes[0].tall - 1.5).attr("width", Math.max(0, at));
    said.attr("text-anchor", "middle").attr("x", inside(at, said, width) - at).attr("y", foot - middle);
    if (truth === null) return;
    const exact = drawTruth(x(truth), at, { middle, bottom, words: `exact ${say(truth)}`, foot });
    if (asks) keepApart(exact, x(truth), at, width);
  }

  function drawTruth(at, guessed, { middle, bottom, words, foot }) {
    marks.append("line").attr("class", "toy-truth-line").attr("x1", at).attr("x2", at).attr("y1", middle).attr("y2", bottom);
    marks.append("line").attr("class", "toy-gap").attr("x1", guessed).attr("y1", middle).attr("x2", at).attr("y2", middle);
    marks.append("path").attr("class", "toy-truth").attr("d", markerOf("best", 150)).attr("transform", `translate(${at},${middle})`);
    return write(marks, words, at, foot, "middle").attr("class", "toy-number");
  }

  /** Puts the words of the guess and of the truth beside each other, each as near as can be to its marker. */
  function keepApart(exact, truthAt, guessAt, width) {
    const halves = [said, exact].map((text) => text.node().getComputedTextLength() / 2);
    const need = halves[0] + halves[1] + APART;
    const side = truthAt < guessAt ? -1 : 1; // of the guess, on which the truth is
    let [mine, other] = [inside(guessAt, said, width), inside(truthAt, exact, width)];
    const missing = need - side * (other - mine);
    if (missing > 0) [mine, other] = [mine - (side * missing) / 2, other + (side * missing) / 2];
    const [low, high] = [Math.min(mine - halves[0], other - halves[1]) + left - 2, Math.max(mine + halves[0], other + halves[1]) - width - right + 2];
    const shift = low < 0 ? -low : high > 0 ? -high : 0;
    said.attr("x", mine + shift - guessAt);
    exact.attr("x", other + shift);
  }

  return { node, draw };
}
