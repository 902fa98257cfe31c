// The bins of a law against NumPy's histogram of all means that toy lists.

import assert from "node:assert/strict";
import { test } from "node:test";

import { lawHistogram } from "../../toy/explorables/parts/law_rows.js";
import { assertClose } from "./compare.js";
import { vectors } from "./vectors.js";

const { cases, domain, numBins, numSamples } = vectors.law_rows;

for (const { values, probabilities, ...expected } of cases) {
  test(`the histogram of a law is that of its means: ${values.length} responses`, () => {
    const got = lawHistogram(probabilities, values, numSamples, domain, numBins);
    assertClose([...got.bins], expected.bins, "bin");
    assertClose([got.below, got.above], [expected.below, expected.above], "outside");
    assert.ok(got.below > 0 && got.above > 0, "something lies outside on either side");
  });
}
