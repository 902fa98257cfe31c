// One draw of k1 and of k3: the same mean, and how little a draw says of it.

import { max, range } from "d3-array";
import { klDivergence, logRatio } from "../core/distributions.js";
import { countProbabilities, countVectors } from "../core/enumeration.js";
import { k1, k3 } from "../core/kl_estimators.js";
import { say } from "../parts/format.js";
import { lawHistogram } from "../parts/law_rows.js";
import { remembered } from "../parts/remembered.js";
import { scene } from "../parts/scene.js";
import { slider } from "../parts/slider.js";

const PRESETS = {
  "1 draw": { draws: 1, policy: [0.05, 0.4, 0.25, 0.3] },
  "10 draws": { draws: 10, policy: [0.05, 0.4, 0.25, 0.3] },
  Nearer: { draws: 1, policy: [0.14, 0.36, 0.4, 0.1] },
};

const ESTIMATORS = { k1, k3 };
const DRAWS = [1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 50, 70, 100];
const SPAN = [-2, 3.6];
const NUM_BINS = 56;

/**
 * Of the averages of N draws, for k1 and for k3: { bins: how often they fall into each, less: how often below a limit },
 * of k3 below the KL, of k1 below 0. Walked through once; a guess that is dragged asks for nothing new.
 */
const lawsOf = remembered((policy, reference, draws) => {
  const counts = countVectors(draws, policy.length);
  const chances = countProbabilities(policy, counts);
  const d = logRatio(policy, reference);
  const law = (values, limit) => {
    let less = 0;
    for (let c = 0; c < chances.length; c++) {
      let average = 0;
      for (let y = 0; y < values.length; y++) average += (counts[y][c] / draws) * values[y];
      if (average < limit) less += chances[c];
    }
    return { ...lawHistogram(chances, values, draws, SPAN, NUM_BINS), less };
  };
  return { k1: law(d.map(k1), 0), k3: law(d.map(k3), klDivergence(policy, reference)) };
});

export default scene({
  label: "One draw of k1 and of k3",
  presets: PRESETS,
  guesses: () => range(-200, 361).map((hundredths) => hundredths / 100),
  controls: (stage) => {
    const draws = slider(stage, { label: "draws averaged <i>N</i>", key: "draws", steps: DRAWS, format: say });
    return [{ node: draws.node, draw: (state) => draws.draw(state.draws) }];
  },
  picture: () => ({ along: "x", right: 16, xTitle: "what is said, nats" }),

  show({ draws, policy, reference, responses }, stage) {
    const kl = klDivergence(policy, reference);
    const laws = lawsOf(policy, reference, draws);
    const truth = kl <= SPAN[1] ? kl : null;
    const d = logRatio(policy, reference);
    const bars = Object.fromEntries(
      ["k1", "k3"].map((name) => [name, draws === 1 ? stems(d.map(ESTIMATORS[name]), policy) : histogram(laws[name].bins)]),
    );
    const top = 1.3 * max([...bars.k1, ...bars.k3], (one) => one.height);
    const summary = `${say(draws)} ${draws === 1 ? "draw" : "draws"} averaged`;
    const seen = draws === stage.limits("draws")[1];
    return {
      question:
        draws === 1
          ? "A draw of k3 says one of these numbers, as often as its bar is high. What does k3 say on average?"
          : `Somebody averages ${draws} draws of k3, and does so again and again. What is the mean of all these averages?`,
      truth,
      why: why({ draws, kl, laws, truth, values: d.map(k3), responses }),
      start: 1.5,
      seen,
      summary,
      picture: {
        xDomain: SPAN,
        yDomain: [-top, top],
        ...(draws === 1
          ? { lines: [...lines("k3", bars.k3, 1), ...lines("k1", bars.k1, -1)] }
          : { areas: [...areas("k3", bars.k3, 1), ...areas("k1", bars.k1, -1)] }),
        levels: [{ y: 0, label: "" }],
        names: [
          { x: SPAN[0], y: 0.5 * top, near: "right", role: "k3", label: draws === 1 ? "k3" : `k3, ${draws} draws` },
          { x: SPAN[0], y: -0.75 * top, near: "right", role: "k1", label: draws === 1 ? "k1" : `k1, ${draws} draws`, answer: true },
          ...(draws === 1 ? [...names("k3", bars.k3, responses, 1), ...names("k1", bars.k1, responses, -1)] : []),
        ],
        fulcrum: 0,
        cover: SPAN,
        coverY: [-top, 0],
        coverLabel: "k1's draws stand here",
        beside: top,
        description: summary,
      },
    };
  },
});

const stems = (values, policy) => values.map((value, y) => ({ value, height: policy[y] }));

const WIDTH = (SPAN[1] - SPAN[0]) / NUM_BINS;
const histogram = (bins) => Array.from(bins, (height, i) => ({ x0: SPAN[0] + i * WIDTH, x1: SPAN[0] + (i + 1) * WIDTH, height }));

const percent = (value) => `${say(100 * value)} %`;

const inside = ({ value }) => value >= SPAN[0] && value <= SPAN[1];

const lines = (role, bars, up) =>
  bars.filter(inside).map(({ value, height }) => ({ role, thick: true, answer: up < 0, points: [[value, 0], [value, up * height]] }));

const areas = (role, bars, up) =>
  bars
    .filter(({ height }) => height > 1e-4)
    .map(({ x0, x1, height }) => ({ role, answer: up < 0, points: [x0, x1].map((x) => [x, 0, up * height]) }));

/** The names at the bars' ends: to the right, unless a higher one stands there, or the frame. */
const names = (role, bars, responses, up) =>
  bars.map((one, y) => ({ ...one, y })).filter(inside).map(({ value, height, y }) => {
    const blocked = bars.some((other) => other.height > height && other.value > value && other.value < value + 1);
    const near = blocked || value > SPAN[1] - 1.5 ? "left" : "right";
    const name = { x: value, y: up * height, near, label: responses[y] };
    return up < 0 ? { ...name, answer: true } : { ...name, key: `k3.${y}`, value: height, format: percent };
  });

/** How often k3 says less than its mean, and k1 less than nothing. */
function why({ draws, kl, laws, truth, values, responses }) {
  if (truth === null) return `The KL, ${say(kl)} nats, is off the axis.`;
  const [less, negative] = [laws.k3, laws.k1].map((law) => say(100 * law.less));
  const most = max(values);
  if (draws === 1) {
    return (
      `It is the KL, as k1's mean is. Yet k3 says less ${less} times in 100, then ${say(most)} for ` +
      `${responses[values.indexOf(most)]}; k1 is negative ${negative} times in 100.`
    );
  }
  return (
    `Averaging moves no mean, nor k1's. Of ${draws} draws, k3's average is less ${less} times in 100, ` +
    `k1's is negative ${negative} times in 100.`
  );
}
