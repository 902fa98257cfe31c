// How a role looks beyond its colour: a line's dash and a marker's shape, the same in every chart.

import { symbol, symbolCircle, symbolCross, symbolDiamond, symbolSquare, symbolTriangle } from "d3-shape";

const SHAPES = { k1: symbolCircle, k2: symbolSquare, k3: symbolTriangle, best: symbolDiamond, ink: symbolCross };
// The dashes are those of toy/figures/style.py, at a line two pixels wide.
const DASHES = { k2: "2 2.4", k3: "10 3.2", best: "6 2 2 2", reference: "4 3", guess: "2 4", ink: "12 2 2 2" };

export const dashOf = (role) => DASHES[role] ?? null;
export const markerOf = (role, size = 46) => symbol(SHAPES[role] ?? symbolCircle, size)();
export const colourOf = (role) => `var(--toy-${role === "guess" ? "muted" : role})`;
