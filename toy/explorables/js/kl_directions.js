// The two directions of the KL divergence, from bars that can be dragged.

import { distributionFault, klTerms, sum } from "./core/distributions.js";
import { bars } from "./parts/bars.js";
import { toolbar } from "./parts/buttons.js";
import { columns } from "./parts/dom.js";
import { formatNumber } from "./parts/format.js";
import { legend } from "./parts/legend.js";
import { readout } from "./parts/readout.js";
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
  const totals = readout([
    { key: "reverse", role: "policy", label: `${REVERSE}, the policy samples`, unit: "nats" },
    { key: "forward", role: "reference", label: `${FORWARD}, the reference samples`, unit: "nats" },
  ]);
  const shares = stackedBars(stage, {
    label: "Both divergences, cut into the share of each response",
    numRows: 2,
    rowHeight: 46,
    xTitle: "share of each response, nats",
  });
  const key = legend([
    { role: "policy", label: "policy <i>π</i>" },
    { role: "reference", label: "reference <i>π</i><sub>ref</sub>" },
  ]);

  function draw({ policy, reference, responses }) {
    const reverse = klTerms(policy, reference);
    const forward = klTerms(reference, policy);
    const values = { reverse: sum(reverse), forward: sum(forward) };
    const text =
      `KL of policy from reference ${formatNumber(values.reverse)} nats, ` +
      `of reference from policy ${formatNumber(values.forward)} nats`;
    probabilities.draw({ responses, policy, reference });
    totals.draw(values);
    shares.draw({
      rows: [
        { role: "policy", shares: reverse, labels: responses },
        { role: "reference", shares: forward, labels: responses },
      ],
      high: Math.max(values.reverse, values.forward, 0.1),
      description: text,
    });
    stage.announce(text);
  }

  return stage.start(
    [toolbar(stage, { hint: "Drag the bars." }), columns([key, probabilities], [totals, shares])],
    draw,
  );
}

/** Why a state from outside cannot be shown, or "". */
const fault = ({ policy, reference, responses }) =>
  distributionFault("policy", policy, responses.length) || distributionFault("reference", reference, responses.length);

export default { render, fault };
