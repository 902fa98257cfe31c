// The theory token by token: toy/exact/sequences.py in JavaScript, for prefix trees small enough to list.
//
// A policy is one table a step: `policy[t]` holds V^t rows of V probabilities of the next token, one for
// each prefix, in lexicographic order. References and rewards are tables in the same way. A sequence is its
// number in that order, from 0 to V^T − 1.

import { klDivergence, logRatio } from "./distributions.js";
import { ravelMultiIndex, sum, unravelIndex } from "./numpy.js";
import { moments } from "./policy_gradient.js";

const shapeOf = (policy) => policy.map(() => policy[0][0].length);

/** For t = 0, …, T the probability of each prefix of t tokens; the last are the sequences. */
export function prefixProbs(policy) {
  const probs = [[1]];
  for (const rows of policy) probs.push(rows.flatMap((row, i) => row.map((p) => probs.at(-1)[i] * p)));
  return probs;
}

/** P(y) = Π_t π(y_t | y_<t) of every sequence. */
export const sequenceProbs = (policy) => prefixProbs(policy).at(-1);

/** For each step and prefix KL(π(· | y_<t) ‖ π_ref(· | y_<t)). */
export const prefixKls = (policy, reference) =>
  policy.map((rows, t) => rows.map((row, i) => klDivergence(row, reference[t][i])));

/** For each step and prefix P(y_<t) KL(π(· | y_<t) ‖ π_ref(· | y_<t)) >= 0: its share of the sequence's KL. */
export function sequenceKlTerms(policy, reference) {
  const probs = prefixProbs(policy);
  return prefixKls(policy, reference).map((kls, t) => kls.map((kl, i) => probs[t][i] * kl));
}

/** KL(π ‖ π_ref) between sequences, by the chain rule. */
export const sequenceKl = (policy, reference) => sum(sequenceKlTerms(policy, reference).flat());

/** G_t = r_t + … + r_T for each step. */
export const rewardsToGo = (rewards) => rewards.map((_, t) => sum(rewards.slice(t)));

/** G = r_1 + … + r_T at each step. */
export const wholeReturn = (rewards) => rewards.map(() => sum(rewards));

/** V_t(y_<t) = Σ_v π(v | y_<t) (r_t(y_<t, v) + V_t+1(y_<t v)): for each step and prefix. */
export function prefixValues(policy, reward) {
  const [size] = shapeOf(policy);
  const values = [];
  for (let t = policy.length - 1; t >= 0; t--) {
    const later = values[0] ?? [];
    values.unshift(
      policy[t].map((row, i) => sum(row.map((p, v) => p * (reward[t][i][v] + (later[size * i + v] ?? 0))))),
    );
  }
  return values;
}

/** What tables say along a sequence, step by step: of each token, or of the prefix before it. */
export function along(tables, tokens) {
  const shape = tokens.map(() => tables[1]?.length);
  return tables.map((table, t) => {
    const said = table[ravelMultiIndex(tokens.slice(0, t), shape)];
    return said[tokens[t]] ?? said;
  });
}

/**
 * Exact moments of the one-trajectory gradient Σ_t ∇log π(y_t | y_<t) (c_t − b_t) in all
 * logits; `credit` makes c from the rewards, and `baseline` is none or one number for each step and prefix.
 */
export function trajectoryMoments(policy, reward, baseline, credit = rewardsToGo) {
  const probs = sequenceProbs(policy);
  const gradients = probs.map((_, y) => {
    const tokens = unravelIndex(y, shapeOf(policy));
    const credits = credit(along(reward, tokens));
    const baselines = baseline ? along(baseline, tokens) : credits.map(() => 0);
    return sampledGradient(
      policy,
      tokens,
      credits.map((c, t) => c - baselines[t]),
    );
  });
  return moments({ probabilities: probs, gradients });
}

function sampledGradient(policy, tokens, advantages) {
  return policy.flatMap((rows, t) => {
    const prefix = ravelMultiIndex(tokens.slice(0, t), shapeOf(policy));
    return rows.flatMap((row, i) =>
      row.map((p, v) => (i === prefix ? advantages[t] * ((v === tokens[t]) - p) : 0)),
    );
  });
}

/** For each step, prefix and token d_t = log π(y_t | y_<t) − log π_ref(y_t | y_<t). */
export const logRatios = (policy, reference) =>
  policy.map((rows, t) => rows.map((row, i) => logRatio(row, reference[t][i])));

/** Exact moments of an estimator of the whole sequence's log-ratio Σ_t d_t. */
export function sequenceEstimatorMoments(estimator, policy, reference) {
  const probs = sequenceProbs(policy);
  const d = logRatios(policy, reference);
  const values = probs.map((_, y) => estimator(sum(along(d, unravelIndex(y, shapeOf(policy))))));
  const mean = sum(values.map((value, y) => probs[y] * value));
  const variance = sum(values.map((value, y) => (Math.sqrt(probs[y]) * (value - mean)) ** 2));
  return { mean, bias: mean - sequenceKl(policy, reference), variance };
}

/** Exact moments of an estimator applied token by token and summed. */
export function tokenEstimatorMoments(estimator, policy, reference) {
  const values = logRatios(policy, reference).map((rows) => rows.map((row) => row.map(estimator)));
  return againstKl(sumMoments(policy, values), policy, reference);
}

/** Exact moments of the sum of the exact divergences of the prefixes that a sequence passes. */
export function prefixKlMoments(policy, reference) {
  const kls = prefixKls(policy, reference);
  const values = policy.map((rows, t) => rows.map((row, i) => row.map(() => kls[t][i])));
  return againstKl(sumMoments(policy, values), policy, reference);
}

const againstKl = ({ mean, variance }, policy, reference) => ({
  mean,
  bias: mean - sequenceKl(policy, reference),
  variance,
});

/**
 * Mean and variance of Σ_t values_t along a sequence of the policy, from the last step back: a step's
 * variance is that of what can be expected after it plus the mean of what is left then.
 */
function sumMoments(policy, values) {
  const [size] = shapeOf(policy);
  let later = policy.at(-1).flatMap((row) => row.map(() => ({ mean: 0, variance: 0 })));
  for (let t = policy.length - 1; t >= 0; t--) {
    later = policy[t].map((row, i) => {
      const after = row.map((_, v) => later[size * i + v]);
      const outcomes = row.map((_, v) => values[t][i][v] + after[v].mean);
      const mean = sum(row.map((p, v) => p * outcomes[v]));
      const spread = row.map((p, v) => (Math.sqrt(p) * (outcomes[v] - mean)) ** 2 + p * after[v].variance);
      return { mean, variance: sum(spread) };
    });
  }
  return later[0];
}
