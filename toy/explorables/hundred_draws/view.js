// A hundred draws: what is rarely said is mostly not drawn at all, and then overstated.

import { range } from "d3-array";
import { say } from "../parts/format.js";
import { scene } from "../parts/scene.js";
import { slider } from "../parts/slider.js";

const PRESETS = {
  "1 in 1,000": { share: 0.001, draws: 5 },
  "1 in 100": { share: 0.01, draws: 5 },
  "3 in 100": { share: 0.03, draws: 5 },
};

const SHARES = [0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1];

export default scene({
  label: "A hundred draws",
  presets: PRESETS,
  plays: "draws",
  guesses: () => range(0, 101),
  controls: (stage) => {
    const draws = slider(stage, { label: "draws", key: "draws", step: 1, format: say });
    const share = slider(stage, { label: "how often it is said", key: "share", steps: SHARES, format: say });
    return [
      { node: draws.node, draw: (state) => draws.draw(state.draws) },
      { node: share.node, draw: (state) => share.draw(state.share) },
    ];
  },
  picture: () => ({ along: "y", right: 30, xTitle: "draws", yTitle: "runs in 100" }),

  show({ draws, share }, stage) {
    const all = stage.limits("draws")[1];
    const without = (count) => 100 * (1 - share) ** count;
    const truth = without(all);
    const curve = range(0, all + 1).map((count) => [count, without(count)]);
    const summary = `After ${say(draws)} draws it has not come in ${say(without(draws))} of 100 runs`;
    const often = share === 0.001 ? "once" : `${say(1000 * share)} times`;
    return {
      question: `The reference says Canberra ${often} in 1,000. In how many of 100 runs does it never come in ${all} draws?`,
      truth,
      why: why(share, truth / 100, all),
      start: 60,
      seen: draws >= all,
      summary,
      picture: {
        xDomain: [0, all],
        yDomain: [0, 100],
        // What is covered is drawn as the guess has it: in each draw the same part of the runs is left.
        areas: (guess, open) => [
          ...split(open ? curve : curve.slice(0, draws + 1), ["35%", "100%"]),
          ...(open || draws >= all ? [] : split(range(draws, all + 1).map((count) => [count, without(draws) * (guess / without(draws)) ** ((count - draws) / (all - draws))]), ["14%", "30%"], true)),
        ],
        thumb: { x: draws, y: [without(draws)], label: draws === 1 ? "1 draw" : `${say(draws)} draws` },
        names: [
          { x: draws, y: without(draws), dy: 20, side: draws < all / 2 ? "right" : "", label: "not come yet in", key: "without", value: without(draws) },
        ],
        cover: [draws, all],
        beside: all,
        description: summary,
      },
    };
  },
});

/** Runs in which it has not come, and above them those in which it has. */
const split = (curve, [below, above], front = false) => [
  { role: "reference", tint: below, front, points: curve.map(([count, runs]) => [count, 0, runs]) },
  { role: "policy", tint: above, front, points: curve.map(([count, runs]) => [count, runs, 100]) },
];

/** The chance to miss it, and what the other runs make of that. */
const why = (share, missed, all) =>
  `All ${all} draws miss it with ${say(1 - share)}¹⁰⁰ = ${say(missed)}. Over all runs the mean is right, ` +
  `so the few runs that see it see it ${say(1 / (1 - missed))} times too often.`;
