// Every group of N draws, listed once, as counts: toy/exact/enumeration.py in JavaScript.
//
// A list of count vectors is a table of columns: `counts[y][c]` is how often response y is drawn in the c-th.

import { sum } from "./numpy.js";

/** How many ways there are to share `total` draws among `parts` responses. */
export function numCountVectors(total, parts) {
  let size = 1;
  for (let y = 1; y < parts; y++) size = (size * (total + y)) / y;
  return size;
}

/** Every way to share `total` < 65536 draws among `parts` responses: a column for each, in lexicographic order. */
export function countVectors(total, parts) {
  const last = parts - 1;
  const size = numCountVectors(total, parts);
  const Counts = total < 256 ? Uint8Array : Uint16Array;
  const columns = Array.from({ length: parts }, () => new Counts(size));
  const row = new Array(parts).fill(0);
  row[last] = total;
  for (let c = 0; ;) {
    for (let y = 0; y <= last; y++) columns[y][c] = row[y];
    if (++c === size) return columns;
    // The successor: hand everything behind the last movable place back, and move one sample up.
    let y = last;
    while (row[y] === 0) y--;
    const left = row[y] - 1;
    row[y] = 0;
    row[y - 1] += 1;
    row[last] = left;
  }
}

/** The multinomial probability of each count vector, when this policy draws. */
export function countProbabilities(policy, counts) {
  const total = sum(counts.map((column) => column[0]));
  const logFactorial = new Float64Array(total + 1);
  for (let n = 1; n <= total; n++) logFactorial[n] = logFactorial[n - 1] + Math.log(n);
  // A product of Poisson(N π(y)) tables, divided by Poisson(N) at N, is the multinomial probability
  // and needs no exponential per vector.
  const poisson = (rate, n) => Math.exp(n * Math.log(rate) - rate - logFactorial[n]);
  const probabilities = new Float64Array(counts[0].length).fill(1 / poisson(total, total));
  policy.forEach((p, y) => {
    const column = counts[y];
    const table = Float64Array.from(logFactorial, (_, n) => poisson(total * p, n));
    for (let c = 0; c < column.length; c++) probabilities[c] *= table[column[c]];
  });
  return probabilities;
}
