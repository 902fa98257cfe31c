// Rewards from comparisons: toy/exact/reward_loss.py in JavaScript.
//
// `wins[i][j]` is how often response i was preferred to response j; losses are in nats per comparison.

import { sum } from "./numpy.js";

// Newton's steps in the rewards: none is longer than this, and they stop when they are shorter than that.
const MAX_STEP = 4;
const MIN_STEP = 1e-15;
const MAX_STEPS = 200;

/** log(1 + e^x) = −log σ(−x), which neither overflows nor cancels. */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** σ(Δ), the probability that a response wins by its margin of reward. */
export const winProbability = (margin) => 1 / (1 + Math.exp(-margin));

/** r_i − r_j at [i][j]. */
export const margins = (reward) => reward.map((r) => reward.map((other) => r - other));

/** Counts as shares of all comparisons. */
export function shares(wins) {
  const total = sum(wins.map(sum));
  return wins.map((row) => row.map((won) => won / total));
}

/** The mean over all comparisons of what `value` makes of the winner's margin. */
function meanOfMargins(reward, wins, value) {
  const margin = margins(reward);
  return sum(shares(wins).map((row, i) => sum(row.map((share, j) => share * value(margin[i][j])))));
}

/** −Σ wins_ij log σ(r_i − r_j) / Σ wins_ij. */
export const rewardLoss = (reward, wins) => meanOfMargins(reward, wins, (margin) => softplus(-margin));

/** The gradient of the loss in the rewards: −Σ_j (wins_ij σ(r_j − r_i) − wins_ji σ(r_i − r_j)) / Σ wins. */
export function rewardLossGradient(reward, wins) {
  const margin = margins(reward);
  const force = shares(wins).map((row, i) => row.map((share, j) => share * winProbability(-margin[i][j])));
  return force.map((row, i) => sum(row.map((up, j) => force[j][i] - up)));
}

/** The rewards of greatest likelihood, of mean zero; null where some reward would have to be infinite. */
export function fitRewards(wins) {
  if (!everyoneLeadsToEveryone(wins)) return null;
  let reward = wins.map(() => 0);
  for (let i = 0; i < MAX_STEPS; i++) {
    const step = newtonStep(reward, wins);
    const longest = Math.max(...step.map(Math.abs));
    const part = Math.min(1, MAX_STEP / longest);
    reward = reward.map((r, y) => r + part * step[y]);
    if (longest < MIN_STEP * Math.max(1, ...reward.map(Math.abs))) break;
  }
  const mean = sum(reward) / reward.length;
  return reward.map((r) => r - mean);
}

/** Whether there is a chain of wins from each response to each other one: Ford's condition. */
function everyoneLeadsToEveryone(wins) {
  const leads = wins.map((row, i) => row.map((won, j) => i === j || won > 0));
  wins.forEach((_, via) =>
    leads.forEach((row) => row.forEach((yes, j) => (row[j] = yes || (row[via] && leads[via][j])))),
  );
  return leads.every((row) => row.every(Boolean));
}

/** −H⁻¹ g; the mean, which the loss does not see, is held by adding one to each entry of H. */
function newtonStep(reward, wins) {
  const share = shares(wins);
  const margin = margins(reward);
  const coupling = (i, j) =>
    (share[i][j] + share[j][i]) * winProbability(margin[i][j]) * winProbability(margin[j][i]);
  const links = reward.map((_, i) => reward.map((_, j) => (i === j ? 0 : coupling(i, j))));
  const scale = Math.max(...links.flat());
  const hessian = links.map((row, i) => row.map((link, j) => scale + (i === j ? sum(row) : -link)));
  return solve(hessian, rewardLossGradient(reward, wins).map((g) => -g));
}

/** x with A x = b for a symmetric positive definite A, by elimination. */
function solve(matrix, values) {
  const rows = matrix.map((row, i) => [...row, values[i]]);
  rows.forEach((pivot, i) =>
    rows.slice(i + 1).forEach((row) => {
      const factor = row[i] / pivot[i];
      for (let j = i; j < row.length; j++) row[j] -= factor * pivot[j];
    }),
  );
  const x = values.map(() => 0);
  for (let i = rows.length - 1; i >= 0; i--) {
    x[i] = (rows[i].at(-1) - sum(x.map((value, j) => (j > i ? rows[i][j] * value : 0)))) / rows[i][i];
  }
  return x;
}

/** The share of comparisons whose winner has the higher reward; a tie is right half of the time. */
export const accuracy = (reward, wins) => meanOfMargins(reward, wins, (margin) => (1 + Math.sign(margin)) / 2);

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
