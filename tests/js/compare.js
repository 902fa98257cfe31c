// How JavaScript's numbers are compared with toy's.

import assert from "node:assert/strict";

import { sum } from "../../toy/explorables/core/numpy.js";

const TOLERANCE = 1e-12;

export const largest = (values) => Math.max(...[values].flat(2).map(Math.abs));

/** E_π[|v|]: how large the terms are of which a mean is the sum. */
export const meanSize = (policy, values) => sum(policy.map((p, y) => p * Math.abs(values[y])));

/**
 * Equal to 1e-12 of the expected number, or of `size` where its terms cancel: of them or of what they are made of.
 * Arrays, nested at will, are equal in each entry.
 */
export function assertClose(got, expected, what, size) {
  if (Array.isArray(expected)) {
    assert.equal(got.length, expected.length, `${what}: length`);
    expected.forEach((value, i) => assertClose(got[i], value, `${what}[${i}]`, size));
    return;
  }
  const near = Math.abs(got - expected) <= TOLERANCE * (size ?? Math.abs(expected));
  assert.ok(near || Object.is(got, expected), `${what}: got ${got}, toy says ${expected}`);
}

/** Moments of an estimator whose values are as large as `size`; of a variance, their rounding is left. */
export function assertMoments(got, expected, what, size, rounding = size ** 2) {
  assertClose(got.mean, expected.mean, `${what} mean`, size);
  assertClose(got.bias, expected.bias, `${what} bias`, size);
  assertClose(got.variance, expected.variance, `${what} variance`, expected.variance + TOLERANCE * rounding);
}
