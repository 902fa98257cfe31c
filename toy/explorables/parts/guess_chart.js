// One picture with a guess in it: ribbons and lines over x, a thumb that the controls move, a marker to drag.

import { scaleLinear, scaleLog } from "d3-scale";
import { area, line } from "d3-shape";
import { axes, chart } from "./chart.js";
import { say } from "./format.js";
import { guessHandle } from "./guess_handle.js";
import { spread } from "./line_chart.js";
import { colourOf, dashOf, markerOf } from "./roles.js";
import { along as way, around, boxOf, settle } from "./settle.js";
import { underAxis } from "./under_axis.js";

const MARGIN = { top: 26, left: 38, bottom: 38 };

// Where the number of a marker on a steep line may stand too.
const ASLANT = [[-20, -24, "start"], [-20, -38, "start"], [-36, -24, "start"], [-36, -46, "start"], [11, 46, "start"]];

// How far a line at the frame reaches over it, in px.
const EDGE = 2;

// The right margin that is wide enough for names, in px.
const ROOM = 60;

// How heavily a label weighs that covers a mark, a line or a curve, for each px².
const WEIGHTS = { mark: 4, line: 2, curve: 0.8, level: 0.7 };

// From one row of words under the axis to the next, and the room that a letter takes, in px.
const ROW = 15;
const NARROW = 400; // px, a chart with little room
const PER_LETTER = 6.3;
// About what a letter of a name takes, in px.
const NAME_PX = 6.9;

// Past this part of the axis what stands at a thumb joins the names at the right end.
const LATE = 0.8;

// The thickness of a bar, in px.
const THICK = 28;

// More pulls than this are drawn as one bar.
const MOST_PARTS = 20;

/** The right margin for names of responses, and where there is room for their values too. */
export const namesRoom = (width) => (width < 480 ? 86 : 134);

const LISTS = ["areas", "lines", "bars", "levels", "places", "dots", "names", "notes", "key"];

/**
 * `along`: the axis, "x" or "y", on which the guess, one of `values`, is made; `onGuess(index)`: it was dragged;
 * `right`: the room for names at the right end, in px, or a function of the width that gives it; `height`, `xTitle`, `yTitle`, `xLog` as in a chart,
 * which has no y-axis where that has no title; `xTicks`: whether the x-axis has numbers; `under`: rows of words under them;
 * `drops`: whether the lines of guess and truth go down from their markers only; `outside`: whether their numbers stand in the right margin.
 *
 * draw({ xDomain, yDomain, areas: [{ role, tint, points: [[x, low, high]] }],
 *        lines: [{ role, thick, front: of the cover, points: [[x, y]] }],
 *        bars: [{ role, y, from, to, parts: into which it is cut, label: at its end }],
 *        levels: [{ y, label, side: "left" if at that end, short: where there is little room, free: whether it may stand between the ends, solid }],
 *        places: [{ x, side, label, short, high, above: over the picture }], thumb: { x, y: of its dots, label },
 *        names: [{ y, x: if not at the right end, side: "right" if rather on that side, dy: in px, near: the same, but beside the place and
 *                 clear of each other, fixed: there and nowhere else, role, label, key, value: if any, format,
 *                 of: the key of that at the thumb which it names, inside: a ribbon of that role, corner: "left" or "right" over the picture,
 *                 over: "up" or "down" from the end of a column, wide: its width, quiet: not seen }],
 *        feet, rug: as under an axis, key: [{ role, tint, label }] above the right end,
 *        dots: [{ role, x, y }], notes: [{ x, y, label, side: of the place, "left" or "right", until: how far there is room if it is in a ribbon,
 *        free: whether it gives way on a plate }],
 *        base: a height with a line, fulcrum: one under which what is balanced rests,
 *        cover: [from, to] if any, coverY: the same upwards if not all, coverLabel,
 *        beside: where the marker stands on the other axis, or a function that says where of the guess, truthBeside: where the truth does, if elsewhere,
 *        known: [x, y] from which the guess is drawn on, if any, description,
 *        guess: its index, truth: or null, open: nothing is covered, asks: there is something to guess })
 *
 * Labels beside what they name take the side on which they cover least. What is an `answer` in these lists is drawn once the picture is open. A list may be a function of where the answer
 * stands as far as the reader knows, of the truth once it is open and of the guess before, and of whether it is open.
 */
export function guessChart(stage, { label, along, values, onGuess, right: edge, height = 240, xTitle, yTitle, xLog, xTicks = true, under = 0, drops = false, outside = false }) {
  const margin = { ...MARGIN, left: yTitle ? MARGIN.left : 18, right: edge, bottom: MARGIN.bottom + ROW * under };
  const { node, plot, frame, describe } = chart(stage, { label, height, margin });
  plot.select(function () { return this.ownerSVGElement; }).attr("role", "group"); // a picture may hold no handle
  const x = (xLog ? scaleLog : scaleLinear)();
  const y = scaleLinear();
  const scale = { x, y }[along];
  const drawAxes = axes(plot, { xTitle, yTitle, rise: 10, fall: 32 + ROW * under });
  const below = underAxis(plot);
  const legend = plot.append("g").attr("class", "toy-bars-key");
  if (!xTicks) plot.select(".toy-axis").style("display", "none");
  const shapes = plot.append("g");
  const blocks = plot.append("g").attr("class", "toy-scene-bars");
  const curtain = plot.append("g").attr("class", "toy-cover");
  curtain.append("rect");
  curtain.append("text").attr("text-anchor", "middle");
  const front = plot.append("g");
  const sketch = plot.append("line").attr("class", "toy-sketch");
  const marks = plot.append("g").attr("class", "toy-scene-marks");
  const ownLine = plot.append("line").attr("class", "toy-guess-line"); // below the plates, as the handle is not
  const plates = plot.append("g").attr("class", "toy-plates");
  const invert = (px) => scale.invert(px);
  const { said, draw: drawHandle } = guessHandle({ plot, along, values, onGuess, invert });
  const words = plot.append("g").attr("class", "toy-scene-names"); // of the marks
  const names = plot.append("g").attr("class", "toy-scene-names");
  let [right, labelEnd] = [0, 0];
  let place = [0, 0];
  let labels = []; // of what is drawn, with the places that each may take
  let obstacles = [];

  function draw(given) {
    const size = frame();
    describe(given.description);
    if (!size) return;
    right = size.right;
    labelEnd = right < ROOM ? right - 2 : -14; // of a marker at the right end: in the margin, unless names stand there
    const at = given.truth ?? values[given.guess];
    const state = { ...given };
    for (const name of LISTS) {
      const all = typeof given[name] === "function" ? given[name](at, given.open) : given[name] ?? [];
      state[name] = all.filter((one) => given.open || !one.answer);
    }
    x.domain(state.xDomain).range([0, size.width]);
    y.domain(state.yDomain).range([size.height, 0]);
    drawAxes({ x, y, ...size });
    plot.selectAll(".toy-axis-y .tick").style("display", (tick) => (state.base !== undefined && tick < state.base ? "none" : null));
    const across = values[state.guess];
    if (typeof state.beside === "function") [state.beside, state.truthBeside] = [state.beside(across), state.truthBeside ?? state.beside(at)];
    const inside = (px, most) => Math.min(most, Math.max(0, px)); // a guess may be off the axis
    place = along === "x" ? [inside(x(across), size.width), y(state.beside)] : [x(state.beside), inside(y(across), size.height)];
    [labels, obstacles] = [[], []];
    drawKey(state, size);
    below.draw({ feet: state.feet, rug: state.rug, x, top: size.height + (xTicks ? 29 : 14), left: -margin.left, right: size.width + right });
    drawShapes(state);
    drawBars(state);
    drawCurtain(state, size);
    drawMarks(state, size);
    drawGuess(state, size);
    drawNames(state, size);
    const boxes = settle(labels.sort((a, b) => a.rank - b.rank), [...obstacles, ...numbersOfAxes(), ...curves(state)], {
      left: yTitle ? -4 : -10,
      right: size.width + right - 2,
      top: -MARGIN.top,
      bottom: size.height,
    });
    const plated = boxes.filter((_, i) => labels[i].plate || (state.areas.length > 0 && labels[i].plate !== false));
    for (const [i, box] of boxes.entries()) if (labels[i].leads) drawLead(labels[i].at, box);
    plates.selectAll("rect").data(plated).join("rect").call(plate);
  }

  /** From a name that found no room beside what it names. */
  function drawLead([at, level], { left, right: end, top, bottom }) {
    const foot = level > bottom ? bottom + 1 : top - 1;
    if (Math.abs(level - foot) < 8) return;
    const across = Math.min(end - 3, Math.max(left + 3, at));
    marks.append("line").attr("class", "toy-lead").attr("x1", at).attr("y1", level).attr("x2", across).attr("y2", foot);
  }

  /** What lies under a label, so that it can be read on any colour. */
  const plate = (rects) =>
    rects
      .attr("class", "toy-plate")
      .attr("x", ({ left }) => left - 1)
      .attr("y", ({ top }) => top - 3)
      .attr("width", ({ left, right: end }) => end - left + 2)
      .attr("height", ({ top, bottom }) => bottom - top + 6)
      .attr("rx", 4);

  /** What the numbers and the title of the axes cover. */
  const numbersOfAxes = () => {
    const title = plot.selectAll(".toy-axis-title").filter((_, i) => i === 1);
    const words = yTitle ? [boxOf(title, 0, -10, "start")] : [];
    if (!yTitle) return words;
    return [...words, ...y.ticks(8).map((tick) => ({ left: -MARGIN.left, right: -6, top: y(tick) - 7, bottom: y(tick) + 7, weight: 4 }))];
  };

  /** Where lines can be seen. */
  function curves({ lines, cover, coverY, open }) {
    const isHidden = ([px]) => !open && cover && !coverY && px > x(cover[0]) + EDGE && px < x(cover[1]) - EDGE;
    const boxes = lines.flatMap(({ points, thick, front: over }) =>
      way(points.map(([px, py]) => [x(px), y(py)]), thick ? 4 : 2.5, WEIGHTS.curve).map((box) => ({ ...box, over })),
    );
    return boxes.filter(({ left, right: end, over }) => over || !isHidden([(left + end) / 2]));
  }

  function drawKey({ key }, { width }) {
    let across = width + Math.min(right, ROOM) - 4;
    legend.selectAll("*").remove();
    for (const { role, tint, label: words } of [...key].reverse()) {
      across -= PER_LETTER * words.length;
      legend.append("text").attr("x", across).attr("y", -10).text(words);
      const swatch = legend.append("rect").attr("class", "toy-part").attr("x", across - 17).attr("y", -19).attr("width", 12).attr("height", 9);
      swatch.style("--toy-role", colourOf(role)).style("--toy-tint", tint ?? "100%");
      across -= 30;
    }
  }

  function drawShapes({ areas, lines }) {
    const ribbon = area((p) => x(p[0]), (p) => y(p[1]), (p) => y(p[2]));
    const path = line((p) => x(p[0]), (p) => y(p[1]));
    const all = [...areas.map((one) => ({ ...one, ribbon: true })), ...lines];
    for (const { points: [[from, ...ends], [to]] } of areas.filter((one) => one.solid)) {
      const [top, bottom] = ends.map((end) => y(end)).sort((a, b) => a - b);
      obstacles.push({ left: x(from), right: x(to), top, bottom, weight: WEIGHTS.line });
    }
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
    const cuts = ({ parts = 1 }) => (parts > MOST_PARTS ? 1 : parts);
    const part = (one) => (x(one.to) - x(one.from)) / cuts(one);
    groups.select("path").style("stroke-width", (one) => Math.min(1.5, Math.abs(part(one)) / 4));
    groups.select("path").attr("d", (one) => {
      const { from, y: middle } = one;
      const [left, top, width] = [x(from), y(middle) - THICK / 2, part(one)];
      return Array.from({ length: cuts(one) }, (_, i) => `M${left + i * width},${top}h${width}v${THICK}h${-width}z`).join("");
    });
    groups.select("text").text(({ label: text }) => text);
    const foot = THICK / 2 + 14;
    bars.forEach(({ from, to, y: middle, label: text }, i) => {
      const [out, anchor, inwards] = to < from ? [-1, "end", "start"] : [1, "start", "end"];
      const places = [[out * 6, 4, anchor], [0, foot, inwards], [0, 9 - foot, inwards]];
      const ends = [x(from), x(to)].sort((a, b) => a - b);
      obstacles.push({ left: ends[0], right: ends[1], top: y(middle) - THICK / 2, bottom: y(middle) + THICK / 2, weight: WEIGHTS.line });
      if (text) labels.push({ rank: 3, text: groups.filter((_, k) => k === i).select("text"), at: [x(to), y(middle)], places });
    });
  }

  function drawCurtain({ cover = [0, 0], coverY, coverLabel = "", open }, { height: tall }) {
    const [from, to] = cover.map(x);
    const [foot, top] = coverY ? coverY.map(y) : [tall, 0];
    curtain.style("display", open || !(from < to) ? "none" : null);
    curtain.select("rect").attr("x", from).attr("width", Math.max(0, to - from) + EDGE).attr("y", top - EDGE).attr("height", foot - top + EDGE);
    curtain.select("text").attr("x", from + 0.3 * (to - from)).attr("y", (foot + top) / 2).attr("dy", "0.35em").text(coverLabel);
  }

  const upright = (at, from, to, weight = WEIGHTS.line) => ({ left: at - 1.5, right: at + 1.5, top: from, bottom: to, weight });

  function drawMarks(state, { width, height: tall }) {
    const { levels, places, dots, notes, thumb, base } = state;
    marks.selectAll("*").remove();
    words.selectAll("*").remove();
    if (base !== undefined) marks.append("line").attr("class", "toy-scene-base").attr("x2", width).attr("y1", y(base)).attr("y2", y(base));
    for (const spot of places) {
      const at = x(spot.x);
      marks.append("line").attr("class", "toy-scene-level").attr("x1", at).attr("x2", at).attr("y2", tall);
      obstacles.push(upright(at, 0, tall, WEIGHTS.level));
      const text = words.append("text").text(width < NARROW && spot.short ? spot.short : spot.label);
      const left = spot.side ? spot.side === "left" : at > 0.6 * width;
      const rows = spot.high ? [12, 28, tall - 8] : [tall - 8, tall - 24, 12];
      labels.push({ rank: 5, text, at: [at, 0], places: [...(spot.above ? [[0, -8, "middle"]] : []), ...rows.flatMap((dy) => sides(left, 5, dy))] });
    }
    for (const level of levels) {
      const at = y(level.y);
      marks.append("line").attr("class", level.solid ? "toy-scene-level toy-solid" : "toy-scene-level").attr("x2", width).attr("y1", at).attr("y2", at);
      obstacles.push({ left: 0, right: width, top: at - 1, bottom: at + 1, weight: WEIGHTS.level });
      const ends = [[5, "start"], [width - 5, "end"]];
      if (level.side !== "left") ends.reverse();
      if (level.free) ends.push(...[0.65, 0.55, 0.45, 0.35, 0.25].map((share) => [share * width, "middle"]));
      const rows = [-6, ...(at < tall - 24 ? [14] : []), -20, -34].flatMap((dy) => ends.map(([dx, anchor]) => [dx, dy, anchor]));
      const name = width < NARROW && level.short ? level.short : level.label;
      if (name) labels.push({ rank: 5, text: words.append("text").text(name), at: [0, at], places: rows });
    }
    for (const dot of dots) {
      const path = marks.append("path").attr("class", "toy-scene-dot").style("--toy-role", colourOf(dot.role));
      path.attr("d", markerOf(dot.role, 90)).attr("transform", `translate(${x(dot.x)},${y(dot.y)})`);
      obstacles.push(around(x(dot.x), y(dot.y), 6, WEIGHTS.mark));
    }
    for (const note of notes) {
      const anchor = note.side === "left" ? "end" : "start";
      const text = words.append("text").attr("class", "toy-note").attr("text-anchor", anchor).attr("x", x(note.x)).attr("y", y(note.y)).text(note.label);
      if (note.until === undefined && !note.free) obstacles.push(boxOf(text, x(note.x), y(note.y), anchor));
      else if (x(note.x) + text.node().getComputedTextLength() > x(note.until)) text.remove();
      else {
        const rows = [0, 20, -20, 40, -40].map((dy) => [0, dy, anchor]);
        labels.push({ rank: 6, text: text.classed("toy-inside", true), at: [x(note.x), y(note.y)], places: rows, plate: note.free });
      }
    }
    if (thumb) drawThumb(thumb, { width, height: tall });
    if (state.truth !== null) drawTruth(state, { width, height: tall });
  }

  /** Two places on a row, on the better side first. */
  const sides = (left, dx, dy) => (left ? [[-dx, dy, "end"], [dx, dy, "start"]] : [[dx, dy, "start"], [-dx, dy, "end"]]);

  function drawTruth({ truth, beside, truthBeside = beside, bars, fulcrum }, { width, height: tall }) {
    const [tx, ty] = along === "x" ? [x(truth), y(truthBeside)] : [x(truthBeside), y(truth)];
    const top = drops ? ty : 0;
    if (along === "x") marks.append("line").attr("class", "toy-truth-line").attr("x1", tx).attr("x2", tx).attr("y1", top).attr("y2", tall);
    const [[x1, y1], [x2, y2]] = drops ? [[place[0], tall - 5], [tx, tall - 5]] : [place, [tx, ty]];
    marks.append("line").attr("class", "toy-gap").attr("x1", x1).attr("y1", y1).attr("x2", x2).attr("y2", y2);
    marks.append("path").attr("class", "toy-truth").attr("d", markerOf("best", 150)).attr("transform", `translate(${tx},${ty})`);
    if (along === "x") obstacles.push(upright(tx, top, tall));
    if (fulcrum !== undefined) drawFulcrum(tx, y(fulcrum), true);
    obstacles.push(around(tx, ty, 8, WEIGHTS.mark), ...way([[x1, y1], [x2, y2]], 3, WEIGHTS.line));
    const left = tx > 0.5 * width || (place[0] > tx && tx > 90);
    const text = words.append("text").attr("class", "toy-number").text(`exact ${say(truth)}`);
    const places =
      along === "x"
        ? [...(bars.length ? [-THICK, 40] : [-16, 24, -32, 44, -52]).flatMap((dy) => sides(left, 11, dy)), ...(drops ? ASLANT : [])]
        : besides(ty < place[1] ? -14 : 24, ty < place[1] ? 24 : -14);
    labels.push({ rank: 0, text, at: [tx, ty], places });
  }

  /** What the bars over a line rest on, if they balance. */
  const drawFulcrum = (at, foot, isTrue) =>
    marks.append("path").attr("class", isTrue ? "toy-fulcrum toy-fulcrum-true" : "toy-fulcrum").attr("d", `M${at},${foot}l8,13h-16z`);

  /** Where the number of a marker may stand that moves up and down. */
  const besides = (dy, other) => outside ? [dy, other, dy > 0 ? 40 : -30, dy > 0 ? -30 : 40].map((up) => [labelEnd, up, "end"]) : [
    ...(labelEnd > 0 ? [[labelEnd, dy, "end"]] : []),
    [-14, dy, "end"], [14, dy, "start"], [-14, other, "end"], [14, other, "start"], [labelEnd > 0 ? labelEnd : -14, dy > 0 ? 40 : -30, "end"], [labelEnd > 0 ? labelEnd : -14, dy > 0 ? -30 : 40, "end"], [-28, 4, "end"],
  ];

  function drawThumb(thumb, { width, height: tall }) {
    const at = x(thumb.x);
    marks.append("line").attr("class", "toy-thumb").attr("x1", at).attr("x2", at).attr("y2", tall);
    obstacles.push(upright(at, 0, tall));
    for (const dot of thumb.y) {
      marks.append("path").attr("class", "toy-thumb-dot").attr("d", markerOf("policy", 60)).attr("transform", `translate(${at},${y(dot)})`);
      obstacles.push(around(at, y(dot), 5, WEIGHTS.mark));
    }
    // The thumb's name stands at the foot: above is the guess's.
    const rows = [tall - 8, tall - 24, 12].flatMap((dy) => sides(at > width / 2, 6, dy));
    if (thumb.label) labels.push({ rank: 4, text: words.append("text").text(thumb.label), at: [at, 0], places: rows });
  }

  function drawGuess({ guess, truth, open, asks, known, fulcrum }, { width, height: tall }) {
    drawHandle({ index: guess, place, asks, width, height: tall });
    const [gx, gy] = place;
    const ends = along === "x" ? [gx, drops ? gy : 0, gx, tall] : [gx - 26, gy, gx + 26, gy];
    ["x1", "y1", "x2", "y2"].forEach((name, i) => ownLine.attr(name, ends[i]));
    ownLine.style("display", asks ? null : "none");
    const isAhead = !open && known && x(known[0]) < place[0]; // past the guess a line to it would run backwards
    sketch.style("display", asks && isAhead ? null : "none");
    if (known) sketch.attr("x1", x(known[0])).attr("y1", y(known[1])).attr("x2", place[0]).attr("y2", place[1]);
    if (!asks) return;
    const [px, py] = place;
    if (fulcrum !== undefined) drawFulcrum(px, y(fulcrum), false);
    obstacles.push(around(px, py, 9, WEIGHTS.mark));
    if (along === "x") obstacles.push(upright(px, drops ? py : 0, tall));
    else obstacles.push({ left: px - 26, right: px + 26, top: py - 1.5, bottom: py + 1.5, weight: WEIGHTS.line });
    if (isAhead) obstacles.push(...way([[x(known[0]), y(known[1])], place], 2.5, WEIGHTS.curve));
    // Its name keeps out of the truth's way: on the other side of it, or below it.
    const low = truth === null ? py < tall - 30 : y(truth) < py;
    const left = truth === null || along === "y" ? px > 0.5 * width : px < x(truth);
    const places = along === "y" ? besides(low ? 24 : -14, low ? -14 : 24) : [22, -16, 38, -34, 56, -54].flatMap((dy) => sides(left, 13, dy));
    labels.push({ rank: 2, text: said, at: place, places, own: true, plate: true });
  }

  /** Late on the axis the values at the thumb join the names at the end, or where there is no room stand before them. */
  function gathered(all, width) {
    const isLate = (one) => one.near && x(one.x) > LATE * width;
    const room = (one) => right > ROOM && NAME_PX * `${one.label} ${say(one.value)}`.length < right;
    const ends = new Map(all.filter((one) => one.of).map((one) => [one.of, one]));
    const late = all.filter((one) => isLate(one) && ends.has(one.key));
    if (!late.length) return all;
    const joined = late.map((one) => ({ ...ends.get(one.key), key: one.key, value: one.value, format: one.format, y: one.y }));
    if (!joined.every(room)) return all.map((one) => (late.includes(one) ? { ...one, near: "left", fixed: true } : one));
    return [...all.filter((one) => !late.includes(one) && !late.some(({ key }) => key === one.of)), ...joined];
  }

  function drawNames({ names: given }, { width, height: tall }) {
    const all = gathered(given, width);
    const isSpread = (one) => !("x" in one) || one.near;
    const isLeft = (one) => (one.near ?? one.side) !== "right";
    const heights = all.map((one) => y(one.y));
    for (const group of [all.filter((one) => !("x" in one)), all.filter((one) => one.near)]) {
      spread(group.map((one) => y(one.y)), 15, 6, tall - 6).forEach((height, i) => (heights[all.indexOf(group[i])] = height));
    }
    const rows = names
      .selectAll("text")
      .data(all)
      .join((enter) => {
        const text = enter.append("text");
        text.append("tspan");
        text.append("tspan").attr("class", "toy-number");
        return text;
      });
    rows.style("fill", ({ role }) => (role ? colourOf(role) : null)).style("font-weight", ({ role }) => (role ? 700 : null));
    rows.style("display", ({ quiet }) => (quiet ? "none" : null));
    rows.select("tspan").text((one) => (one.label ? `${one.label} ` : ""));
    rows
      .select(".toy-number")
      .attr("data-key", ({ key, value }) => (value === undefined ? null : key))
      .attr("data-value", ({ value }) => value ?? null)
      .text(({ value, format = say }) => (value === undefined ? "" : format(value)));
    const end = width + (along === "y" ? 14 : 12);
    all.forEach((one, i) => {
      if (one.quiet) return;
      const text = rows.filter((_, k) => k === i);
      if (one.corner) {
        const [edge, anchor] = one.corner === "left" ? [0, "start"] : [width, "end"];
        labels.push({ rank: 0, text, at: [edge, -10], places: [[0, 0, anchor]], plate: false });
        return;
      }
      if (one.over) {
        labels.push({ rank: 1, text, at: [x(one.x), y(one.y)], places: overs(one), leads: true, plate: false });
        return;
      }
      const [at, level] = ["x" in one ? x(one.x) : end, heights[i] + 4];
      const dy = isSpread(one) ? 0 : (one.dy ?? -12);
      const rest = isSpread(one) ? [-15, 15, -30, 30] : [-dy, 0, 2 * dy];
      const places = "x" in one ? [dy, ...(one.fixed ? [] : rest)].flatMap((d) => sides(isLeft(one), 9, d)) : [[0, 0, "start"]];
      if (one.fixed) places.length = 1;
      const isEnd = !("x" in one);
      text.classed("toy-inside", one.inside).classed("toy-on-policy", one.inside === "policy");
      labels.push({ rank: isEnd ? 0.5 : 1, text, at: [at, isSpread(one) ? level : y(one.y) + 4], places, plate: isEnd || one.inside ? false : undefined, ...(one.near && right > ROOM && { within: width }) });
    });
  }

  /** Over the end of a column, or below it where it hangs; beside the column's middle at worst. */
  function overs({ over, wide }) {
    const half = (x(wide) - x(0)) / 2;
    const rows = over === "up" ? [-7, -23, -39, -55] : [17, 33, 49];
    return rows.flatMap((dy) => [[0, dy, "middle"], [-half, dy, "start"], [half, dy, "end"]]);
  }

  return { node, draw };
}
