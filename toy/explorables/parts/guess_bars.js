// One picture with a guess in it: rows of bars, of which the last is asked for; its end is dragged.

import { scaleLinear } from "d3-scale";
import { axes, chart } from "./chart.js";
import { say } from "./format.js";
import { guessHandle } from "./guess_handle.js";
import { colourOf, markerOf } from "./roles.js";

const MARGIN = { top: 22, bottom: 38 };
const PER_LETTER = 6.3; // the room that a letter takes, in px
const PAD = 1.5; // between rows, in px
const WORDS = 100; // the room that a name and its number take, in px
const DIGITS = 45; // and the number alone

/**
 * `left`, `right`: the room for the rows' names and numbers, in px; `values`, `onGuess`, `height` as in a guess chart.
 *
 * draw({ domain: of the axis and of the rows that have none, key: [{ role, tint, hollow, label }],
 *        rows: [{ name, height: of 1, domain, lanes: [{ height: of 1, parts: [{ role, tint, hollow, from, to, text }], note: beside the beginning of the first }],
 *                 key, value, format, more: what follows the number, at: where that stands, in the row's own measure, grip: how far
 *                 down it the marker stands, of 1,
 *                 asked: whether its lanes show the truth }],
 *        guess: its index, truth: or null, open, asks, description })
 *
 * A part that is hollow is drawn as an outline, its `text` only where there is room. Rows share the height.
 */
export function guessBars(stage, { label, values, onGuess, left, right, height = 240, xTitle }) {
  const { node, plot, frame, describe } = chart(stage, { label, height, margin: { ...MARGIN, left, right } });
  plot.select(function () { return this.ownerSVGElement; }).attr("role", "group"); // a picture may hold no handle
  const x = scaleLinear();
  const drawAxes = axes(plot, { xTitle });
  const legend = plot.append("g").attr("class", "toy-bars-key");
  const bodies = plot.append("g").attr("class", "toy-scene-bars");
  const mine = plot.append("rect").attr("class", "toy-guess-bar");
  const marks = plot.append("g").attr("class", "toy-scene-marks");
  const invert = (px) => x.invert(px);
  const { handle, said, draw: drawHandle } = guessHandle({ plot, along: "x", values, onGuess, invert });
  const names = plot.append("g").attr("class", "toy-scene-names");

  function draw(state) {
    const size = frame();
    describe(state.description);
    if (!size) return;
    x.domain(state.domain).range([0, size.width]);
    drawAxes({ x, y: undefined, ...size });
    drawKey(state);
    const placed = place(state.rows, size.height);
    drawParts(placed, state);
    drawNames(placed, size);
    drawGuess(state, placed.at(-1), size);
  }

  /** Rows with their top and bottom, in px. */
  function place(rows, tall) {
    let used = 0;
    return rows.map((row) => {
      const top = used;
      used += row.height * tall;
      return { ...row, top, bottom: used };
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

  /** Where the middle of a text can stand in a part, clear of lines across it, or nothing. */
  function roomFor(text, [start, end], lines) {
    const half = (PER_LETTER * text.length) / 2 + 3;
    const isClear = (middle) => lines.every((line) => Math.abs(middle - line) > half);
    return end - start < 2 * half ? null : [(start + end) / 2, start + half, end - half].find(isClear);
  }

  function drawParts(rows, { open, truth, guess }) {
    bodies.selectAll("*").remove();
    for (const { top, bottom, domain, lanes, asked } of rows) {
      const along = domain ? scaleLinear(domain, x.range()) : x;
      let y = top + PAD;
      for (const lane of asked && !open ? [] : lanes) {
        const tall = lane.height * (bottom - top - 2 * PAD);
        for (const one of lane.parts) {
          const [start, end] = [along(one.from), along(one.to)].sort((a, b) => a - b);
          bodies.append("rect").call(paint, one).attr("x", start).attr("width", end - start).attr("y", y).attr("height", Math.max(1, tall - 1.5));
          const across = one.text && roomFor(one.text, [start, end], asked ? [x(truth), x(values[guess])] : []);
          if (!across) continue;
          bodies.append("text").attr("class", "toy-part-text").classed("toy-on-policy", one.role === "policy").attr("x", across).attr("y", y + tall / 2 - 1).attr("dy", "0.35em").text(one.text);
        }
        const [beginning] = lane.parts;
        if (beginning && lane.note) {
          bodies.append("text").attr("class", "toy-part-note").attr("x", along(beginning.from) + 6).attr("y", y + tall / 2 - 1).attr("dy", "0.35em").text(lane.note);
        }
        y += tall;
      }
    }
  }

  const paint = (rect, { role, tint, hollow }) =>
    rect
      .attr("class", hollow ? "toy-part toy-hollow" : "toy-part")
      .style("--toy-role", colourOf(role))
      .style("--toy-tint", tint ?? "100%");

  function drawNames(rows, { width }) {
    const groups = names
      .selectAll("g")
      .data(rows)
      .join((enter) => {
        const group = enter.append("g");
        group.append("text").attr("class", "toy-row-name").attr("x", -8).attr("text-anchor", "end");
        const number = group.append("text").attr("dy", "0.35em");
        number.append("tspan").attr("class", "toy-number");
        number.append("tspan");
        return group;
      });
    const middle = ({ top, bottom }) => (top + bottom) / 2;
    const level = ({ top, bottom, lanes }) => (lanes.some(({ note }) => note) ? top + PAD + (lanes[0].height * (bottom - top)) / 2 - 2 : (top + bottom) / 2);
    groups.select(".toy-row-name").each(function ({ name, ...row }) {
      const lines = [name].flat();
      this.replaceChildren();
      lines.forEach((line, i) => {
        const span = document.createElementNS(this.namespaceURI, "tspan");
        span.setAttribute("x", -8);
        span.setAttribute("y", middle(row) + 4 + 14 * (i - (lines.length - 1) / 2));
        span.textContent = line;
        this.append(span);
      });
    });
    const after = ({ domain, at }) => (at === undefined ? width : (domain ? scaleLinear(domain, x.range()) : x)(at));
    const numbers = groups.select("text:last-child").attr("y", level).attr("x", (row) => after(row) + 8);
    numbers.style("display", ({ key }) => (key ? null : "none"));
    numbers.select(".toy-number").each(function ({ key, value, format = say }) {
      this.textContent = key ? format(value) : "";
      if (!key) return;
      this.dataset.key = key;
      this.dataset.value = value;
    });
    numbers.select("tspan:last-child").text(({ more }) => (more ? ` ${more}` : ""));
  }

  function drawGuess({ guess, truth, open, asks }, { top, bottom, grip = 0.5, at: after }, { width, height: tall }) {
    const at = x(values[guess]);
    const middle = top + grip * (bottom - top);
    drawHandle({ index: guess, place: [at, middle], asks, width, height: tall });
    handle.select("line").attr("y1", top - middle - 4).attr("y2", bottom - middle);
    mine.style("display", asks && !open ? null : "none");
    mine.attr("y", top + 8).attr("height", bottom - top - 16).attr("width", Math.max(0, at));
    // Its name stands on the other side of it than the truth; where that has no room, its number is enough.
    const tx = truth === null ? null : x(truth);
    const short = truth !== null && tx >= at && at < WORDS && tx - at < WORDS + 20;
    const isHigh = short && at < DIGITS;
    const isLeft = truth === null ? at > width / 2 : at > (short ? DIGITS : WORDS) && (tx >= at || width - at < WORDS);
    said.select("tspan").style("display", short ? "none" : null);
    said.attr("text-anchor", isLeft ? "end" : "start").attr("x", isLeft ? -13 : isHigh ? 5 : 13).attr("y", isHigh ? -14 : 4);
    marks.selectAll("*").remove();
    if (truth === null) return;
    marks.append("line").attr("class", "toy-truth-line").attr("x1", tx).attr("x2", tx).attr("y1", top - 2).attr("y2", bottom);
    marks.append("line").attr("class", "toy-gap").attr("x1", at).attr("y1", middle).attr("x2", tx).attr("y2", middle);
    marks.append("path").attr("class", "toy-truth").attr("d", markerOf("best", 150)).attr("transform", `translate(${tx},${middle})`);
    const before = tx > 0.7 * width;
    const isAfter = after !== undefined && x(after) + WORDS - 10 < width + right;
    marks
      .append("text")
      .attr("class", "toy-number")
      .attr("x", isAfter ? x(after) + 8 : tx + (before ? -8 : 8))
      .attr("y", isAfter ? middle + 4 : top - 2)
      .attr("text-anchor", before && !isAfter ? "end" : "start")
      .text(`exact ${say(truth)}`);
  }

  return { node, draw };
}
