// What the mirror of toy needs of SciPy: a function here has the meaning of the one in scipy.special.

/** ω > 0 with ω + log ω = x: Fritsch, Shafer and Crowley's step, whose error is of fourth order. */
export function wrightomega(x) {
  if (x < -50) return Math.exp(x);
  if (x > 1e20) return x;
  let omega = x > 1 ? x - Math.log(x) : x < -2 ? Math.exp(x) : Math.exp((2 * (x - 1)) / 3);
  for (let step = 0; step < 4; step++) {
    const rest = x - omega - Math.log(omega);
    const after = omega + 1;
    const curve = 2 * after * (after + (2 * rest) / 3);
    omega *= 1 + ((rest / after) * (curve - rest)) / (curve - 2 * rest);
  }
  return omega;
}
