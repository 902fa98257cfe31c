// A hundred draws: what is rarely said is mostly not drawn at all, and then overstated.

import { range } from "d3-array";
import { raised, say } from "../parts/format.js";
import { scene } from "../parts/scene.js";
import { slider } from "../parts/slider.js";

const PRESETS = {
  "1 in 1,000": { share: 0.001, draws: 100 },
  "1 in 100": { share: 0.01, draws: 100 },
  "3 in 100": { share: 0.03, draws: 100 },
};

const MOST_MISSED = 80; // of 100 runs, so that the others have room for a name
const SHARES = [0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1];

export default scene({
  label: "A hundred draws",
  presets: PRESETS,
  guesses: () => range(0, 101),
  controls: (stage) => {
    const draws = slider(stage, { label: "draws", key: "draws", step: 1, format: say });
    const share = slider(stage, { label: "how often", key: "share", steps: SHARES, format: say });
    return [
      { node: draws.node, draw: (state) => draws.draw(state.draws) },
      { node: share.node, draw: (state) => share.draw(state.share) },
    ];
  },
  picture: () => ({ along: "y", right: 30, xTitle: "draws", yTitle: "runs in 100" }),

  show({ draws, share }, stage) {
    const all = stage.limits("draws")[1];
    const without = (count) => 100 * (1 - share) ** count;
    const truth = without(draws);
    const exact = range(0, all + 1).map((count) => [count, without(count)]);
    // As the guess has it: in each draw the same part of the runs is left.
    const guessed = (guess) => range(0, draws + 1).map((count) => [count, 100 * (guess / 100) ** (count / draws)]);
    const often = share === 0.001 ? "once" : `${say(1000 * share)} times`;
    const summary = `Canberra is said ${often} in 1,000; ${say(draws)} draws are made`;
    return {
      question: `The reference says Canberra ${often} in 1,000. In how many of 100 runs does it never come in ${draws} draws?`,
      truth,
      why: why(share, truth / 100, draws),
      start: 60,
      seen: false,
      summary,
      picture: {
        xDomain: [0, all],
        yDomain: [0, 100],
        areas: (guess, open) => (open ? split(exact, ["35%", "100%"]) : split(guessed(guess), ["14%", "30%"], true)),
        thumb: { x: draws, y: [], label: `${say(draws)} draws` },
        notes: (runs) => [
          { x: 2, y: 5, label: "never came", free: true },
          ...(runs < MOST_MISSED ? [{ x: draws - 2, y: 91, side: "left", label: "came", free: true }] : []),
        ],
        cover: [0, draws],
        beside: draws,
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
const why = (share, missed, draws) =>
  `All ${draws} draws miss it with ${say(1 - share)}${raised(draws)} = ${say(missed)}. Over all runs the mean is right, ` +
  `so the few runs that see it see it ${say(1 / (1 - missed))} times too often.`;
