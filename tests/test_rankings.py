"""The loss of rankings and its fit against 50-digit sums, torch, scipy and identities."""

import itertools

import numpy as np
import oracles
import pytest
import scipy.optimize
import scipy.stats
import torch
from compare import EXACT, close
from hypothesis import given
from worlds import counts, rewards

from toy.exact import rankings as module
from toy.exact.rankings import (
    fit_rankings,
    plackett_luce_gradient,
    plackett_luce_loss,
    wins_from_rankings,
)
from toy.exact.reward_loss import (
    fit_rewards,
    reward_loss,
    win_probability,
)

#: Rewards of four responses.
REWARD = [0.7, -1.2, 0.1, 2.0]


# --- rankings -------------------------------------------------------------------------------------

RANKINGS = [[3, 0, 2], [0, 3, 1], [2, 1, 3], [3, 0, 1]]


def test_plackett_luce_draws_the_best_then_the_best_of_the_rest():
    close(plackett_luce_loss(REWARD, RANKINGS), oracles.plackett_luce_loss(REWARD, RANKINGS))
    whole = [[3, 0, 2, 1], [1, 2, 0, 3]]
    close(plackett_luce_loss(REWARD, whole), oracles.plackett_luce_loss(REWARD, whole))


def test_plackett_luce_keeps_its_digits_for_rewards_of_300():
    # log(1 + e^−300 + e^−600) + log(1 + e^−300), where the oracle's 50 digits are too few.
    loss = plackett_luce_loss([300.0, -300.0, 0.0], [[0, 2, 1]])
    close(loss, 2 * oracles.exp(-300))
    close(plackett_luce_loss([300.0, -300.0, 0.0], [[1, 2, 0]]), 900.0)


@given(rewards(4))
def test_the_probabilities_of_all_rankings_sum_to_one(reward):
    for length in (2, 3, 4):
        rankings = itertools.permutations(range(4), length)
        by_group = {}
        for ranking in rankings:
            group = tuple(sorted(ranking))
            probability = np.exp(-plackett_luce_loss(reward, [ranking]))
            by_group[group] = by_group.get(group, 0) + probability
        close(list(by_group.values()), np.ones(len(by_group)))


@given(rewards(4))
def test_a_ranking_of_two_is_a_comparison(reward):
    pairs = [[3, 0], [0, 1], [3, 0], [2, 1]]
    close(plackett_luce_loss(reward, pairs), reward_loss(reward, wins_from_rankings(pairs, 4)))


def test_rankings_of_many_worlds_are_scored_row_by_row():
    reward = np.random.default_rng(3).normal(size=(2, 3, 4))
    loss = plackett_luce_loss(reward, RANKINGS)
    assert loss.shape == (2, 3)
    close(loss[1, 2], plackett_luce_loss(reward[1, 2], RANKINGS))


def test_every_ranking_counts_as_one_comparison_shared_by_its_pairs():
    # 3 ≻ 0 ≻ 2 has three pairs, 1/C(3, 2) = 1/3 each; 1 ≻ 0 has one.
    expected = np.zeros((4, 4))
    expected[3, 0] = expected[3, 2] = expected[0, 2] = 1 / 3
    close(wins_from_rankings([[3, 0, 2]], 4), expected)
    close(wins_from_rankings([[3, 0, 2], [3, 0, 2]], 4), 2 * expected)
    assert wins_from_rankings([[3, 0, 2, 1]], 4).sum() == pytest.approx(1.0)
    assert wins_from_rankings([[1, 0]], 4)[1, 0] == 1


def test_instructgpts_loss_is_the_mean_over_rankings_of_the_mean_over_pairs():
    terms = []
    for ranking in RANKINGS:
        pairs = list(itertools.combinations(ranking, 2))
        terms.append(
            -sum(np.log(win_probability(REWARD[i] - REWARD[j])) for i, j in pairs) / len(pairs)
        )
    close(reward_loss(REWARD, wins_from_rankings(RANKINGS, 4)), np.mean(terms))


def test_pairs_of_a_plackett_luce_ranking_are_bradley_terry_comparisons():
    # Every ranking with its probability: the share of those with i before j is σ(r_i − r_j).
    wins = np.zeros((4, 4))
    for ranking in itertools.permutations(range(4)):
        probability = np.exp(-plackett_luce_loss(REWARD, [ranking]))
        wins += probability * wins_from_rankings([ranking], 4)
    np.fill_diagonal(chances := win_probability(np.subtract.outer(REWARD, REWARD)), 0)
    close(6 * wins, chances)
    close(fit_rewards(wins), np.array(REWARD) - np.mean(REWARD), rel=0, atol=EXACT)


def test_on_finite_data_pairs_of_rankings_are_not_the_likelihood_of_rankings():
    rankings = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [2, 1, 0]]
    likely = scipy.optimize.minimize(
        lambda r: plackett_luce_loss(np.append(r, 0.0), rankings), [0.0, 0.0], tol=1e-12
    )
    by_pairs = fit_rewards(wins_from_rankings(rankings, 3))
    assert abs((by_pairs[0] - by_pairs[2]) - likely.x[0]) > 0.01


# --- rankings of different lengths, and their fit ------------------------------------------------

RAGGED = [[3, 0, 2], [0, 1], [2, 1, 3, 0], [1, 0, 3], [2, 3]]
OFTEN = [2.0, 0.5, 1.0, 3.0, 1.5]


def test_rankings_of_different_lengths_are_scored_each_by_itself_and_by_its_weight():
    each = [float(oracles.plackett_luce_loss(REWARD, [ranking])) for ranking in RAGGED]
    close(plackett_luce_loss(REWARD, RAGGED), np.mean(each))
    close(plackett_luce_loss(REWARD, RAGGED, OFTEN), np.average(each, weights=OFTEN))
    close(plackett_luce_loss(REWARD, map(tuple, RAGGED), OFTEN), np.average(each, weights=OFTEN))
    often = [
        ranking
        for ranking, times in zip(RAGGED, [2, 1, 3, 1, 1], strict=True)
        for _ in range(times)
    ]
    close(plackett_luce_loss(REWARD, often), plackett_luce_loss(REWARD, RAGGED, [2, 1, 3, 1, 1]))


def test_pairs_of_rankings_of_different_lengths_add_up():
    table = sum(t * wins_from_rankings([r], 4) for r, t in zip(RAGGED, OFTEN, strict=True))
    close(wins_from_rankings(RAGGED, 4, OFTEN), table)
    assert wins_from_rankings(RAGGED, 4).sum() == pytest.approx(5)


def test_autograd_reproduces_the_gradient_of_rankings():
    reward = torch.tensor(REWARD, dtype=torch.float64, requires_grad=True)
    total = 0
    for ranking, weight in zip(RAGGED, OFTEN, strict=True):
        ranked = reward[list(ranking)]
        rest = torch.stack([torch.logsumexp(ranked[k:], 0) for k in range(len(ranking))])
        total = total + weight / sum(OFTEN) * (rest - ranked).sum()
    total.backward()
    close(plackett_luce_gradient(REWARD, RAGGED, OFTEN), reward.grad.numpy())
    worlds = np.stack([REWARD, np.zeros(4)])
    close(plackett_luce_gradient(worlds, RAGGED)[1], plackett_luce_gradient(np.zeros(4), RAGGED))


def test_the_pull_of_rankings_is_the_hessian_by_differences():
    reward, step = np.array(REWARD), 1e-5
    _, pull = module._ranking_model(module.as_rankings("rankings", RAGGED, 4, OFTEN))
    flows, coupling = pull(reward)
    np.testing.assert_array_equal(flows, -flows.T)
    forth, back = (
        plackett_luce_gradient(reward + sign * step * np.eye(4), RAGGED, OFTEN) for sign in (1, -1)
    )
    laplacian = np.diag(coupling.sum(axis=1)) - coupling
    np.testing.assert_allclose(laplacian, (forth - back) / (2 * step), atol=1e-9)


@given(counts(3))
def test_rankings_of_two_are_fitted_as_comparisons(wins):
    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    fitted = fit_rankings(pairs, weights=[wins[i][j] for i, j in pairs])
    close(fitted, fit_rewards(wins), rel=0, atol=1e-10)


@pytest.mark.parametrize("l2", [0.0, 0.05])
def test_the_gradient_vanishes_at_the_fit_of_rankings(l2):
    rng = np.random.default_rng(7)
    rankings = [rng.permutation(30)[: rng.integers(2, 12)] for _ in range(200)]
    weights = rng.uniform(0, 3, 200)
    fitted = fit_rankings(rankings, weights, l2)
    gradient = plackett_luce_gradient(fitted, rankings, weights) + l2 * fitted
    assert np.abs(gradient).max() < 1e-14
    assert abs(fitted.mean()) < 1e-14


def test_every_ranking_with_its_probability_gives_back_the_rewards():
    rankings = [list(order) for k in (2, 3, 4) for order in itertools.permutations(range(4), k)]
    chances = [np.exp(-plackett_luce_loss(REWARD, [ranking])) for ranking in rankings]
    close(fit_rankings(rankings, chances), np.array(REWARD) - np.mean(REWARD), rel=0, atol=EXACT)


def test_no_other_rewards_make_the_rankings_more_likely():
    rankings = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [2, 1, 0]]
    likely = scipy.optimize.minimize(
        lambda r: plackett_luce_loss(np.append(r, -r.sum()), rankings), [0.0, 0.0], tol=1e-12
    )
    np.testing.assert_allclose(fit_rankings(rankings)[:2], likely.x, atol=1e-6)


UNRANKED = {
    "never first": ([[0, 1], [1, 0], [0, 1, 2]], r"\[0, 1\], which never stood below \[2\]$"),
    "always first": ([[0, 1, 2], [0, 2, 1]], r"\[0\], which never stood below \[1, 2\]$"),
    "the first is always last": ([[1, 2, 0], [2, 1]], r"\[0\], which never stood above \[1, 2\]$"),
    "two groups": (
        [[0, 1], [1, 0], [2, 3], [3, 2]],
        r"\[0, 1\], which were never compared with \[2, 3\]$",
    ),
    "counted from one": (
        [[1, 2, 3], [3, 2, 1]],
        r"\[0\], which were never compared with \[1, 2, 3\]$",
    ),
}


@pytest.mark.parametrize(("rankings", "groups"), UNRANKED.values(), ids=UNRANKED)
def test_rankings_without_a_maximum_are_refused_with_the_groups_and_the_remedy(rankings, groups):
    rule = (
        "^rankings must lead from each response to every other by a chain of wins within rankings"
    )
    with pytest.raises(
        ValueError, match=rule + r".*\(l2 > 0 is the remedy\); got responses " + groups
    ):
        fit_rankings(rankings)
    fitted = fit_rankings(rankings, l2=0.01)
    gradient = plackett_luce_gradient(fitted, rankings) + 0.01 * fitted
    np.testing.assert_allclose(gradient, 0, atol=1e-13)


def test_a_ranking_of_no_weight_ties_nothing():
    assert np.isfinite(fit_rankings([[0, 1], [1, 0]], [1.0, 1e-6])).all()
    with pytest.raises(ValueError, match=r"\[0\], which never stood below \[1\]"):
        fit_rankings([[0, 1], [1, 0]], [1.0, 0.0])


# --- bad input ------------------------------------------------------------------------------------

NO_RANKINGS = r"must be a sequence of R >= 1 rankings, each of K >= 2 responses, best first; got "
BAD_RANKINGS = {
    "twice": ([[0, 1, 0]], r"must name each response at most once a row"),
    "too large": ([[0, 4]], r"must hold whole numbers from 0 to 3"),
    "negative": ([[0, -1]], r"must hold whole numbers from 0 to 3"),
    "fraction": ([[0, 1.5]], r"must hold whole numbers from 0 to 3"),
    "in a shorter one": ([[0, 1, 2], [0, 4]], r"must hold whole numbers from 0 to 3"),
    "one response": ([[0, 1], [1]], NO_RANKINGS + r"a ranking of shape \(1,\)"),
    "one ranking": ([0, 1], NO_RANKINGS + r"a ranking of shape \(\)"),
    "a number": (7, NO_RANKINGS + "7"),
    "tables": (np.zeros((2, 2, 3)), NO_RANKINGS + r"a ranking of shape \(2, 3\)"),
    "none": (np.zeros((0, 3)), NO_RANKINGS + "none"),
    "nan": ([[0, np.nan]], r"must hold no NaN"),
    "names": (["ab"], r"must hold real numbers"),
}


@pytest.mark.parametrize(("bad", "rule"), BAD_RANKINGS.values(), ids=BAD_RANKINGS)
def test_bad_rankings_are_refused(bad, rule):
    for function in (plackett_luce_loss, plackett_luce_gradient):
        with pytest.raises(ValueError, match=r"^rankings " + rule):
            function(REWARD, bad)
    with pytest.raises(ValueError, match=r"^rankings " + rule):
        wins_from_rankings(bad, 4)
    with pytest.raises(
        ValueError, match=r"^rankings " + rule.replace("to 3", r"to 9999|must lead")
    ):
        fit_rankings(bad)


BAD_WEIGHTS = {
    "one too few": ([1.0], r"must have shape \(2,\), one a ranking; got shape \(1,\)"),
    "negative": ([1.0, -1.0], "must be >= 0"),
    "nothing": ([0.0, 0.0], r"must not all be 0; got \[0\. 0\.\]"),
    "too much": ([1.5e308, 1.5e308], r"must be finite, within ±1e300; got 1\.5e\+308"),
}


@pytest.mark.parametrize(("bad", "rule"), BAD_WEIGHTS.values(), ids=BAD_WEIGHTS)
def test_bad_weights_of_rankings_are_refused(bad, rule):
    with pytest.raises(ValueError, match=r"^weights " + rule):
        plackett_luce_loss(REWARD, [[0, 1], [1, 2, 0]], bad)


def test_bad_rewards_and_sizes_beside_rankings_are_refused():
    with pytest.raises(ValueError, match=r"^reward must be finite"):
        plackett_luce_loss([0.0, np.inf], [[0, 1]])
    with pytest.raises(ValueError, match=r"^num_responses must be a whole number"):
        wins_from_rankings([[0, 1]], 2.5)
