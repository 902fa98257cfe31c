// The bars of a policy and a reference, with their legend: what a reader drags in most explorables.

import { bars } from "./bars.js";
import { make } from "./dom.js";
import { legend } from "./legend.js";
import { POLICY, REFERENCE } from "./names.js";

const SERIES = {
  policy: { key: "policy", role: "policy", label: "policy" },
  path: { key: "path", role: "path", label: "policy on the path", fixed: true },
  sampler: { key: "sampler", role: "path", label: "sampler", fixed: true },
  reference: { key: "reference", role: "reference", label: "reference" },
};

/**
 * `show`: the series by name, each with its legend (HTML), in order; a drag sets the trait of that name.
 *
 * draw({ responses, policy, reference, … })
 */
export function policies(stage, show = { policy: POLICY, reference: REFERENCE }) {
  const names = Object.keys(show);
  const { node, draw } = bars({
    label: "Probabilities of the responses",
    series: names.map((name) => SERIES[name]),
    onInput: (key, values) => stage.set({ [key]: values }),
  });
  const box = make("div", { class: "toy-policies" }, [
    legend(names.map((name) => ({ role: SERIES[name].role, label: show[name] }))),
    { node },
  ]);
  /** Whether a series is not to be seen now, as what is the same as another. */
  const hide = (name, isHidden) => box.classed(`toy-without-${SERIES[name].role}`, isHidden);
  return { node: () => box.node(), draw, hide };
}
