// Two rewards, shifted and scaled: only their difference decides who wins how often.

import { range } from "d3-array";
import { winProbability } from "../core/reward_loss.js";
import { say } from "../parts/format.js";
import { guessBars } from "../parts/guess_bars.js";
import { scene } from "../parts/scene.js";
import { slider } from "../parts/slider.js";

const PAIR = { responses: ["Venus", "I don't know"], reward: [1, 0.2] };

const PRESETS = {
  "+ 3": { ...PAIR, shift: 3, scale: 1 },
  "× 2": { ...PAIR, shift: 0, scale: 2 },
  "× 2 + 3": { ...PAIR, shift: 3, scale: 2 },
  "× −1": { ...PAIR, shift: 0, scale: -1 },
};

const SPAN = [-7, 9]; // what is drawn of them
const [BAR, BRACKET, WINS] = [15, 13, 22]; // px, how tall they are

export default scene({
  label: "Rewards, shifted and scaled",
  presets: PRESETS,
  draws: guessBars,
  guesses: () => range(0, 101),
  controls: (stage) => {
    const shift = slider(stage, { label: "add", key: "shift", step: 0.5, format: say });
    const scale = slider(stage, { label: "multiply by", key: "scale", step: 0.25, format: say });
    return [
      { node: shift.node, draw: (state) => shift.draw(state.shift) },
      { node: scale.node, draw: (state) => scale.draw(state.scale) },
    ];
  },
  picture: () => ({ left: 64, right: 30, height: 244 }),

  show({ shift, scale, reward, responses }) {
    const margin = (times) => times * (reward[0] - reward[1]);
    const wins = (times) => 100 * winProbability(margin(times));
    const changed = reward.map((r) => scale * r + shift);
    const truth = wins(scale);
    const first = responses[0];
    const summary = responses.map((name, y) => `${name} earns ${say(changed[y])}, before ${say(reward[y])}`).join("; ");
    const look = [{ role: "policy" }, { role: "reference", tint: "60%" }];
    const pair = (name, values, keys, more) => ({ name, lanes: lanesOf(values, look, keys), ...more });
    return {
      question:
        `${first} wins ${say(wins(1))} times in 100. ${change(shift, scale)} How often does it win now?`,
      truth,
      why: why(margin, wins, scale),
      start: 50,
      seen: scale === 1 && shift === 0,
      summary,
      picture: {
        key: responses.map((name, y) => ({ ...look[y], label: name })),
        panels: [
          {
            domain: SPAN,
            title: "reward",
            zero: true,
            rows: [pair("before", reward), pair("now", changed, "reward", { above: 8 })],
          },
          {
            domain: [0, 100],
            title: "comparisons won, of 100",
            rows: [
              {
                name: [first, "wins"],
                above: 6,
                asked: true,
                lanes: [
                  {
                    tall: WINS,
                    parts: [
                      { ...look[0], from: 0, to: truth, texts: [`${first} wins`, first] },
                      { ...look[1], from: truth, to: 100, texts: [`${responses[1]} wins`, responses[1]] },
                    ],
                  },
                ],
              },
            ],
          },
        ],
        description: summary,
      },
    };
  },
});

/** Two bars, and between them how far apart their ends are. */
function lanesOf(values, look, key) {
  const difference = say(values[0] - values[1]);
  const [one, other] = values.map((value, y) => ({
    tall: BAR,
    parts: [{ ...look[y], from: 0, to: value }],
    number: { value, key: key && `${key}.${y}` },
  }));
  return [one, { tall: BRACKET, bracket: values, labels: [`difference ${difference}`, difference] }, other];
}

/** What is done to both rewards, as a sentence. */
function change(shift, scale) {
  const shifted = `${shift >= 0 ? "raised" : "lowered"} by ${say(Math.abs(shift))}`;
  if (scale === 1) return `Both rewards are ${shifted}.`;
  return `Both rewards are multiplied by ${say(scale)}${shift ? ` and ${shifted}` : ""}.`;
}

/** What becomes of the margin. */
function why(margin, wins, scale) {
  const before = say(margin(1));
  if (scale === 1) {
    return (
      `Only the difference counts, and what both get alike cancels: it is ${before} as before, ` +
      `and σ(${before}) = ${say(wins(1) / 100)}.`
    );
  }
  return (
    `Only the difference counts: it goes from ${before} to ${say(margin(scale))}, ` +
    `and σ from ${say(wins(1) / 100)} to ${say(wins(scale) / 100)}.`
  );
}
