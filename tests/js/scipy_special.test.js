// Wright's omega against SciPy, and against its equation.

import { test } from "node:test";

import { wrightomega } from "../../toy/explorables/core/scipy_special.js";
import { assertClose } from "./compare.js";
import { vectors } from "./vectors.js";

test("Wright's omega agrees with SciPy, and solves its equation", () => {
  for (const { x, wrightomega: expected } of vectors.scipy_special) {
    const omega = wrightomega(x);
    assertClose(omega, expected, `ω(${x})`);
    assertClose(omega + Math.log(omega), x, `x = ${x}`, Math.max(1, Math.abs(x)));
  }
});
