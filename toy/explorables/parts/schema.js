// What a trait may hold, as Python has declared it (toy/explorables/traits.py): why a state from outside cannot be shown.

import { sum } from "../core/numpy.js";

const isWithin = (value, { low, high }) => value >= low && value <= high;
// Text that can be drawn: no control character, no half of a surrogate pair.
const isText = (label) => typeof label === "string" && !/[\p{Cc}\p{Cs}]/u.test(label);
const isRow = (value, holds) => Array.isArray(value) && value.every(holds);

// The kinds of trait: whether a value has the form that the declaration puts into words.
const KINDS = {
  number: (value, trait) => typeof value === "number" && isWithin(value, trait),
  count: (value, trait) => Number.isInteger(value) && isWithin(value, trait),
  option: (value, { options }) => Object.keys(options).includes(value),
  switch: (value) => typeof value === "boolean",
  values: (value, trait) => isRow(value, (entry) => KINDS.number(entry, trait)),
  distribution: (value, { low, tolerance }) => isRow(value, (p) => p >= low) && Math.abs(sum(value) - 1) <= tolerance,
  labels: (value, trait) => isRow(value, isText) && isWithin(value.length, trait),
};

/** Why `state` cannot be shown, naming trait, rule and value; or "". */
export function fault(schema, state) {
  const traits = Object.entries(schema).filter(([name]) => name in state);
  for (const [name, trait] of traits) {
    const value = state[name];
    if (!KINDS[trait.kind](value, trait)) return `${name} must be ${trait.form}; got ${[value].flat().join(", ")}`;
  }
  return lengthFault(traits.filter(([, { each }]) => each), state);
}

/** Why rows of these lengths cannot be shown, or "". One without a length of its own is as long as `responses`. */
function lengthFault(rows, { responses, ...state }) {
  const lengths = rows.filter(([, { length }]) => length === null).map(([name]) => state[name].length);
  // Where several rows agree with each other and not with the responses, these are wrong.
  const agreed = lengths.length > 1 && lengths.every((length) => length === lengths[0]);
  const size = agreed ? lengths[0] : responses?.length;
  for (const [name, { each, length }] of [...rows, ["responses", { each: "response", length: size }]]) {
    const [wanted, got] = [length ?? size, (state[name] ?? responses)?.length];
    if (got !== wanted) return `${name} must have ${wanted} entries, one for each ${each}; got ${got}`;
  }
  return "";
}
