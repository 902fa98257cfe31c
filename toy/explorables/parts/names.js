// What things are called, wherever the reader meets them. Some are HTML.

export const POLICY = "policy <i>π</i>";
export const REFERENCE = "reference <i>π</i><sub>ref</sub>";
export const REVERSE_KL = "KL(<i>π</i> ‖ <i>π</i><sub>ref</sub>)";
export const FORWARD_KL = "KL(<i>π</i><sub>ref</sub> ‖ <i>π</i>)";

/** The estimators by role, in the order in which they are shown. */
export const ESTIMATORS = { k1: "k1", k2: "k2", k3: "k3", best: "best λ" };

export const OPTIMUM = "optimum <i>π</i>*";
export const PTX_OPTIMUM = "optimum <i>π</i><sub><i>γ</i></sub> with data";
