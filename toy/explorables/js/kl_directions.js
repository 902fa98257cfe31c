// The two directions of the KL divergence, from bars that can be dragged.

import { distributionFault, klTerms, sum } from "./core/distributions.js";
import { bars } from "./parts/bars.js";
import { toolbar } from "./parts/buttons.js";
import { columns } from "./parts/dom.js";
import { formatNumber } from "./parts/format.js";
import { legend } from "./parts/legend.js";
import { stackedBars } from "./parts/stacked_bars.js";
import { createStage } from "./parts/stage.js";

const REVERSE = "KL(<i>π</i> ‖ <i>π</i><sub>ref</sub>)";
const FORWARD = "KL(<i>π</i><sub>ref</sub> ‖ <i>π</i>)";

function render({ model, el }) {
  const stage = createStage({
    model,
    el,
    traits: ["policy", "reference", "responses"],
    label: "The two directions of the KL divergence",
  });
  const probabilities = bars({
    label: "Probabilities of the responses",
    series: [
      { key: "policy", role: "policy", label: "policy" },
      { key: "reference", role: "reference", label: "reference" },
    ],
    onInput: (key, values) => stage.set({ [key]: values }),
  });
  const divergences = stackedBars(stage, {
    label: "Both divergences, cut into the share of each response",
    xTitle: "share of each response, nats",
    rows: [
      { key: "reverse", role: "policy", label: `${REVERSE} <small><i>π</i> samples</small>`, unit: "nats" },
      { key: "forward", role: "reference", label: `${FORWARD} <small><i>π</i><sub>ref</sub> samples</small>`, unit: "nats" },
    ],
  });
  const key = legend([
    { role: "policy", label: "policy <i>π</i>" },
    { role: "reference", label: "reference <i>π</i><sub>ref</sub>" },
  ]);

  function draw({ policy, reference, responses }) {
    const shares = { reverse: klTerms(policy, reference), forward: klTerms(reference, policy) };
    probabilities.draw({ responses, policy, reference });
    divergences.draw(shares, responses);
    stage.announce(
      `KL of policy from reference ${formatNumber(sum(shares.reverse))} nats, ` +
        `of reference from policy ${formatNumber(sum(shares.forward))} nats`,
    );
  }

  return stage.start(
    [toolbar(stage, { hint: "Drag the bars." }), columns([key, probabilities], divergences)],
    draw,
  );
}

/** Why a state from outside cannot be shown, or "". */
const fault = ({ policy, reference, responses }) =>
  distributionFault("policy", policy, responses.length) || distributionFault("reference", reference, responses.length);

export default { render, fault };
