// One picture with a guess in it: ribbons and lines over x, a thumb that the controls move, a marker to drag.

import { scaleLinear, scaleLog } from "d3-scale";
import { area, line } from "d3-shape";
import { axes, chart } from "./chart.js";
import { say } from "./format.js";
import { guessHandle } from "./guess_handle.js";
import { spread } from "./line_chart.js";
import { colourOf, dashOf, markerOf } from "./roles.js";

const MARGIN = { top: 26, left: 46, bottom: 38 };

// How far a line at the frame reaches over it, in px.
const EDGE = 2;

// The right margin that is wide enough for names, in px.
const ROOM = 60;

// Above this a marker stands at the top: what it is called stands over the picture.
const HIGH = 12;

// The thickness of a bar, in px.
const THICK = 28;

const LISTS = ["areas", "lines", "bars", "levels", "places", "dots", "names", "notes"];

/**
 * `along`: the axis, "x" or "y", on which the guess, one of `values`, is made; `onGuess(index)`: it was dragged;
 * `right`: the room for names at the right end, in px; `height`, `xTitle`, `yTitle`, `xLog` as in a chart,
 * which has no y-axis where that has no title; `xTicks`: whether the x-axis has numbers.
 *
 * draw({ xDomain, yDomain, areas: [{ role, tint, points: [[x, low, high]] }],
 *        lines: [{ role, thick, front: of the cover, points: [[x, y]] }],
 *        bars: [{ role, y, from, to, parts: into which it is cut, label: at its end }],
 *        levels: [{ y, label, side: "left" if at that end }], places: [{ x, side, label, high }], thumb: { x, y: of its dots, label },
 *        names: [{ y, x: if not at the right end, side: "right" if on that side, dy: in px, near: the same, but beside the place and
 *                 clear of each other, role, label, key, value: if any, format }],
 *        dots: [{ role, x, y }], notes: [{ x, y, label, side: of the place, "left" or "right" }],
 *        cover: [from, to] if any, coverY: the same upwards if not all, coverLabel,
 *        beside: where the marker stands on the other axis, description,
 *        guess: its index, truth: or null, open: nothing is covered, asks: there is something to guess })
 *
 * What is an `answer` in these lists is drawn once the picture is open. A list may be a function of where the answer
 * stands as far as the reader knows, of the truth once it is open and of the guess before, and of whether it is open.
 */
export function guessChart(stage, { label, along, values, onGuess, right, height = 240, xTitle, yTitle, xLog, xTicks = true }) {
  const { node, plot, frame, describe } = chart(stage, { label, height, margin: { ...MARGIN, left: yTitle ? MARGIN.left : 14, right } });
  plot.select(function () { return this.ownerSVGElement; }).attr("role", "group"); // a picture may hold no handle
  const x = (xLog ? scaleLog : scaleLinear)();
  const y = scaleLinear();
  const scale = { x, y }[along];
  const drawAxes = axes(plot, { xTitle, yTitle, rise: 10 });
  if (!xTicks) plot.select(".toy-axis").style("display", "none");
  const shapes = plot.append("g");
  const blocks = plot.append("g").attr("class", "toy-scene-bars");
  const curtain = plot.append("g").attr("class", "toy-cover");
  curtain.append("rect");
  curtain.append("text").attr("text-anchor", "middle");
  const front = plot.append("g");
  const marks = plot.append("g").attr("class", "toy-scene-marks");
  const invert = (px) => scale.invert(px);
  const { handle, said, draw: drawHandle } = guessHandle({ plot, along, values, onGuess, invert });
  const names = plot.append("g").attr("class", "toy-scene-names");
  const labelEnd = right < ROOM ? right - 2 : -14; // of a marker at the right end: in the margin, unless names stand there
  let place = [0, 0];

  function draw(given) {
    const size = frame();
    describe(given.description);
    if (!size) return;
    const at = given.truth ?? values[given.guess];
    const state = { ...given };
    for (const name of LISTS) {
      const all = typeof given[name] === "function" ? given[name](at, given.open) : given[name] ?? [];
      state[name] = all.filter((one) => given.open || !one.answer);
    }
    x.domain(state.xDomain).range([0, size.width]);
    y.domain(state.yDomain).range([size.height, 0]);
    drawAxes({ x, y, ...size });
    const across = values[state.guess];
    place = along === "x" ? [x(across), y(state.beside)] : [x(state.beside), y(across)];
    drawShapes(state);
    drawBars(state);
    drawCurtain(state, size);
    drawMarks(state, size);
    drawGuess(state, size);
    drawNames(state, size);
  }

  function drawShapes({ areas, lines }) {
    const ribbon = area((p) => x(p[0]), (p) => y(p[1]), (p) => y(p[2]));
    const path = line((p) => x(p[0]), (p) => y(p[1]));
    const all = [...areas.map((one) => ({ ...one, ribbon: true })), ...lines];
    fill(shapes, all.filter((one) => !one.front), { ribbon, path });
    fill(front, all.filter((one) => one.front), { ribbon, path });
  }

  function fill(layer, all, { ribbon, path }) {
    layer
      .selectAll("path")
      .data(all)
      .join("path")
      .attr("class", (one) => (one.ribbon ? "toy-ribbon" : one.thick ? "toy-scene-line toy-scene-stem" : "toy-scene-line"))
      .style("--toy-role", ({ role }) => colourOf(role))
      .style("--toy-tint", ({ tint }) => tint ?? "100%")
      .attr("stroke-dasharray", (one) => (one.ribbon || one.thick ? null : dashOf(one.role)))
      .attr("d", (one) => (one.ribbon ? ribbon : path)(one.points));
  }

  function drawBars({ bars }) {
    const groups = blocks
      .selectAll("g")
      .data(bars)
      .join((enter) => {
        const group = enter.append("g");
        group.append("path").attr("class", "toy-scene-bar");
        group.append("text");
        return group;
      });
    groups.style("--toy-role", ({ role }) => colourOf(role)).style("--toy-tint", ({ tint }) => tint ?? "100%");
    const part = ({ from, to, parts = 1 }) => (x(to) - x(from)) / parts;
    groups.select("path").style("stroke-width", (one) => Math.min(1.5, Math.abs(part(one)) / 4));
    groups.select("path").attr("d", (one) => {
      const { from, y: middle, parts = 1 } = one;
      const [left, top, width] = [x(from), y(middle) - THICK / 2, part(one)];
      return Array.from({ length: parts }, (_, i) => `M${left + i * width},${top}h${width}v${THICK}h${-width}z`).join("");
    });
    groups
      .select("text")
      .attr("x", ({ from, to }) => x(to) + (to < from ? -6 : 6))
      .attr("text-anchor", ({ from, to }) => (to < from ? "end" : "start"))
      .attr("y", ({ y: middle }) => y(middle))
      .attr("dy", "0.35em")
      .text(({ label: text }) => text);
  }

  function drawCurtain({ cover = [0, 0], coverY, coverLabel = "", open }, { height: tall }) {
    const [from, to] = cover.map(x);
    const [foot, top] = coverY ? coverY.map(y) : [tall, 0];
    curtain.style("display", open || !(from < to) ? "none" : null);
    curtain.select("rect").attr("x", from).attr("width", Math.max(0, to - from) + EDGE).attr("y", top - EDGE).attr("height", foot - top + EDGE);
    curtain.select("text").attr("x", (from + to) / 2).attr("y", (foot + top) / 2).attr("dy", "0.35em").text(coverLabel);
  }

  function drawMarks({ levels, places, dots, notes, thumb, truth, beside }, { width, height: tall }) {
    marks.selectAll("*").remove();
    for (const spot of places) {
      const at = x(spot.x);
      marks.append("line").attr("class", "toy-scene-level").attr("x1", at).attr("x2", at).attr("y2", tall);
      const left = spot.side ? spot.side === "left" : at > 0.6 * width;
      const text = marks.append("text").attr("x", at + (left ? -5 : 5)).attr("y", spot.high ? 12 : tall - 8);
      text.attr("text-anchor", left ? "end" : "start").text(spot.label);
    }
    for (const level of levels) {
      marks.append("line").attr("class", "toy-scene-level").attr("x2", width).attr("y1", y(level.y)).attr("y2", y(level.y));
      const words = marks.append("text").attr("y", y(level.y) - 6).text(level.label);
      if (level.side === "left") words.attr("x", 5);
      else words.attr("text-anchor", "end").attr("x", width - 5);
    }
    for (const dot of dots) {
      const path = marks.append("path").attr("class", "toy-scene-dot").style("--toy-role", colourOf(dot.role));
      path.attr("d", markerOf(dot.role, 90)).attr("transform", `translate(${x(dot.x)},${y(dot.y)})`);
    }
    for (const note of notes) {
      const anchor = note.side === "left" ? "end" : "start";
      marks.append("text").attr("class", "toy-note").attr("text-anchor", anchor).attr("x", x(note.x)).attr("y", y(note.y)).text(note.label);
    }
    if (thumb) drawThumb(thumb, { width, height: tall });
    if (truth === null) return;
    const [tx, ty] = along === "x" ? [x(truth), y(beside)] : [x(beside), y(truth)];
    if (along === "x") marks.append("line").attr("class", "toy-truth-line").attr("x1", tx).attr("x2", tx).attr("y2", tall);
    marks.append("line").attr("class", "toy-gap").attr("x1", place[0]).attr("y1", place[1]).attr("x2", tx).attr("y2", ty);
    marks.append("path").attr("class", "toy-truth").attr("d", markerOf("best", 150)).attr("transform", `translate(${tx},${ty})`);
    const left = place[1] < HIGH ? place[0] > tx : tx > 0.5 * width || (place[0] > tx && tx > 90);
    const [dx, dy] = along === "y" ? [labelEnd, ty < place[1] ? -14 : 24] : [left ? -11 : 11, -16];
    marks
      .append("text")
      .attr("class", "toy-number")
      .attr("x", tx + dx)
      .attr("y", ty + dy)
      .attr("text-anchor", left ? "end" : "start")
      .text(`exact ${say(truth)}`);
  }

  function drawThumb(thumb, { width, height: tall }) {
    const at = x(thumb.x);
    marks.append("line").attr("class", "toy-thumb").attr("x1", at).attr("x2", at).attr("y2", tall);
    for (const dot of thumb.y) {
      marks.append("path").attr("class", "toy-thumb-dot").attr("d", markerOf("policy", 60)).attr("transform", `translate(${at},${y(dot)})`);
    }
    // The thumb's name stands at the foot: above is the guess's.
    const isRight = at > width / 2;
    marks
      .append("text")
      .attr("y", tall - 8)
      .attr("x", at + (isRight ? -6 : 6))
      .attr("text-anchor", isRight ? "end" : "start")
      .text(thumb.label);
  }

  function drawGuess({ guess, truth, asks }, { width, height: tall }) {
    drawHandle({ index: guess, place, asks, width, height: tall });
    if (along === "x") handle.select("line").attr("y1", -place[1]).attr("y2", tall - place[1]);
    else handle.select("line").attr("x1", -26).attr("x2", 26);
    // Its name keeps out of the truth's way: on the other side of it, or below it.
    const low = truth === null ? place[1] < tall - 30 : y(truth) < place[1];
    const high = place[1] < HIGH;
    const left = high && truth !== null ? place[0] < x(truth) : place[0] > 0.5 * width;
    if (along === "y") said.attr("x", labelEnd).attr("y", low ? 24 : -14).attr("text-anchor", "end");
    else said.attr("x", left ? -13 : 13).attr("y", high ? -16 : 22).attr("text-anchor", left ? "end" : "start");
  }

  function drawNames({ names: all }, { width, height: tall }) {
    const isSpread = (one) => !("x" in one) || one.near;
    const isRight = (one) => (one.near ?? one.side) === "right";
    const apart = all.filter(isSpread);
    const heights = spread(apart.map((one) => y(one.y)), 15, 6, tall - 6);
    const rows = names
      .selectAll("text")
      .data(all)
      .join((enter) => {
        const text = enter.append("text").attr("dy", "0.35em");
        text.append("tspan");
        text.append("tspan").attr("class", "toy-number");
        return text;
      });
    rows
      .attr("x", (one) => ("x" in one ? x(one.x) + (isRight(one) ? 9 : -9) : width + (along === "y" ? 16 : 8)))
      .attr("y", (one) => (isSpread(one) ? heights[apart.indexOf(one)] : y(one.y) + (one.dy ?? -12)))
      .attr("text-anchor", (one) => ("x" in one && !isRight(one) ? "end" : "start"));
    rows.style("fill", ({ role }) => (role ? colourOf(role) : null)).style("font-weight", ({ role }) => (role ? 700 : null));
    rows.select("tspan").text((one) => `${one.label} `);
    rows
      .select(".toy-number")
      .attr("data-key", ({ key, value }) => (value === undefined ? null : key))
      .attr("data-value", ({ value }) => value ?? null)
      .text(({ value, format = say }) => (value === undefined ? "" : format(value)));
  }

  return { node, draw };
}
