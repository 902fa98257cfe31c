"""DPO and IPO against 50-digit sums, torch, independent minimisers and their identities."""

import numpy as np
import oracles
import pytest
import scipy.optimize
import scipy.sparse
import torch
from compare import EXACT, close
from hypothesis import given
from hypothesis import strategies as st
from worlds import as_lists, policies

from toy.exact.bandits import log_linear_policy
from toy.exact.distributions import log_ratio, softmax
from toy.exact.dpo import (
    dpo_gradient,
    dpo_loss,
    dpo_weights,
    fit_dpo,
    implicit_reward,
    ipo_loss,
    ipo_policy,
    log_linear_dpo_gradient,
)
from toy.exact.reward_loss import fit_rewards, reward_loss
from toy.exact.rlhf_objective import gibbs_policy, log_partition

POLICY = np.array([0.1, 0.4, 0.3, 0.2])
REFERENCE = np.array([0.35, 0.15, 0.1, 0.4])
WINS = np.array([[0, 5, 2, 1], [1, 0, 0, 2], [3, 0, 0, 1.5], [4, 6, 2, 0]])
BETA = 0.3

#: One comparison, the first response preferred, as the homework has it.
WON = np.array([[0.0, 1.0], [0.0, 0.0]])


# --- values, weights and gradients ----------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.01, 0.3, 5.0])
def test_losses_are_the_means_over_comparisons(beta):
    arguments = as_lists(POLICY), as_lists(REFERENCE), WINS.tolist(), beta
    close(dpo_loss(POLICY, REFERENCE, WINS, beta), oracles.dpo_loss(*arguments))
    close(ipo_loss(POLICY, REFERENCE, WINS, beta), oracles.ipo_loss(*arguments))


def test_the_implicit_reward_is_beta_times_the_log_ratio():
    expected = [BETA * x for x in oracles.log_ratio(as_lists(POLICY), as_lists(REFERENCE))]
    close(implicit_reward(POLICY, REFERENCE, BETA), expected)
    assert implicit_reward([1.0, 0.0], [0.5, 0.5], 2.0)[1] == -np.inf


@given(policies(4, widest=5.0), st.floats(0.01, 10.0))
def test_the_reward_of_an_optimum_is_its_implicit_reward_plus_beta_log_z(reference, beta):
    reward = np.array([0.7, -1.2, 0.1, 2.0])
    policy = gibbs_policy(reward, reference, beta)
    if policy.min() > 0:
        whole = implicit_reward(policy, reference, beta) + beta * log_partition(
            reward, reference, beta
        )
        close(whole, reward, rel=1e-9, atol=1e-12)


def test_z_does_not_cancel_because_it_is_one():
    reward = np.array([0.7, -1.2, 0.1, 2.0])
    policy = gibbs_policy(reward, REFERENCE, BETA)
    implicit = implicit_reward(policy, REFERENCE, BETA)
    assert abs(BETA * log_partition(reward, REFERENCE, BETA)) > 1
    close(np.subtract.outer(implicit, implicit), np.subtract.outer(reward, reward), atol=EXACT)


def test_a_policy_that_is_the_reference_knows_nothing():
    close(dpo_loss(REFERENCE, REFERENCE, WINS, BETA), np.log(2))
    close(dpo_weights(REFERENCE, REFERENCE, BETA), np.full((4, 4), 0.5))
    close(ipo_loss(REFERENCE, REFERENCE, WINS, BETA), 1 / (2 * BETA) ** 2)


def test_the_weight_is_how_wrong_the_implicit_reward_is_about_the_winner():
    reward = implicit_reward(POLICY, REFERENCE, BETA)
    weights = dpo_weights(POLICY, REFERENCE, BETA)
    for winner in range(4):
        for loser in range(4):
            close(weights[winner, loser], oracles.win_probability(reward[loser] - reward[winner]))
    # The policy moved from 0 to 1: it is surer that 1 beats 0, and pulls less on that comparison.
    assert weights[1, 0] < 0.5 < weights[0, 1]


def test_the_gradient_is_minus_beta_times_the_weights_on_score_differences():
    weights, expected = dpo_weights(POLICY, REFERENCE, BETA), np.zeros(4)
    scores = np.eye(4) - POLICY  # row y: the gradient of log π(y) in the logits
    for winner in range(4):
        for loser in range(4):
            share = WINS[winner, loser] / WINS.sum()
            difference = scores[winner] - scores[loser]
            expected -= BETA * share * weights[winner, loser] * difference
    close(dpo_gradient(POLICY, REFERENCE, WINS, BETA), expected, atol=1e-16)


@pytest.mark.parametrize("step", [1e-3, 1e-4, 1e-5])
def test_the_gradient_is_the_finite_difference_in_the_logits(step):
    logits, shifts = np.log(POLICY), step * np.eye(4)
    loss = lambda z: dpo_loss(softmax(z), REFERENCE, WINS, BETA)
    slope = [(loss(logits + s) - loss(logits - s)) / (2 * step) for s in shifts]
    gradient = dpo_gradient(POLICY, REFERENCE, WINS, BETA)
    close(slope, gradient, rel=0, atol=step**2 + 1e-15 / step)


def torch_dpo_loss(log_policy, wins=WINS, beta=BETA):
    """DPO as practitioners write it: log-ratios of chosen and rejected, logsigmoid, mean."""
    log_odds = log_policy - torch.tensor(REFERENCE).log()
    margin = beta * (log_odds[:, None] - log_odds[None, :])
    return -(torch.tensor(wins) * torch.nn.functional.logsigmoid(margin)).sum() / wins.sum()


def test_autograd_reproduces_loss_and_gradient():
    logits = torch.tensor(np.log(POLICY) + 3.0, requires_grad=True)
    loss = torch_dpo_loss(torch.log_softmax(logits, dim=-1))
    loss.backward()
    close(dpo_loss(POLICY, REFERENCE, WINS, BETA), loss.item())
    close(dpo_gradient(POLICY, REFERENCE, WINS, BETA), logits.grad.numpy(), atol=1e-16)


@given(policies(4, widest=4.0))
def test_no_comparison_pulls_with_more_than_beta(policy):
    gradient = dpo_gradient(policy, REFERENCE, WINS, BETA)
    assert abs(gradient.sum()) < 1e-15
    assert np.abs(gradient).max() <= BETA


def test_dpo_is_not_rlhfs_policy_gradient():
    # Comparisons of 0 and 1 alone say nothing about 2: no sampling from π, no entropy, no force.
    wins = np.zeros((4, 4))
    wins[0, 1] = 1
    assert (dpo_gradient(POLICY, REFERENCE, wins, BETA)[2:] == 0).all()


# --- the minimiser --------------------------------------------------------------------------------


def minimise(loss, start):
    """An independent minimiser: BFGS on a torch loss in the logits, knowing nothing of rewards."""

    def value_and_gradient(z):
        logits = torch.tensor(z, requires_grad=True)
        value = loss(torch.log_softmax(logits, dim=-1))
        value.backward()
        return value.item(), logits.grad.numpy()

    found = scipy.optimize.minimize(
        value_and_gradient, start, jac=True, method="BFGS", options={"gtol": 1e-11}
    )
    return softmax(found.x)


@pytest.mark.parametrize("beta", [0.1, 0.3, 2.0])
def test_minimising_dpo_is_fitting_rewards_and_taking_their_gibbs_policy(beta):
    independent = minimise(lambda log_p: torch_dpo_loss(log_p, beta=beta), np.log(REFERENCE))
    close(fit_dpo(REFERENCE, WINS, beta), independent, rel=0, atol=1e-7)
    close(fit_dpo(REFERENCE, WINS, beta), gibbs_policy(fit_rewards(WINS), REFERENCE, beta))


@pytest.mark.parametrize("beta", [0.1, 0.3, 2.0])
def test_the_gradient_vanishes_at_the_minimiser(beta):
    gradient = dpo_gradient(fit_dpo(REFERENCE, WINS, beta), REFERENCE, WINS, beta)
    assert np.abs(gradient).max() < 1e-15


def test_beta_does_not_only_rescale_the_loss():
    # The implicit rewards are the same for every β, and so the policies cannot be.
    policies_by_beta = [fit_dpo(REFERENCE, WINS, beta) for beta in (0.1, 1.0)]
    rewards = [
        implicit_reward(policy, REFERENCE, beta)
        for policy, beta in zip(policies_by_beta, (0.1, 1.0), strict=True)
    ]
    close(
        np.subtract.outer(rewards[0], rewards[0]),
        np.subtract.outer(rewards[1], rewards[1]),
        atol=EXACT,
    )
    assert np.abs(policies_by_beta[0] - policies_by_beta[1]).max() > 0.3
    # A larger β stays nearer to the reference: it is not more aggressive.
    far, near = (np.abs(policy - REFERENCE).sum() for policy in policies_by_beta)
    assert near < far


@given(policies(4, widest=4.0))
def test_no_other_policy_has_a_lower_dpo_loss(policy):
    best = dpo_loss(fit_dpo(REFERENCE, WINS, BETA), REFERENCE, WINS, BETA)
    assert best <= dpo_loss(policy, REFERENCE, WINS, BETA) * (1 + 1e-14)


def test_dpo_loss_is_the_reward_loss_of_the_implicit_reward():
    reward = implicit_reward(POLICY, REFERENCE, BETA)
    close(dpo_loss(POLICY, REFERENCE, WINS, BETA), reward_loss(reward, WINS))


def test_without_the_log_sigmoid_the_objective_is_linear_in_the_margin_and_unbounded():
    # The homework maximises E[r_w − r_l]: ten times the logits, ten times the objective, for ever.
    even, objective, loss = [0.5, 0.5], [], []
    for scale in (1.0, 10.0, 100.0):
        policy = softmax([scale, 0.0])
        reward = implicit_reward(policy, even, BETA)
        objective.append(reward[0] - reward[1])
        loss.append(dpo_loss(policy, even, WON, BETA))
    close(objective, [BETA, 10 * BETA, 100 * BETA])
    assert 0 < loss[2] < loss[1] < loss[0] < np.log(2)


@pytest.mark.filterwarnings("error")
def test_counts_of_every_size_have_a_minimum():
    wins = np.array([[0, 1e10, 1, 1], [1e9, 0, 1e7, 1], [1e9, 1e5, 0, 1e4], [100, 1, 1000, 0]])
    reward = [-1.1514993, -3.4431448, 3.4446614, 1.1499828]
    for beta in (0.5, 1.0):
        policy = fit_dpo(REFERENCE, wins, beta)
        close(policy, gibbs_policy(reward, REFERENCE, beta), rel=3e-7)
        assert np.abs(dpo_gradient(policy, REFERENCE, wins, beta)).max() < 1e-15
    wins = np.array([[0, 1e5, 1e6, 0], [1e6, 0, 1e4, 0], [0, 10, 0, 10], [0, 0, 1, 0]])
    assert np.abs(dpo_gradient(fit_dpo(REFERENCE, wins, 1.0), REFERENCE, wins, 1.0)).max() < 1e-15
    huge = np.array([[0, 1e308], [1e308, 0]])
    close(fit_dpo([0.3, 0.7], huge, 1.0), [0.3, 0.7])
    close(ipo_policy([0.3, 0.7], huge, 1.0), [0.3, 0.7])
    for loss, value in ((dpo_loss, np.log(2)), (ipo_loss, 0.25)):
        close(loss([0.3, 0.7], [0.3, 0.7], huge, 1.0), value)


# --- clean labels: where DPO goes on and IPO stops ------------------------------------------------


@pytest.mark.parametrize("beta", [0.01, 1.0, 100.0])
def test_no_beta_protects_dpo_from_clean_labels(beta):
    with pytest.raises(ValueError, match=r"no finite maximum exists .* never lost to \[1\]"):
        fit_dpo([0.3, 0.7], WON, beta)
    losses = [dpo_loss([1 - p, p], [0.3, 0.7], WON, beta) for p in (0.7, 0.5, 0.3, 0.1)]
    assert (np.diff(losses) < 0).all()


@pytest.mark.parametrize("beta", [0.1, 1.0, 10.0])
def test_ipo_stops_clean_labels_at_a_margin_of_one_over_two_beta(beta):
    policy = ipo_policy([0.3, 0.7], WON, beta)
    d = log_ratio(policy, [0.3, 0.7])
    assert d[0] - d[1] == pytest.approx(1 / (2 * beta), rel=1e-12)
    assert ipo_loss(policy, [0.3, 0.7], WON, beta) < 1e-20


def test_ipo_with_noisy_labels_stops_at_the_surplus_of_wins_over_two_beta():
    # 70 wins and 30 losses: (0.7 − 0.3)/2β, where DPO has logit(0.7)/β.
    d = log_ratio(ipo_policy([0.3, 0.7], [[0, 70], [30, 0]], 0.5), [0.3, 0.7])
    assert d[0] - d[1] == pytest.approx(0.4, rel=1e-12)


@pytest.mark.parametrize("beta", [0.2, 1.0])
def test_the_ipo_policy_is_the_minimiser_of_the_ipo_loss(beta):
    def torch_ipo_loss(log_policy):
        d = log_policy - torch.tensor(REFERENCE).log()
        gap = d[:, None] - d[None, :] - 1 / (2 * beta)
        return (torch.tensor(WINS) * gap**2).sum() / WINS.sum()

    close(
        ipo_policy(REFERENCE, WINS, beta),
        minimise(torch_ipo_loss, np.log(REFERENCE)),
        rel=0,
        atol=1e-7,
    )


@given(policies(4, widest=4.0))
def test_no_other_policy_has_a_lower_ipo_loss(policy):
    best = ipo_loss(ipo_policy(REFERENCE, WINS, BETA), REFERENCE, WINS, BETA)
    assert best <= ipo_loss(policy, REFERENCE, WINS, BETA) * (1 + 1e-13)


def test_ipo_of_many_worlds_is_that_of_each():
    wins = np.zeros((2, 3, 3))
    wins[0, [0, 1], [1, 2]] = 1  # always decided one way: no chain of wins leads back
    wins[1, [2, 0], [1, 2]] = 2
    policies = ipo_policy([0.2, 0.3, 0.5], wins, 0.7)
    for policy, world in zip(policies, wins, strict=True):
        close(policy, ipo_policy([0.2, 0.3, 0.5], world, 0.7))


def test_ipo_needs_comparisons_that_connect_all_responses_but_no_upsets():
    # 1 won against 0 and against 2, and never lost: by wins alone nothing can be reached from 0.
    star = np.zeros((3, 3))
    star[1, 0] = star[1, 2] = 1
    d = log_ratio(ipo_policy([0.2, 0.3, 0.5], star, 0.5), [0.2, 0.3, 0.5])
    close(np.diff(d), [1.0, -1.0])
    star[1, 2] = 0
    message = r"^wins must connect .* responses \[0, 1\], which were never compared with \[2\]$"
    with pytest.raises(ValueError, match=message):
        ipo_policy([0.2, 0.3, 0.5], star, 0.5)


# --- does DPO raise the probability of the chosen response? ---------------------------------------


@given(
    policies(5, widest=5.0), policies(5, widest=5.0), st.floats(0.05, 5.0), st.floats(1e-3, 100.0)
)
def test_one_pair_and_a_tabular_softmax_always_raise_the_chosen_response(
    policy, reference, beta, step
):
    wins = np.zeros((5, 5))
    wins[1, 3] = 1
    gradient = dpo_gradient(policy, reference, wins, beta)
    after = softmax(np.log(policy) - step * gradient)
    assert after[1] >= policy[1] * (1 - 1e-12)
    assert after[3] <= policy[3] * (1 + 1e-12)
    assert gradient[1] < 0 < gradient[3]


FEATURES = np.array([[3.0], [1.0], [0.0]])  # of z, w and l
UNIFORM = np.full(3, 1 / 3)
CHOSEN = np.array([[0, 0, 0], [0, 0, 1.0], [0, 0, 0]])  # w ≻ l, once


def test_shared_features_let_the_chosen_probability_fall_while_the_loss_falls():
    # p_w = e^θ / (e^3θ + e^θ + 1): 1/3 at θ = 0, and e^−2θ for large θ, .0004 at θ = 3.9.
    weights, chosen, losses = np.zeros(1), [], []
    while weights[0] < 3.9:
        policy = log_linear_policy(weights, FEATURES)
        chosen.append(policy[1])
        losses.append(dpo_loss(policy, UNIFORM, CHOSEN, 1.0))
        weights = weights - log_linear_dpo_gradient(weights, FEATURES, UNIFORM, CHOSEN, 1.0)
    assert chosen[0] == pytest.approx(0.333, abs=5e-4)
    assert chosen[-1] == pytest.approx(0.0004, abs=5e-5)
    assert (np.diff(losses) < 0).all()
    assert (np.diff(chosen) < 0).all()
    assert losses[0] == pytest.approx(0.693, abs=5e-4)
    assert losses[-1] < 0.025


def test_the_displaced_probability_goes_to_a_response_nobody_compared():
    policy = log_linear_policy([3.9], FEATURES)
    assert policy[0] > 0.999
    assert policy[1] > policy[2]


@pytest.mark.parametrize("step", [1e-3, 1e-4])
def test_the_log_linear_gradient_is_the_finite_difference_in_the_weights(step):
    rng = np.random.default_rng(0)
    weights, features = rng.normal(size=2), rng.normal(size=(4, 2))
    loss = lambda w: dpo_loss(log_linear_policy(w, features), REFERENCE, WINS, BETA)
    shifts = step * np.eye(2)
    slope = [(loss(weights + s) - loss(weights - s)) / (2 * step) for s in shifts]
    gradient = log_linear_dpo_gradient(weights, features, REFERENCE, WINS, BETA)
    close(slope, gradient, rel=0, atol=step**2 + 1e-15 / step)


def test_autograd_reproduces_the_log_linear_gradient():
    rng = np.random.default_rng(1)
    start, features = rng.normal(size=3), rng.normal(size=(4, 3))
    weights = torch.tensor(start, requires_grad=True)
    torch_dpo_loss(torch.log_softmax(torch.tensor(features) @ weights, dim=-1)).backward()
    gradient = log_linear_dpo_gradient(start, features, REFERENCE, WINS, BETA)
    close(gradient, weights.grad.numpy(), atol=1e-16)


def test_one_feature_per_response_gives_the_tabular_gradient():
    gradient = log_linear_dpo_gradient(np.log(POLICY), np.eye(4), REFERENCE, WINS, BETA)
    close(gradient, dpo_gradient(POLICY, REFERENCE, WINS, BETA), atol=1e-16)


def test_the_log_linear_gradient_survives_weights_whose_policy_underflows():
    gradient = log_linear_dpo_gradient([1000.0], FEATURES, UNIFORM, CHOSEN, 0.1)
    close(gradient, [-0.1 * oracles.win_probability(-100)])


# --- a sum over tokens, or a mean -----------------------------------------------------------------

#: How many tokens each response has.
LENGTHS = np.array([5, 2, 1, 7])


@pytest.mark.parametrize("loss", [dpo_loss, ipo_loss])
def test_with_lengths_each_log_ratio_is_the_mean_over_its_tokens(loss):
    ratio = log_ratio(POLICY, REFERENCE) / LENGTHS
    tilted = REFERENCE * np.exp(ratio)
    # A policy whose own log-ratios are the means, but for a constant that every margin cancels.
    expected = loss(tilted / tilted.sum(), REFERENCE, WINS, BETA)
    close(loss(POLICY, REFERENCE, WINS, BETA, LENGTHS), expected)
    close(loss(POLICY, REFERENCE, WINS, BETA, np.ones(4)), loss(POLICY, REFERENCE, WINS, BETA))
    # Twice the length of all is half the margin of all, which is half the price.
    if loss is dpo_loss:
        close(loss(POLICY, REFERENCE, WINS, BETA, [2] * 4), loss(POLICY, REFERENCE, WINS, BETA / 2))


@pytest.mark.parametrize(("loss", "oracle"), [(dpo_loss, "sigmoid"), (ipo_loss, "ipo")])
def test_averaged_losses_are_those_of_torch(loss, oracle):
    means = (torch.tensor(POLICY).log() - torch.tensor(REFERENCE).log()) / torch.tensor(LENGTHS)
    margin = means[:, None] - means[None, :]
    each = {
        "sigmoid": -torch.nn.functional.logsigmoid(BETA * margin),
        "ipo": (margin - 1 / (2 * BETA)) ** 2,
    }[oracle]
    expected = (torch.tensor(WINS) * each).sum() / WINS.sum()
    close(loss(POLICY, REFERENCE, WINS, BETA, LENGTHS), expected.item())


@pytest.mark.parametrize("loss", [dpo_loss, ipo_loss])
def test_worlds_may_have_lengths_of_their_own(loss):
    lengths = np.stack([LENGTHS, LENGTHS[::-1]])
    together = loss(POLICY, REFERENCE, WINS, BETA, lengths)
    close(together, [loss(POLICY, REFERENCE, WINS, BETA, each) for each in lengths])


@pytest.mark.parametrize("loss", [dpo_loss, ipo_loss])
@pytest.mark.parametrize(
    ("lengths", "rule"),
    [
        ([1, 2, 3, 0], "lengths must be a whole number >= 1"),
        ([1, 2, 3, 0.5], "lengths must be a whole number >= 1"),
        (3, "policy and lengths must have the same number of responses"),
        ([1, 2, 3], "policy and lengths must have the same number of responses"),
        (np.ones((3, 4)), "lengths and wins must have leading axes that broadcast"),
    ],
)
def test_bad_lengths_are_refused_by_name(loss, lengths, rule):
    with pytest.raises(ValueError, match=f"^{rule}"):
        loss(POLICY, REFERENCE, np.stack([WINS] * 2), BETA, lengths)


@pytest.mark.parametrize("size", [3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_the_minimum_of_the_averaged_loss_is_a_policy_whose_normaliser_does_not_cancel(size, seed):
    rng = np.random.default_rng(seed)
    lengths, reference = rng.integers(1, 9, size), rng.dirichlet(np.ones(size))
    wins = rng.integers(1, 9, (size, size)) * (1 - np.eye(size))
    reward = fit_rewards(wins)
    policy_at = lambda c: reference * np.exp(lengths * (reward - c) / BETA)
    c = scipy.optimize.brentq(lambda c: policy_at(c).sum() - 1, min(reward), max(reward))
    policy = policy_at(c) / policy_at(c).sum()
    least = dpo_loss(policy, reference, wins, BETA, lengths)
    close(least, reward_loss(reward, wins))
    for step in 1e-3 * rng.normal(size=(20, size)):
        moved = softmax(np.log(policy) + step)
        assert dpo_loss(moved, reference, wins, BETA, lengths) > least


# --- shapes, purity and bad input -----------------------------------------------------------------

FUNCTIONS = {
    "dpo_loss": dpo_loss,
    "dpo_gradient": dpo_gradient,
    "ipo_loss": ipo_loss,
    "dpo_weights": lambda policy, reference, wins, beta: dpo_weights(policy, reference, beta),  # noqa: ARG005
    "fit_dpo": lambda policy, reference, wins, beta: fit_dpo(reference, wins, beta),  # noqa: ARG005
    "ipo_policy": lambda policy, reference, wins, beta: ipo_policy(reference, wins, beta),  # noqa: ARG005
}
functions = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


@functions
def test_functions_are_the_same_for_one_prompt_and_for_many(function):
    rng = np.random.default_rng(2)
    policy, reference = rng.dirichlet(np.ones(4), 3), rng.dirichlet(np.ones(4), 3)
    wins, beta = rng.integers(1, 9, (3, 4, 4)) * (1 - np.eye(4)), np.array([0.1, 0.5, 2.0])
    together = function(policy, reference, wins, beta)
    assert together.shape[0] == 3
    for row, *world in zip(together, policy, reference, wins, beta, strict=True):
        close(row, function(*world), rel=1e-11, atol=1e-15)


def test_log_linear_gradients_come_prompt_by_prompt_for_shared_weights():
    rng = np.random.default_rng(3)
    weights, features = rng.normal(size=2), rng.normal(size=(3, 4, 2))
    together = log_linear_dpo_gradient(weights, features, REFERENCE, WINS, BETA)
    assert together.shape == (3, 2)
    for row, table in zip(together, features, strict=True):
        close(row, log_linear_dpo_gradient(weights, table, REFERENCE, WINS, BETA))


@functions
def test_sparse_comparisons_are_comparisons(function):
    sparse = scipy.sparse.csr_array(WINS)
    close(function(POLICY, REFERENCE, sparse, BETA), function(POLICY, REFERENCE, WINS, BETA))


@functions
def test_inputs_are_never_changed(function):
    arguments = POLICY.copy(), REFERENCE.copy(), WINS.copy(), np.array(BETA)
    for argument in arguments:
        argument.setflags(write=False)
    function(*arguments)
    np.testing.assert_array_equal(arguments[2], WINS)


BAD = {
    "policy": (lambda f: f([0.5, 0.6], [0.5, 0.5], WON, 1.0), r"^policy must sum to 1"),
    "policy zero": (
        lambda f: f([1.0, 0.0], [0.5, 0.5], WON, 1.0),
        r"^(policy|reference) must be > 0 wherever the (reference|policy) is",
    ),
    "reference": (lambda f: f([0.5, 0.5], [1.0, 0.0], WON, 1.0), r"^reference must"),
    "wins": (lambda f: f([0.5, 0.5], [0.5, 0.5], -WON, 1.0), r"^wins must hold finite counts >= 0"),
    "beta": (
        lambda f: f([0.5, 0.5], [0.5, 0.5], WON + WON.T, 0.0),
        r"^beta must be > 0, .*; got 0",
    ),
    "beta nan": (
        lambda f: f([0.5, 0.5], [0.5, 0.5], WON + WON.T, np.nan),
        r"^beta must hold no NaN",
    ),
    "betas": (
        lambda f: f(np.full((3, 2), 0.5), np.full((3, 2), 0.5), WON + WON.T, [1.0, 2.0]),
        r"^beta must be one number, or have axes that broadcast",
    ),
    "sizes": (
        lambda f: f(UNIFORM, UNIFORM, WON, 1.0),
        r"^(policy|reference) and wins must have the same number of responses",
    ),
    "leading axes": (
        lambda f: f(np.full((3, 2), 0.5), np.full((3, 2), 0.5), np.stack([WON + WON.T] * 2), 1.0),
        r"^(policy|reference) and wins must have leading axes that broadcast",
    ),
}


#: What a function is not given, by the start of a bad case's name, it cannot refuse.
WITHOUT = {"dpo_weights": ("wins", "sizes", "leading"), "fit_dpo": ("pol",), "ipo_policy": ("pol",)}


@pytest.mark.parametrize(
    ("function", "call", "message"),
    [
        pytest.param(function, *case, id=f"{name}: {bad}")
        for name, function in FUNCTIONS.items()
        for bad, case in BAD.items()
        if not bad.startswith(WITHOUT.get(name, ("-",)))
    ],
)
def test_bad_arguments_are_refused_by_name_and_rule(function, call, message):
    with pytest.raises(ValueError, match=message):
        call(function)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": [np.nan]}, r"^weights must hold no NaN"),
        ({"features": [[1.0, 2.0]] * 3}, r"^weights and features must have shapes"),
        ({"features": [[1.0]] * 4}, r"^features and wins must have the same number of responses"),
        ({"reference": [0.5, 0.5]}, r"^reference and wins must have the same number of responses"),
        ({"reference": [1.0, 0.0, 0.0]}, r"^reference must give every response"),
        ({"wins": np.eye(3)}, r"^wins must have a zero diagonal"),
        ({"beta": -1.0}, r"^beta must be > 0"),
        ({"weights": [[0.0], [0.0]], "beta": [1.0] * 3}, r"^beta must be one number, or have axes"),
    ],
)
def test_bad_arguments_of_a_log_linear_policy_are_refused(change, message):
    good = {
        "weights": [0.0],
        "features": FEATURES,
        "reference": UNIFORM,
        "wins": CHOSEN,
        "beta": 1.0,
    }
    with pytest.raises(ValueError, match=message):
        log_linear_dpo_gradient(**good | change)


@pytest.mark.parametrize("function", [dpo_loss, dpo_gradient, ipo_loss])
def test_a_comparison_of_a_response_that_is_never_given_is_refused(function):
    never = [0.5, 0.0, 0.5]
    function(never, never, [[0, 0, 3], [0, 0, 0], [1, 0, 0]], 1.0)
    for wins in ([[0, 1, 0], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [1, 0, 0], [0, 0, 0]]):
        with pytest.raises(ValueError, match=r"^policy must be > 0 for every resp"):
            function(never, never, wins, 1.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda beta: implicit_reward([0.9, 0.1], [0.1, 0.9], beta),
        lambda beta: dpo_loss([0.9, 0.1], [0.1, 0.9], WON, beta),
        lambda beta: dpo_gradient([0.9, 0.1], [0.1, 0.9], WON, beta),
        lambda beta: log_linear_dpo_gradient([9.0], [[0.0], [1.0]], [0.1, 0.9], WON, beta),
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_price_that_makes_an_implicit_reward_infinite_is_refused(call):
    assert np.isfinite(call(1e299)).all()
    with pytest.raises(ValueError, match=r"^beta must be small enough for an implicit rew"):
        call(1e300)


@pytest.mark.filterwarnings("error")
def test_a_target_whose_square_is_infinite_is_refused():
    assert ipo_loss([0.5, 0.5], [0.5, 0.5], WON, 1e-150) == pytest.approx(0.25e300)
    with pytest.raises(ValueError, match=r"^beta must be large enough for a 1/"):
        ipo_loss([0.5, 0.5], [0.5, 0.5], WON, 1e-160)


@pytest.mark.filterwarnings("error")
def test_a_response_that_is_never_given_has_the_implicit_reward_minus_infinity():
    close(implicit_reward([1.0, 0.0], [0.5, 0.5], 1e300), [1e300 * np.log(2), -np.inf])


def test_implicit_rewards_of_bad_policies_are_refused():
    with pytest.raises(ValueError, match=r"^policy must sum to 1"):
        implicit_reward([0.5, 0.6], [0.5, 0.5], 1.0)
    with pytest.raises(ValueError, match=r"^beta must be > 0"):
        implicit_reward([0.5, 0.5], [0.5, 0.5], -1.0)


@pytest.mark.filterwarnings("error")
def test_wins_so_unequal_that_float64_loses_a_link_are_refused():
    chain = np.array([[0.0, 1e-276, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    close(ipo_policy([0.2, 0.3, 0.5], chain, 1.0), ipo_policy([0.2, 0.3, 0.5], chain > 0, 1.0))
    with pytest.raises(ValueError, match=r"^wins must be equal enough for rewards"):
        ipo_policy([0.2, 0.3, 0.5], chain * [1, 1, 1e287], 1.0)
    with pytest.raises(RuntimeError, match=r"margins still move by inf a step, for wins or weigh"):
        fit_dpo([0.5, 0.5], [[0.0, 1e218], [1e-287, 0.0]], 1.0)
