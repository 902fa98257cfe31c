// Rewards from comparisons: toy/exact/reward_loss.py in JavaScript.
//
// `wins[i][j]` is how often response i was preferred to response j; losses are in nats per comparison.

import { sum } from "./distributions.js";

/** log(1 + e^x) = −log σ(−x), which neither overflows nor cancels. */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** σ(Δ), the probability that a response wins by its margin of reward. */
export const winProbability = (margin) => 1 / (1 + Math.exp(-margin));

/** −Σ wins_ij log σ(r_i − r_j) / Σ wins_ij. */
export function rewardLoss(reward, wins) {
  const losses = wins.map((row, i) => sum(row.map((won, j) => won * softplus(reward[j] - reward[i]))));
  return sum(losses) / sum(wins.map(sum));
}

/** The gradient of the loss in the rewards: −Σ_j (wins_ij σ(r_j − r_i) − wins_ji σ(r_i − r_j)) / Σ wins. */
export function rewardLossGradient(reward, wins) {
  const force = wins.map((row, i) => row.map((won, j) => won * winProbability(reward[j] - reward[i])));
  const total = sum(wins.map(sum));
  return force.map((row, i) => sum(row.map((up, j) => force[j][i] - up)) / total);
}

/** The share of comparisons whose winner has the higher reward; a tie is right half of the time. */
export function accuracy(reward, wins) {
  const right = wins.map((row, i) => sum(row.map((won, j) => (won * (1 + Math.sign(reward[i] - reward[j]))) / 2)));
  return sum(right) / sum(wins.map(sum));
}

/** The margin of least loss, logit p: ±∞ for labels without noise. */
export function optimalMargin(preference) {
  if (preference < 0.5) return -Math.log1p((1 - 2 * preference) / preference);
  return Math.log1p((2 * preference - 1) / (1 - preference));
}

/** When gradient flow from margin 0 reaches `margin`, ∞ where it never does: log1p and expm1 keep small margins exact. */
export function timeToMargin(margin, preference) {
  if (margin === 0) return 0;
  if (preference < 0.5) return timeToMargin(-margin, 1 - preference);
  const against = 1 - preference;
  if (margin < 0 || margin >= optimalMargin(preference)) return Infinity;
  if (against === 0) return margin + Math.expm1(margin);
  const left = (against * Math.expm1(margin)) / (preference - against);
  if (left >= 1) return Infinity;
  return (against * margin - Math.log1p(-left)) / (preference * against);
}

/** The margin after gradient flow from 0 for that time: `timeToMargin` inverted by bisection, to the last digit. */
export function marginAfter(time, preference) {
  if (preference < 0.5) return -marginAfter(time, 1 - preference);
  let low = 0;
  let high = Math.min(Math.log1p(time), optimalMargin(preference));
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (timeToMargin(middle, preference) < time) low = middle;
    else high = middle;
  }
}
