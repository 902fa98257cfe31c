// DPO's loss and what it sees of a policy: toy/exact/dpo.py in JavaScript.
//
// `wins[i][j]` is how often response i was preferred to response j.

import { logRatio } from "./distributions.js";
import { margins, rewardLoss, winProbability } from "./reward_loss.js";

/** r̂ = β log(π / π_ref), the reward of which the policy is RLHF's optimum, up to a constant. */
export const implicitReward = (policy, reference, beta) => logRatio(policy, reference).map((d) => beta * d);

/** The mean negative log-likelihood of the comparisons under the implicit reward, in nats. */
export const dpoLoss = (policy, reference, wins, beta) => rewardLoss(implicitReward(policy, reference, beta), wins);

/** σ(r̂_l − r̂_w) at [w][l]: how hard DPO pulls on the comparison that w won against l. */
export const dpoWeights = (policy, reference, beta) =>
  margins(implicitReward(policy, reference, beta)).map((row) => row.map((margin) => winProbability(-margin)));
