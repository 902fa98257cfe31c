// What every SVG chart shares: a frame that follows its width, and axes.

import { axisBottom, axisLeft } from "d3-axis";
import { format } from "d3-format";
import { make } from "./dom.js";
import { powerOfTen } from "./format.js";
import { remembered } from "./remembered.js";

/**
 * An SVG as wide as its column and `height` px high, with a plot area inside `margin`, whose right may be a function of that width.
 * `frame()` gives the plot's inner size, or null while the chart has no width.
 */
export function chart(stage, { label, height, margin }) {
  const svg = make("svg:svg", { class: "toy-chart", role: "img", "aria-label": label, height });
  const box = make("div", { class: "toy-chart-box", style: `height:${height}px` }, [svg]);
  const plot = svg.append("g").attr("transform", `translate(${margin.left},${margin.top})`);
  const width = stage.observeWidth(box.node());
  return {
    node: () => box.node(),
    plot,
    describe: (text) => svg.attr("aria-label", text),
    frame() {
      if (width() === 0) return null;
      svg.attr("width", width());
      const right = typeof margin.right === "function" ? margin.right(width()) : margin.right;
      return { width: width() - margin.left - right, right, height: height - margin.top - margin.bottom };
    },
  };
}

/** Axes at the foot and the left of `plot`, with grid lines and titles that carry the unit; `rise`: of the left one's, `fall`: of the lower one's, in px. */
export function axes(plot, { xTitle, yTitle, rise = 30, fall = 32 }) {
  const bottom = plot.append("g").attr("class", "toy-axis");
  const left = yTitle === undefined ? null : plot.append("g").attr("class", "toy-axis toy-axis-y");
  const bottomTitle = plot
    .append("text")
    .attr("class", "toy-axis-title")
    .attr("text-anchor", "middle")
    .text(xTitle);
  plot
    .append("text")
    .attr("class", "toy-axis-title")
    .attr("y", -rise)
    .text(yTitle ?? "");
  const draw = remembered((_domains, width, height, x, y) => {
    bottom.attr("transform", `translate(0,${height})`).call(ticks(axisBottom(x), x, roomFor(x, width / 55)).tickSize(4));
    left?.call(
      ticks(axisLeft(y), y, height / 28)
        .tickSize(-width)
        .tickPadding(6),
    );
    bottomTitle.attr("x", width / 2).attr("y", height + fall);
  });
  return ({ x, y, width, height, xTitle: title = xTitle }) => {
    bottomTitle.text(title);
    draw([x.domain(), y?.domain()], width, height, x, y);
  };
}

/** About `count` ticks; on a log scale only powers of ten and, over a short range, their doubles and halves. */
function ticks(axis, scale, count) {
  if (!scale.base) return axis.ticks(count);
  const [low, high] = scale.domain();
  const decades = Math.log10(high / low);
  const digits = decades > 2.5 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
  const values = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const digit of digits) values.push(digit * 10 ** power);
  }
  const inside = values.filter((value) => value >= low * 0.999 && value <= high * 1.001);
  const every = Math.ceil(inside.length / Math.max(2, count));
  return axis.tickValues(inside.filter((_, i) => i % every === 0)).tickFormat(decimal);
}

/** As many ticks as stand clear of each other below a linear axis, `most` of them. */
function roomFor(scale, most) {
  if (scale.base) return most;
  const [first, last] = scale.domain();
  const isClear = (count) => {
    const values = scale.ticks(count);
    const longest = Math.max(...values.map((value) => scale.tickFormat(count)(value).length));
    return (Math.abs(scale(last) - scale(first)) * (values[1] - values[0])) / (last - first) > 6.6 * longest + 6;
  };
  for (let count = most; count > 2; count--) if (isClear(count)) return count;
  return Math.min(2, most);
}

const plain = format(",.6~r");
const decimal = (value) =>
  value >= 1e-3 && value < 1e6 ? plain(value) : powerOfTen(Math.round(Math.log10(value)));
