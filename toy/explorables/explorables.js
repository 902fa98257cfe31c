// Every explorable, in one module, so that all pages share one copy of D3; `view` names the one to show.

import dpo from "./dpo/view.js";
import gibbs from "./gibbs/view.js";
import klAsLoss from "./kl_as_loss/view.js";
import klDirections from "./kl_directions/view.js";
import klEstimators from "./kl_estimators/view.js";
import klPath from "./kl_path/view.js";
import margin from "./margin/view.js";
import policySimplex from "./policy_simplex/view.js";
import tokens from "./tokens/view.js";

const VIEWS = {
  dpo,
  gibbs,
  kl_as_loss: klAsLoss,
  kl_directions: klDirections,
  kl_estimators: klEstimators,
  kl_path: klPath,
  margin,
  policy_simplex: policySimplex,
  tokens,
};

const viewOf = (model) => VIEWS[model.get("view")];

export default {
  render: ({ model, el }) => viewOf(model).render({ model, el }),
  /** Why a state from outside cannot be shown, or "". */
  fault: (state, model) => viewOf(model).fault(state),
};
