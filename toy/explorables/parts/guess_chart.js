// One picture with a guess in it: ribbons and lines over x, a thumb that the controls move, a marker to drag.

import { bisectCenter } from "d3-array";
import { scaleLinear, scaleLog } from "d3-scale";
import { area, line } from "d3-shape";
import { axes, chart } from "./chart.js";
import { KEEPS_ITS_KEYS, movedByKeys } from "./dom.js";
import { dragAbout } from "./drag_about.js";
import { say } from "./format.js";
import { spread } from "./line_chart.js";
import { colourOf, dashOf, markerOf } from "./roles.js";

const MARGIN = { top: 26, bottom: 38 };
const LEFT = { true: 46, false: 14 }; // with an axis on the left, and without

// How far a line at the frame reaches over it, in px.
const EDGE = 2;

// The right margin that is wide enough for names, in px.
const ROOM = 60;

// Above this a marker stands at the top: what it is called stands over the picture.
const HIGH = 12;

/**
 * `along`: the axis, "x" or "y", on which the guess, one of `values`, is made; `onGuess(index)`: it was dragged;
 * `right`: the room for names at the right end, in px; `height`, `xTitle`, `yTitle`, `xLog`, `yLog` as in a chart.
 *
 * draw({ xDomain, yDomain, areas: [{ role, tint, points: [[x, low, high]] }], lines: [{ role, thick, front: of the cover, points: [[x, y]] }],
 *        levels: [{ y, label }], places: [{ x, side, label, high }], thumb: { x, y: of its dots, label },
 *        names: [{ y, x: if not at the right end, side: of x, role, label, key, value: if any, format }],
 *        cover: [from, to], coverY: the same upwards if not all, coverLabel,
 *        beside: where the marker stands on the other axis, description,
 *        guess: its index, truth: or null, open: nothing is covered, asks: there is something to guess })
 *
 * What is an `answer` of all these is drawn once the picture is open.
 * Each list may be a function of where the answer stands as far as the reader knows, of the truth once it is open
 * and of the guess before, and of whether it is open.
 */
export function guessChart(stage, { label, along, values, onGuess, right, height = 240, xTitle, yTitle, xLog, yLog }) {
  const { node, plot, frame, describe } = chart(stage, { label, height, margin: { ...MARGIN, left: LEFT[yTitle !== undefined], right } });
  plot.select(function () { return this.ownerSVGElement; }).attr("role", "group"); // a picture may hold no handle
  const x = (xLog ? scaleLog : scaleLinear)();
  const y = (yLog ? scaleLog : scaleLinear)();
  const scale = { x, y }[along];
  const drawAxes = axes(plot, { xTitle, yTitle, rise: 10 });
  const shapes = plot.append("g");
  const curtain = plot.append("g").attr("class", "toy-cover");
  curtain.append("rect");
  curtain.append("text").attr("text-anchor", "middle");
  const front = plot.append("g");
  const marks = plot.append("g").attr("class", "toy-scene-marks");
  const held = plot.append("g");
  const surface = held.append("rect").attr("class", `toy-surface toy-draggable toy-along-${along}`);
  const handle = held.append("g").attr("class", "toy-guess").attr("role", "slider").attr("tabindex", 0);
  for (const [key, value] of Object.entries(KEEPS_ITS_KEYS)) handle.attr(key, value);
  handle.attr("aria-label", "my guess").attr("aria-orientation", along === "y" ? "vertical" : "horizontal");
  handle.attr("aria-valuemin", values[0]).attr("aria-valuemax", values.at(-1));
  handle.append("circle").attr("class", "toy-guess-reach").attr("r", 16);
  handle.append("line");
  handle.append("circle").attr("class", "toy-guess-grip").attr("r", 8);
  const said = handle.append("text");
  said.append("tspan").text("my guess ");
  said.append("tspan").attr("class", "toy-number").attr("data-key", "guess");
  const names = plot.append("g").attr("class", "toy-scene-names");
  const labelEnd = right < ROOM ? right - 2 : -14; // of a marker at the right end: in the margin, unless names stand there
  let drawn = 0; // the guess that is drawn
  let place = [0, 0];

  const last = values.length - 1;
  handle.on("keydown", movedByKeys({ low: 0, high: last, step: 1, now: () => drawn, move: onGuess }));
  const follow = (_, [px, py]) => onGuess(bisectCenter(values, scale.invert(along === "x" ? px : py)));
  const onStart = () => handle.node().focus({ preventScroll: true });
  held.call(dragAbout({ container: plot.node(), places: () => [place], onStart, onMove: follow }));

  function draw(given) {
    const size = frame();
    describe(given.description);
    if (!size) return;
    const at = given.truth ?? values[given.guess];
    const state = { ...given };
    for (const name of ["areas", "lines", "levels", "places", "names"]) {
      const all = typeof given[name] === "function" ? given[name](at, given.open) : given[name] ?? [];
      state[name] = all.filter((one) => given.open || !one.answer);
    }
    x.domain(state.xDomain).range([0, size.width]);
    y.domain(state.yDomain).range([size.height, 0]);
    drawAxes({ x, y, ...size });
    const across = values[state.guess];
    place = along === "x" ? [x(across), y(state.beside)] : [x(state.beside), y(across)];
    surface.attr("width", size.width).attr("height", size.height);
    drawShapes(state);
    drawCurtain(state, size);
    drawMarks(state, size);
    drawGuess(state, size);
    drawNames(state, size);
  }

  function drawShapes({ areas = [], lines = [] }) {
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

  function drawCurtain({ cover, coverY, coverLabel = "", open }, { height: tall }) {
    const [from, to] = cover.map(x);
    const [foot, top] = coverY ? coverY.map(y) : [tall, 0];
    curtain.style("display", open || to <= from ? "none" : null);
    curtain.select("rect").attr("x", from).attr("width", Math.max(0, to - from) + EDGE).attr("y", top - EDGE).attr("height", foot - top + EDGE);
    curtain.select("text").attr("x", (from + to) / 2).attr("y", (foot + top) / 2).attr("dy", "0.35em").text(coverLabel);
  }

  function drawMarks({ levels = [], places = [], thumb, truth, beside }, { width, height: tall }) {
    marks.selectAll("*").remove();
    for (const place of places) {
      const at = x(place.x);
      marks.append("line").attr("class", "toy-scene-level").attr("x1", at).attr("x2", at).attr("y2", tall);
      const left = place.side ? place.side === "left" : at > 0.6 * width;
      const text = marks.append("text").attr("x", at + (left ? -5 : 5)).attr("y", place.high ? 12 : tall - 8);
      text.attr("text-anchor", left ? "end" : "start").text(place.label);
    }
    for (const level of levels) {
      marks.append("line").attr("class", "toy-scene-level").attr("x2", width).attr("y1", y(level.y)).attr("y2", y(level.y));
      marks.append("text").attr("text-anchor", "end").attr("x", width - 5).attr("y", y(level.y) - 6).text(level.label);
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
    drawn = guess;
    const value = values[guess];
    handle.style("display", asks ? null : "none").attr("transform", `translate(${place})`);
    handle.attr("aria-valuenow", value).attr("aria-valuetext", say(value));
    if (along === "x") handle.select("line").attr("y1", -place[1]).attr("y2", tall - place[1]);
    else handle.select("line").attr("x1", -26).attr("x2", 26);
    said.select("[data-key]").attr("data-value", value).text(say(value));
    // Its name keeps out of the truth's way: on the other side of it, or below it.
    const low = truth === null ? place[1] < tall - 30 : y(truth) < place[1];
    const high = place[1] < HIGH;
    const left = high && truth !== null ? place[0] < x(truth) : place[0] > 0.5 * width;
    if (along === "y") said.attr("x", labelEnd).attr("y", low ? 24 : -14).attr("text-anchor", "end");
    else said.attr("x", left ? -13 : 13).attr("y", high ? -16 : 22).attr("text-anchor", left ? "end" : "start");
  }

  function drawNames({ names: all = [] }, { width, height: tall }) {
    const heights = spread(all.map((one) => y(one.y)), 15, 6, tall - 6);
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
      .attr("x", (one) => ("x" in one ? x(one.x) + (one.side === "right" ? 9 : -9) : width + (along === "y" ? 16 : 8)))
      .attr("y", (one, i) => heights[i] - ("x" in one && !one.side ? 12 : 0))
      .attr("text-anchor", (one) => ("x" in one && one.side !== "right" ? "end" : "start"));
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
