// One module for all explorables, so that all pages share one copy of D3; `view` names the one to show.

import { fault } from "./parts/schema.js";

/** `views`: how each is rendered, by its name; `bundle.js` has found them in their folders. */
export const explorables = (views) => ({
  render: ({ model, el }) => views[model.get("view")]({ model, el }),
  /** Why a state from outside cannot be shown, or "". */
  fault: (state, model) => fault(model.get("schema"), state),
});
