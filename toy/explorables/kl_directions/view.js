// The two directions of the KL divergence, from bars that can be dragged.

import { klTerms } from "../core/distributions.js";
import { sum } from "../core/numpy.js";
import { toolbar } from "../parts/buttons.js";
import { choice } from "../parts/choice.js";
import { columns, make, pinned } from "../parts/dom.js";
import { formatNumber, say } from "../parts/format.js";
import { FORWARD_KL, REVERSE_KL } from "../parts/names.js";
import { policies } from "../parts/policies.js";
import { stackedBars } from "../parts/stacked_bars.js";
import { createStage } from "../parts/stage.js";

// How near the two must come, and how far from zero, in nats.
const EQUAL = 0.005;
const APART = 0.1;

// How many such pairs the reader may think that there are.
const PAIRS = ["none", "one", "infinitely many"];

const responses = ["answers", "hedges", "refuses"];
const SETTINGS = {
  "A sharp policy": { responses, policy: [0.85, 0.12, 0.03], reference: [0.3, 0.3, 0.4] },
  "A sharp reference": { responses, policy: [0.3, 0.3, 0.4], reference: [0.85, 0.12, 0.03] },
  "Close together": { responses, policy: [0.36, 0.29, 0.35], reference: [0.3, 0.3, 0.4] },
};

function render({ model, el }) {
  const stage = createStage({
    model,
    el,
    label: "The two directions of the KL divergence",
  });
  const probabilities = policies(stage);
  const divergences = stackedBars(stage, {
    label: "Both divergences, cut into the share of each response",
    xTitle: "share of each response, nats",
    named: true,
    rows: [
      {
        key: "reverse",
        role: "policy",
        label: `${REVERSE_KL} <small><i>π</i> samples</small>`,
        unit: "nats",
      },
      {
        key: "forward",
        role: "reference",
        label: `${FORWARD_KL} <small><i>π</i><sub>ref</sub> samples</small>`,
        unit: "nats",
      },
    ],
  });

  const note = make("p", {
    class: "toy-hint",
    html:
      "A share is <i>π</i> log(<i>π</i>/<i>π</i><sub>ref</sub>) + (<i>π</i><sub>ref</sub> − <i>π</i>), with the two exchanged in the lower bar: never negative. " +
      "The differences add up to 0, so the whole bar is the sum of the <i>π</i> log(<i>π</i>/<i>π</i><sub>ref</sub>) alone.",
  });
  const verdict = make("p", { class: "toy-predict-verdict", "aria-live": "polite" });
  let guess = "";
  const guesses = choice(stage, {
    label: "my guess",
    key: "guess",
    options: Object.fromEntries(PAIRS.map((name) => [name, name])),
    onInput(value) {
      guess = value;
      stage.redraw();
    },
  });
  const forget = () => (guess = "");
  stage.onReset(forget);
  const task = make("div", { class: "toy-predict" }, [
    make("p", { class: "toy-asked", text: "Make the two numbers equal, and more than 0.1 nats, by dragging bars. How many such pairs are there?" }),
    guesses,
    verdict,
  ]);

  function draw({ policy, reference, responses }) {
    const shares = { reverse: klTerms(policy, reference), forward: klTerms(reference, policy) };
    probabilities.draw({ responses, policy, reference });
    divergences.draw(shares, responses);
    guesses.draw(guess);
    verdict.text(comment(guess, sum(shares.reverse), sum(shares.forward)));
    stage.announce(
      `KL of policy from reference ${formatNumber(sum(shares.reverse))} nats, ` +
        `of reference from policy ${formatNumber(sum(shares.forward))} nats`,
    );
  }

  return stage.start([toolbar(stage, { settings: SETTINGS }), task, columns(probabilities, [pinned(divergences), note])], draw);
}

/** How far the reader has come, what it means, and what there is to say of a guess. */
function comment(guess, reverse, forward) {
  if (Math.max(reverse, forward) < APART) return "The two are nearly one policy: near each other, the two directions agree to second order.";
  if (Math.abs(reverse - forward) >= EQUAL) {
    const more = reverse > forward ? "The policy's count is" : "The reference's count is";
    return `${more} larger, by ${say(Math.abs(reverse - forward))} nats.${guess ? " Find one pair, to see whether you are right." : ""}`;
  }
  const said = { "": "", [PAIRS[2]]: "Right. ", [PAIRS[0]]: "This is one. ", [PAIRS[1]]: "Not one alone. " }[guess];
  return `Equal: ${say(reverse)} nats both ways, between different policies. ${said}Move on: such pairs form whole curves, infinitely many, and two equal numbers say nothing special.`;
}

export default render;
