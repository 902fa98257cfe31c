// DPO's loss and gradient, and the two descents that it is compared with: toy/exact/dpo.py and
// toy/exact/learners.py in JavaScript. `wins[i][j]` is how often response i was preferred to response j.

import { logRatio, sum } from "./distributions.js";
import { rewardLoss, rewardLossGradient, winProbability } from "./reward_loss.js";

// Newton's steps in the rewards: none is longer than this, and they stop when they are shorter than that.
const LONGEST_STEP = 4;
const SHORTEST_STEP = 1e-15;
const MOST_STEPS = 200;

const total = (table) => sum(table.map(sum));

/** r̂ = β log(π / π_ref), the reward of which the policy is RLHF's optimum, up to a constant. */
export const implicitReward = (policy, reference, beta) => logRatio(policy, reference).map((d) => beta * d);

/** The mean negative log-likelihood of the comparisons under the implicit reward, in nats. */
export const dpoLoss = (policy, reference, wins, beta) => rewardLoss(implicitReward(policy, reference, beta), wins);

/** Its gradient in the logits of a tabular softmax, in nats per unit of logit. */
export const dpoGradient = (policy, reference, wins, beta) =>
  rewardLossGradient(implicitReward(policy, reference, beta), wins).map((g) => beta * g);

/** σ(r̂_l − r̂_w) at [w][l]: how hard DPO pulls on the comparison that w won against l. */
export function dpoWeights(policy, reference, beta) {
  const reward = implicitReward(policy, reference, beta);
  return reward.map((won) => reward.map((lost) => winProbability(lost - won)));
}

/** The gradient in the weights of the log-linear policy ∝ e^(features · weights): only differences of features count. */
export function logLinearDpoGradient(weights, features, reference, wins, beta) {
  const logits = features.map((row) => sum(row.map((f, d) => f * weights[d])));
  const pull = rewardLossGradient(
    logits.map((z, y) => beta * (z - Math.log(reference[y]))),
    wins,
  );
  return weights.map((_, d) => beta * sum(pull.map((g, y) => g * features[y][d])));
}

/** The rewards of greatest likelihood, of mean zero; null where some reward would have to be infinite. */
export function fitRewards(wins) {
  if (!everyoneLeadsToEveryone(wins)) return null;
  let reward = wins.map(() => 0);
  for (let i = 0; i < MOST_STEPS; i++) {
    const step = newtonStep(reward, wins);
    const longest = Math.max(...step.map(Math.abs));
    const part = Math.min(1, LONGEST_STEP / longest);
    reward = reward.map((r, y) => r + part * step[y]);
    if (longest < SHORTEST_STEP * Math.max(1, ...reward.map(Math.abs))) break;
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
  const all = total(wins);
  const coupling = (i, j) =>
    ((wins[i][j] + wins[j][i]) / all) * winProbability(reward[i] - reward[j]) * winProbability(reward[j] - reward[i]);
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

/**
 * Logits of gradient descent on DPO's loss, from the reference: numSteps + 1 of them. With features, a row
 * for each response, the weights θ of π ∝ π_ref e^(features · θ) descend.
 */
export function dpoDescent(reference, wins, beta, stepSize, numSteps, features = null) {
  const start = reference.map(Math.log);
  const share = wins.map((row) => row.map((won) => won / total(wins)));
  const size = start.length;
  return climb(start, stepSize, numSteps, features, (logits, force) => {
    force.fill(0);
    for (let w = 0; w < size; w++) {
      for (let l = 0; l < size; l++) {
        if (share[w][l] === 0) continue;
        const margin = beta * (logits[w] - start[w] - (logits[l] - start[l]));
        const push = (beta * share[w][l]) / (1 + Math.exp(margin));
        force[w] += push;
        force[l] -= push;
      }
    }
  });
}

/** Logits of gradient ascent on E_π[r] − β KL(π ‖ π_ref), from the reference. */
export function rlhfAscent(reward, reference, beta, stepSize, numSteps, features = null) {
  const start = reference.map(Math.log);
  const size = start.length;
  const policy = new Float64Array(size);
  return climb(start, stepSize, numSteps, features, (logits, force) => {
    let top = -Infinity;
    for (let y = 0; y < size; y++) top = Math.max(top, logits[y]);
    let weight = 0;
    for (let y = 0; y < size; y++) weight += policy[y] = Math.exp(logits[y] - top);
    const logZ = top + Math.log(weight);
    let mean = 0;
    for (let y = 0; y < size; y++) {
      policy[y] /= weight;
      force[y] = reward[y] - beta * (logits[y] - logZ - start[y]);
      mean += policy[y] * force[y];
    }
    for (let y = 0; y < size; y++) force[y] = policy[y] * (force[y] - mean);
  });
}

/** The logits that z ← z + η F Fᵀ force(z) goes through; loops without new arrays, for thousands of steps. */
function climb(start, stepSize, numSteps, features, pull) {
  const force = new Float64Array(start.length);
  const kernel = features?.map((row) => features.map((other) => sum(row.map((f, d) => f * other[d]))));
  const path = [start];
  for (let step = 0; step < numSteps; step++) {
    const now = path[step];
    pull(now, force);
    const next = now.slice();
    for (let y = 0; y < next.length; y++) {
      let move = kernel ? 0 : force[y];
      if (kernel) for (let j = 0; j < next.length; j++) move += kernel[y][j] * force[j];
      next[y] += stepSize * move;
    }
    path.push(next);
  }
  return path;
}
