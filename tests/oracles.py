"""The slow, obvious definitions, in 50-digit arithmetic: loops over lists, and nothing of toy.

Policies and references are lists of floats, taken as exact numbers; results are mpmath numbers.
"""

from itertools import product

import mpmath
from mpmath import exp, log, mpf, sqrt

mpmath.mp.dps = 50


def log_softmax(logits):
    normaliser = log(sum(exp(mpf(z)) for z in logits))
    return [mpf(z) - normaliser for z in logits]


def entropy(policy):
    return -sum(mpf(q) * log(mpf(q)) for q in policy if q > 0)


def log_ratio(policy, reference):
    return [log(mpf(q)) - log(mpf(p)) for q, p in zip(policy, reference, strict=True)]


def kl_divergence(policy, reference):
    pairs = zip(policy, reference, strict=True)
    return sum(mpf(q) * (log(mpf(q)) - log(mpf(p))) for q, p in pairs if q > 0)


def chi_square(policy, reference):
    pairs = zip(policy, reference, strict=True)
    return sum((mpf(q) - mpf(p)) ** 2 / mpf(p) for q, p in pairs)


def total_variation(policy, other):
    """The largest gap in probability over all subsets of responses, every subset listed."""
    gaps = [mpf(q) - mpf(p) for q, p in zip(policy, other, strict=True)]
    choices = product([0, 1], repeat=len(gaps))
    return max(
        abs(sum(gap for gap, chosen in zip(gaps, choice, strict=True) if chosen))
        for choice in choices
    )


def k1(d):
    return d


def k2(d):
    return d**2 / 2


def k3(d):
    return exp(-d) - 1 + d


def control_variate(coefficient):
    return lambda d: d + mpf(coefficient) * (exp(-d) - 1)


def mean_and_variance(estimator, policy, reference, sampler=None):
    """Mean and variance of one draw, the sampler (the policy if none is named) sampling."""
    draws = list(
        zip(policy if sampler is None else sampler, log_ratio(policy, reference), strict=True)
    )
    mean = sum(mpf(s) * estimator(d) for s, d in draws)
    return mean, sum(mpf(s) * (estimator(d) - mean) ** 2 for s, d in draws)


def optimal_coefficient(policy, reference):
    """−Cov(d, e^(−d)) / Var(e^(−d)), the policy sampling, from its definition as a regression."""
    draws = [
        (mpf(q), d, exp(-d)) for q, d in zip(policy, log_ratio(policy, reference), strict=True)
    ]
    mean_d = sum(q * d for q, d, _ in draws)
    mean_w = sum(q * w for q, _, w in draws)
    covariance = sum(q * (d - mean_d) * (w - mean_w) for q, d, w in draws)
    return -covariance / sum(q * (w - mean_w) ** 2 for q, _, w in draws)


def loss_gradient(slope, policy, reference, sampler=None):
    """Sum over sampled y of μ(y) · k'(d(y)) · ∂ log π(y) / ∂z(j), term by term, for every j."""
    draws = list(
        zip(policy if sampler is None else sampler, log_ratio(policy, reference), strict=True)
    )
    return [
        sum(mpf(s) * slope(d) * ((i == j) - mpf(policy[j])) for i, (s, d) in enumerate(draws))
        for j in range(len(policy))
    ]


def sample_sequences(sampler, num_samples):
    """Every sequence of draws, with its probability: Y^N of them."""
    for draws in product(range(len(sampler)), repeat=num_samples):
        yield draws, mpmath.fprod(mpf(sampler[y]) for y in draws)


def sample_mean_moments(estimator, policy, reference, num_samples):
    """Mean and variance of the N-sample mean, over every sequence of N draws."""
    d = log_ratio(policy, reference)
    means = [
        (weight, sum(estimator(d[y]) for y in draws) / num_samples)
        for draws, weight in sample_sequences(policy, num_samples)
    ]
    mean = sum(weight * value for weight, value in means)
    return mean, sum(weight * (value - mean) ** 2 for weight, value in means)


def homework_estimator_mean(policy, reference, num_samples, penalty):
    """Expectation of mean(d) − λ/(2N²) Σ (d − mean(d))², the homework's answer to 1F."""
    d = log_ratio(policy, reference)
    total = mpf(0)
    for draws, weight in sample_sequences(policy, num_samples):
        mean = sum(d[y] for y in draws) / num_samples
        scatter = sum((d[y] - mean) ** 2 for y in draws)
        total += weight * (mean - mpf(penalty) / (2 * num_samples**2) * scatter)
    return total


def regression_estimate(d):
    """The mean of k1 + λ̂ (e^(−d) − 1) over some draws, λ̂ by regression on the same ones; and λ̂."""
    controls = [exp(-x) - 1 for x in d]
    mean_d, mean_c = sum(d) / len(d), sum(controls) / len(d)
    spread = sum((c - mean_c) ** 2 for c in controls)
    together = sum((x - mean_d) * (c - mean_c) for x, c in zip(d, controls, strict=True))
    coefficient = -together / spread if len(set(d)) > 1 else mpf(0)
    return mean_d + coefficient * mean_c, coefficient


def cross_fitted_estimate(d):
    """The mean of the two halves of some draws, each with the λ̂ of the other half."""
    halves = d[: len(d) // 2], d[len(d) // 2 :]
    return (
        sum(
            sum(x + regression_estimate(other)[1] * (exp(-x) - 1) for x in half) / len(half)
            for half, other in (halves, halves[::-1])
        )
        / 2
    )


def gaussian_mean_and_variance(estimator, shift):
    """Mean and variance of an estimator for π = N(0, 1), π_ref = N(shift, 1), by quadrature."""

    def expect(function):
        density = lambda x: exp(-(x**2) / 2) / sqrt(2 * mpmath.pi)
        return mpmath.quad(lambda x: density(x) * function(x), [-30, -8, 0, 8, 30])

    d = lambda x: ((x - mpf(shift)) ** 2 - x**2) / 2
    mean = expect(lambda x: estimator(d(x)))
    return mean, expect(lambda x: (estimator(d(x)) - mean) ** 2)


# --- sequences: nested lists, one table a step, indexed by the last tokens of the prefix ----------


def table_depth(table):
    return 1 + table_depth(table[0]) if isinstance(table, list) else 0


def look_up(table, tokens):
    """What a table says about these tokens, or the row that follows them."""
    for token in tokens:
        table = table[token]
    return table


def token_entry(table, sequence, t):
    """The entry of step t's table for this sequence's token there."""
    return mpf(look_up(table, sequence[t + 1 - table_depth(table) : t + 1]))


def all_sequences(policy):
    """Every sequence with its probability, multiplied token by token."""
    for sequence in product(range(len(policy[0])), repeat=len(policy)):
        entries = [token_entry(table, sequence, t) for t, table in enumerate(policy)]
        yield sequence, mpmath.fprod(entries)


def token_log_ratios(policy, reference, sequence):
    pairs = zip(policy, reference, strict=True)
    return [
        log(token_entry(q, sequence, t)) - log(token_entry(p, sequence, t))
        for t, (q, p) in enumerate(pairs)
    ]


def mean_and_variance_over_sequences(policy, value):
    """Mean and variance of value(sequence), over every sequence that the policy can write."""
    draws = [(weight, value(sequence)) for sequence, weight in all_sequences(policy) if weight > 0]
    mean = sum(weight * x for weight, x in draws)
    return mean, sum(weight * (x - mean) ** 2 for weight, x in draws)


def sequence_kl(policy, reference):
    return mean_and_variance_over_sequences(
        policy, lambda sequence: sum(token_log_ratios(policy, reference, sequence))
    )[0]


def next_token_kl(policy, reference, sequence, t):
    """KL between the two rows for the token after this sequence's first t tokens."""
    rows = [
        look_up(tables[t], sequence[t + 1 - table_depth(tables[t]) : t])
        for tables in (policy, reference)
    ]
    return kl_divergence(*rows)


def step_rewards(reward, sequence):
    return [token_entry(table, sequence, t) for t, table in enumerate(reward)]


def to_go(rewards, t):
    return sum(rewards[t:])


def in_all(rewards, _):
    return sum(rewards)


def score_sum(policy, sequence, weights):
    """Σ_t weights_t ∇log π(y_t | y_<t), logit by logit."""
    gradient = []
    for t, table in enumerate(policy):
        depth = table_depth(table)
        for *context, token in product(range(len(policy[0])), repeat=depth):
            here = tuple(context) == sequence[t + 1 - depth : t]
            score = (token == sequence[t]) - mpf(look_up(table, (*context, token)))
            gradient.append(score * weights[t] if here else mpf(0))
    return gradient


def mean_score_sum(policy, reference, weigh):
    """The mean of Σ_t w_t ∇log π(y_t | y_<t) over all sequences, w made of the log-ratios."""
    draws = [
        (weight, score_sum(policy, y, weigh(token_log_ratios(policy, reference, y))))
        for y, weight in all_sequences(policy)
        if weight > 0
    ]
    return [sum(weight * g[i] for weight, g in draws) for i in range(len(draws[0][1]))]


def sampled_gradient(policy, reward, sequence, credit=to_go, baseline=lambda *_: 0):
    """Σ_t ∇log π(y_t | y_<t) (credit_t − baseline(t, y_<t, y_t)), logit by logit."""
    rewards = step_rewards(reward, sequence)
    baselines = [mpf(baseline(t, sequence[:t], v)) for t, v in enumerate(sequence)]
    advantages = [credit(rewards, t) - b for t, b in enumerate(baselines)]
    return score_sum(policy, sequence, advantages)


def gradient_mean_and_covariance(policy, reward, credit=to_go, baseline=lambda *_: 0):
    draws = [
        (weight, sampled_gradient(policy, reward, sequence, credit, baseline))
        for sequence, weight in all_sequences(policy)
    ]
    size = range(len(draws[0][1]))
    mean = [sum(weight * g[i] for weight, g in draws) for i in size]
    covariance = [
        [sum(weight * (g[i] - mean[i]) * (g[j] - mean[j]) for weight, g in draws) for j in size]
        for i in size
    ]
    return mean, covariance


def expected_to_go(policy, reward, prefix):
    """The mean of the rewards after a prefix, over all sequences that begin with it."""
    draws = [
        (weight, to_go(step_rewards(reward, sequence), len(prefix)))
        for sequence, weight in all_sequences(policy)
        if sequence[: len(prefix)] == prefix
    ]
    return sum(weight * x for weight, x in draws) / sum(weight for weight, _ in draws)


# The RLHF objective and its policy gradient.


def expectation(policy, values):
    return sum(mpf(q) * mpf(v) for q, v in zip(policy, values, strict=True))


def log_likelihood(pretraining, policy):
    pairs = zip(pretraining, policy, strict=True)
    return sum(mpf(p) * log(mpf(q)) for p, q in pairs if p > 0)


def rlhf_objective(policy, reward, reference, beta, gamma=0, pretraining=None):
    value = expectation(policy, reward) - mpf(beta) * kl_divergence(policy, reference)
    return value + mpf(gamma) * log_likelihood(pretraining, policy) if gamma else value


def partition(reward, reference, beta):
    return sum(mpf(p) * exp(mpf(r) / mpf(beta)) for r, p in zip(reward, reference, strict=True))


def gibbs_policy(reward, reference, beta):
    normaliser = partition(reward, reference, beta)
    return [
        mpf(p) * exp(mpf(r) / mpf(beta)) / normaliser
        for r, p in zip(reward, reference, strict=True)
    ]


def ptx_policy(reward, reference, beta, gamma, pretraining):
    """Bisection for the one λ, with Lambert's W for each response, as the Lagrangian says."""
    beta, gamma = mpf(beta), mpf(gamma)

    def response(lagrange):
        policy = []
        for r, ref, p in zip(reward, reference, pretraining, strict=True):
            c = (lagrange + beta - mpf(r)) / beta
            pull = gamma * mpf(p) / (beta * mpf(ref))
            share = mpmath.lambertw(pull * exp(c)).real
            policy.append(mpf(ref) * exp(share - c))
        return policy

    low = beta * log(partition(reward, reference, beta)) - beta
    high = low + gamma
    low, high = low - beta * mpf("1e-20"), high + beta * mpf("1e-20")
    for _ in range(120):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(response(middle)) > 1 else (low, middle)
    return response(low)


def best_of_n(reward, reference, num_samples):
    """Every sequence of draws, of which the first with the largest reward is kept."""
    chosen = [mpf(0)] * len(reward)
    for draws, weight in sample_sequences(reference, num_samples):
        chosen[max(draws, key=lambda y: reward[y])] += weight
    return chosen


def score(policy, y):
    return [(y == j) - mpf(policy[j]) for j in range(len(policy))]


def leave_one_out(rewards):
    others = [[r for j, r in enumerate(rewards) if j != i] for i in range(len(rewards))]
    return [r - sum(rest) / len(rest) for r, rest in zip(rewards, others, strict=True)]


def group_mean(rewards):
    mean = sum(rewards) / len(rewards)
    return [r - mean for r in rewards]


def group_normalised(rewards):
    centred = group_mean(rewards)
    deviation = sqrt(sum(a * a for a in centred) / len(rewards))
    return [a / deviation if deviation > 0 else mpf(0) for a in centred]


def group_gradient_moments(policy, reward, group_size, advantage):
    """Mean and covariance of (1/G) Σ A_i ∇log π(y_i), over all Y^G ordered groups."""
    estimates = []
    for draws, weight in sample_sequences(policy, group_size):
        advantages = advantage([mpf(reward[y]) for y in draws])
        pulls = [[a * s for s in score(policy, y)] for a, y in zip(advantages, draws, strict=True)]
        estimates.append(
            (weight, [sum(column) / group_size for column in zip(*pulls, strict=True)])
        )
    size = range(len(policy))
    mean = [sum(weight * g[j] for weight, g in estimates) for j in size]
    covariance = [
        [sum(weight * (g[i] - mean[i]) * (g[j] - mean[j]) for weight, g in estimates) for j in size]
        for i in size
    ]
    return mean, covariance


def clipped_surrogate(policy, sampler, advantage, clip_range, dual_clip=None):
    """The lesser of two gains, and for a bad response no less than c times its advantage."""
    low, high = clip_range if isinstance(clip_range, tuple) else (clip_range, clip_range)
    total = mpf(0)
    for q, m, a in zip(policy, sampler, advantage, strict=True):
        if m > 0:
            ratio = mpf(q) / mpf(m)
            clipped = min(max(ratio, 1 - mpf(low)), 1 + mpf(high))
            gain = min(ratio * mpf(a), clipped * mpf(a))
            if dual_clip is not None and a < 0:
                gain = max(gain, mpf(dual_clip) * mpf(a))
            total += mpf(m) * gain
    return total


# --- comparisons: reward_loss, dpo ----------------------------------------------------------------


def win_probability(margin):
    return 1 / (1 + exp(-mpf(margin)))


def comparisons(wins):
    """Yield winner, loser and their share of all comparisons, for every pair that was compared."""
    total = sum(mpf(count) for row in wins for count in row)
    for winner, row in enumerate(wins):
        for loser, count in enumerate(row):
            if count:
                yield winner, loser, mpf(count) / total


def reward_loss(reward, wins):
    return sum(
        -share * log(win_probability(mpf(reward[i]) - mpf(reward[j])))
        for i, j, share in comparisons(wins)
    )


def reward_loss_gradient(reward, wins):
    """Each comparison pushes its winner down the loss and its loser up, by 1 − P(w ≻ l)."""
    gradient = [mpf(0)] * len(reward)
    for i, j, share in comparisons(wins):
        force = share * win_probability(mpf(reward[j]) - mpf(reward[i]))
        gradient[i] -= force
        gradient[j] += force
    return gradient


def reward_loss_hessian(reward, wins):
    size = len(reward)
    hessian = [[mpf(0)] * size for _ in range(size)]
    for i, j, share in comparisons(wins):
        margin = mpf(reward[i]) - mpf(reward[j])
        curvature = share * win_probability(margin) * win_probability(-margin)
        hessian[i][i] += curvature
        hessian[j][j] += curvature
        hessian[i][j] -= curvature
        hessian[j][i] -= curvature
    return hessian


def fit_rewards(wins, digits=30):
    """Zermelo's fixed point, by hand since 1929: strength = wins / Σ comparisons / (sum of two)."""
    size = len(wins)
    strength = [mpf(1)] * size
    change = mpf(1)
    while change > mpf(10) ** -digits:
        new = [
            sum(mpf(w) for w in wins[i])
            / sum(
                (mpf(wins[i][j]) + mpf(wins[j][i])) / (strength[i] + strength[j])
                for j in range(size)
                if j != i
            )
            for i in range(size)
        ]
        change = max(abs(log(a / b)) for a, b in zip(new, strength, strict=True))
        strength = new
    mean = sum(log(s) for s in strength) / size
    return [log(s) - mean for s in strength]


def ranking_probability(reward, ranking):
    """Draw the best, then the best of the rest, and so on, each with probability ∝ e^r."""
    probability, left = mpf(1), list(ranking)
    while left:
        probability *= exp(mpf(reward[left[0]])) / sum(exp(mpf(reward[y])) for y in left)
        left = left[1:]
    return probability


def plackett_luce_loss(reward, rankings):
    return sum(-log(ranking_probability(reward, ranking)) for ranking in rankings) / len(rankings)


def log_linear_policy(weights, features):
    scores = [sum(mpf(w) * mpf(f) for w, f in zip(weights, row, strict=True)) for row in features]
    return [exp(s) / sum(exp(t) for t in scores) for s in scores]


def dpo_loss(policy, reference, wins, beta):
    odds = [mpf(p) / mpf(q) for p, q in zip(policy, reference, strict=True)]
    return sum(
        -share * log(win_probability(mpf(beta) * log(odds[i] / odds[j])))
        for i, j, share in comparisons(wins)
    )


def sequence_dpo_gradient(policy, reference, pairs, beta):
    """The mean over pairs of −β σ(r̂_l − r̂_w) (∇log P(w) − ∇log P(l)), logit by logit."""
    nothing = [[0] * len(policy[0]) for _ in policy]
    score = lambda y: sampled_gradient(policy, nothing, y, baseline=lambda *_: -1)
    total = [mpf(0)] * len(score(pairs[0][0]))
    for won, lost in pairs:
        margin = sum(token_log_ratios(policy, reference, won))
        margin -= sum(token_log_ratios(policy, reference, lost))
        weight = mpf(beta) * win_probability(-mpf(beta) * margin) / len(pairs)
        scores = zip(total, score(won), score(lost), strict=True)
        total = [g - weight * (up - down) for g, up, down in scores]
    return total


def ipo_loss(policy, reference, wins, beta):
    d = log_ratio(policy, reference)
    return sum(
        share * (d[i] - d[j] - 1 / (2 * mpf(beta))) ** 2 for i, j, share in comparisons(wins)
    )


def forward_kl_policy(reward, reference, beta):
    """Bisection for the one λ above every reward, as the Lagrangian says."""
    reward, beta = [mpf(r) for r in reward], mpf(beta)

    def response(excess):
        gaps = [max(reward) - r for r in reward]
        return [beta * mpf(p) / (excess + g) for p, g in zip(reference, gaps, strict=True)]

    low, high = mpf(0), beta * 2
    for _ in range(500):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(response(middle)) > 1 else (low, middle)
    return response(high)
