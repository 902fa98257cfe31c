// The two directions of the KL divergence, from bars that can be dragged.

import { klTerms } from "../core/distributions.js";
import { sum } from "../core/numpy.js";
import { toolbar } from "../parts/buttons.js";
import { columns } from "../parts/dom.js";
import { formatNumber } from "../parts/format.js";
import { FORWARD_KL, REVERSE_KL } from "../parts/names.js";
import { policies } from "../parts/policies.js";
import { stackedBars } from "../parts/stacked_bars.js";
import { createStage } from "../parts/stage.js";

function render({ model, el }) {
  const stage = createStage({
    model,
    el,
    label: "The two directions of the KL divergence",
  });
  const probabilities = policies(stage);
  const divergences = stackedBars(stage, {
    label: "Both divergences, cut into the share of each response",
    xTitle: "p log(p/q) + q − p of each, nats",
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

  function draw({ policy, reference, responses }) {
    const shares = { reverse: klTerms(policy, reference), forward: klTerms(reference, policy) };
    probabilities.draw({ responses, policy, reference });
    divergences.draw(shares, responses);
    stage.announce(
      `KL of policy from reference ${formatNumber(sum(shares.reverse))} nats, ` +
        `of reference from policy ${formatNumber(sum(shares.forward))} nats`,
    );
  }

  return stage.start([toolbar(stage, { hint: "Drag the bars." }), columns(probabilities, divergences)], draw);
}

export default render;
