"""The reward loss and its fit against 50-digit sums, torch, scipy and identities."""

import itertools

import numpy as np
import oracles
import pytest
import scipy.integrate
import scipy.optimize
import scipy.sparse
import scipy.stats
import torch
from compare import EXACT, close
from hypothesis import given
from hypothesis import strategies as st
from worlds import counts, rewards

from toy.exact import comparison_graph
from toy.exact import reward_loss as module
from toy.exact.bandits import SCHOOLS, school_comparisons
from toy.exact.reward_loss import (
    fit_rewards,
    margin_after,
    margin_standard_errors,
    optimal_margin,
    reward_loss,
    reward_loss_gradient,
    reward_loss_hessian,
    sample_comparisons,
    time_to_margin,
    win_probability,
)

#: Rewards and asymmetric counts over four responses; one pair was never compared.
REWARD = [0.7, -1.2, 0.1, 2.0]
WINS = [[0, 5, 2, 1], [1, 0, 0, 2], [3, 0, 0, 1.5], [4, 6, 2, 0]]

WORLDS = {
    "four responses": (REWARD, WINS),
    "two responses": ([0.3, -0.4], [[0, 7], [3, 0]]),
    "one comparison": ([1.0, 0.0, 5.0], [[0, 0, 0], [0, 0, 1], [0, 0, 0]]),
    "±300": ([300.0, -300.0, 299.0, 0.0], [[0, 1, 2, 0], [0, 0, 0, 0], [0, 4, 0, 3], [0, 1, 0, 0]]),
    "all upsets at ±300": ([300.0, -300.0, 1.0], [[0, 0, 0], [2, 0, 1], [5, 0, 0]]),
    "margins of a millionth": ([1e-6, 0.0, -2e-6], [[0, 1, 2], [3, 0, 4], [5, 7, 0]]),
}
worlds = pytest.mark.parametrize(("reward", "wins"), WORLDS.values(), ids=WORLDS)


# --- the loss and its derivatives -----------------------------------------------------------------


@pytest.mark.parametrize("margin", [0.0, 1.0, -1.0, 30.0, -30.0, 600.0, -600.0, 1e-9, -740.0])
def test_win_probability_is_right_in_every_digit_on_both_sides(margin):
    if margin > -700:
        close(win_probability(margin), oracles.win_probability(margin))
    close(1.0, win_probability(margin) + win_probability(-margin), rel=1e-15)


def test_an_infinite_margin_is_a_certain_win():
    np.testing.assert_array_equal(win_probability([np.inf, -np.inf]), [1.0, 0.0])


@worlds
def test_the_loss_is_the_mean_over_comparisons(reward, wins):
    close(reward_loss(reward, wins), oracles.reward_loss(reward, wins))


@worlds
def test_the_gradient_is_the_sum_of_all_forces(reward, wins):
    expected = oracles.reward_loss_gradient(reward, wins)
    # Forces that cancel leave rounding of their own size behind.
    close(reward_loss_gradient(reward, wins), expected, atol=1e-16)


@worlds
def test_the_hessian_is_the_sum_of_all_couplings(reward, wins):
    close(reward_loss_hessian(reward, wins), oracles.reward_loss_hessian(reward, wins))


def test_the_gradient_keeps_its_digits_where_no_force_cancels():
    # One lost comparison against a margin of 600: its force is e^−600, far below rounding of 1.
    gradient = reward_loss_gradient([300.0, -300.0], [[0, 1], [0, 0]])
    close(gradient, [-oracles.exp(-600), oracles.exp(-600)])


@pytest.mark.parametrize("step", [1e-3, 1e-4, 1e-5])
def test_gradient_and_hessian_are_finite_differences(step):
    reward, shifts = np.array(REWARD), step * np.eye(4)
    slope = [reward_loss(reward + s, WINS) - reward_loss(reward - s, WINS) for s in shifts]
    bend = [
        reward_loss_gradient(reward + s, WINS) - reward_loss_gradient(reward - s, WINS)
        for s in shifts
    ]
    tolerance = step**2 + 1e-15 / step
    close(np.array(slope) / (2 * step), reward_loss_gradient(reward, WINS), rel=0, atol=tolerance)
    close(np.array(bend) / (2 * step), reward_loss_hessian(reward, WINS), rel=0, atol=tolerance)


def torch_loss(reward, wins=WINS):
    """The loss as practitioners write it: one term per comparison, and the mean of them."""
    wins = torch.as_tensor(wins, dtype=torch.float64)
    margin = reward[:, None] - reward[None, :]
    return -(wins * torch.nn.functional.logsigmoid(margin)).sum() / wins.sum()


def test_autograd_reproduces_loss_gradient_and_hessian():
    reward = torch.tensor(REWARD, dtype=torch.float64)
    close(reward_loss(REWARD, WINS), torch_loss(reward).item())
    jacobian = torch.autograd.functional.jacobian(torch_loss, reward)
    close(reward_loss_gradient(REWARD, WINS), jacobian.numpy(), atol=1e-16)
    hessian = torch.autograd.functional.hessian(torch_loss, reward)
    close(reward_loss_hessian(REWARD, WINS), hessian.numpy(), atol=1e-16)


# --- what the homework asks about -----------------------------------------------------------------

WON = [[0, 1], [0, 0]]


@pytest.mark.parametrize(
    # log(1 + e^−Δ): log 2; log 1.3679; log 1.1353; log 1.0067.
    ("margin", "loss"),
    [(0, 0.693), (1, 0.313), (2, 0.127), (5, 0.0067)],
)
def test_the_loss_falls_with_the_margin_and_never_pulls_it_back_to_zero(margin, loss):
    assert reward_loss([margin, 0.0], WON) == pytest.approx(loss, abs=5e-4 if loss > 0.1 else 5e-5)
    assert reward_loss_gradient([margin, 0.0], WON)[0] < 0


@pytest.mark.parametrize("margin", [-50.0, -1.0, 0.0, 0.5, 20.0])
def test_the_slope_in_the_margin_is_minus_sigma_of_minus_the_margin(margin):
    slope = reward_loss_gradient([margin, 0.0], WON)[0]
    close(slope, -oracles.win_probability(-margin))
    assert -1 < slope < 0 or margin == -50.0


@pytest.mark.parametrize(
    # logit .7 = log(7/3) = .847, logit .6 = .405, logit .99 = 4.595.
    ("won", "lost", "margin"),
    [(70, 30, 0.8473), (60, 40, 0.4055), (99, 1, 4.5951), (1, 99, -4.5951)],
)
def test_noisy_labels_stop_the_margin_at_the_logit_of_their_probability(won, lost, margin):
    first, second = fit_rewards([[0, won], [lost, 0]])
    assert first - second == pytest.approx(margin, abs=5e-5)


def test_clean_labels_let_the_margin_drift_like_the_logarithm_of_time():
    # dΔ/dt = 2σ(−Δ) under gradient flow, as winner and loser both move: Δ + e^Δ = 1 + 2t exactly.
    flow = scipy.integrate.solve_ivp(
        lambda _, r: -reward_loss_gradient(r, WON),
        (0, 1e4),
        [0.0, 0.0],
        t_eval=[1.0, 10.0, 100.0, 1e3, 1e4],
        rtol=1e-10,
        atol=1e-12,
        method="LSODA",
    )
    margin = flow.y[0] - flow.y[1]
    np.testing.assert_allclose(margin + np.exp(margin), 1 + 2 * flow.t, rtol=1e-7)
    assert margin[-1] - margin[-2] == pytest.approx(np.log(10), abs=0.01)


FLOW_TIMES = [0.0, 1e-6, 0.1, 1.0, 20.0, 300.0]


@pytest.mark.parametrize("p", [0.0, 0.02, 0.3, 0.5, 0.51, 0.7, 0.99, 1.0])
def test_the_flow_of_the_margin_solves_its_differential_equation(p):
    fall = lambda _, margin: -reward_loss_gradient([margin[0], 0.0], [[0, p], [1 - p, 0]])[:1]
    accurate = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14}
    flow = scipy.integrate.solve_ivp(fall, (0, 300), [0.0], t_eval=FLOW_TIMES, **accurate)
    close(margin_after(FLOW_TIMES, p), flow.y[0], rel=1e-10, atol=1e-10)


@pytest.mark.parametrize("p", [1e-9, 0.3, 0.5 + 1e-9, 0.7, 0.999999, 1.0])
def test_the_time_to_a_margin_inverts_the_flow(p):
    times = np.array([1e-9, 1e-3, 1.0, 5.0])
    close(time_to_margin(margin_after(times, p), p), times)


def test_the_flow_on_clean_labels_obeys_its_closed_form():
    margin = margin_after(np.geomspace(1e-3, 1e12, 16), 1.0)
    close(margin + np.expm1(margin), np.geomspace(1e-3, 1e12, 16), rel=1e-13)
    close(time_to_margin([5.0, 20.0], 1.0), [4 + np.exp(5), 19 + np.exp(20)])


def test_the_flow_on_noisy_labels_ends_at_the_logit_and_goes_no_further():
    close(margin_after(1e6, [0.3, 0.7, 0.99]), np.log([3 / 7, 7 / 3, 99]))
    close(optimal_margin([0.3, 0.7, 0.99]), np.log([3 / 7, 7 / 3, 99]))
    assert np.isinf(time_to_margin([0.9, -0.1, 1.0, 700.0], [0.7, 0.7, 0.5, 0.9])).all()
    assert time_to_margin(0.0, 0.5) == margin_after(7.0, 0.5) == 0.0


@pytest.mark.filterwarnings("error")
def test_the_flow_keeps_the_digits_of_a_preference_whose_rest_is_rounded_to_one():
    # 50 digits: q Δ − log((p − q e^Δ)/(p − q)), over p q; and the logit of 1e-16.
    rare, margin = 6.18290236175192e-14, -30.41430986045308
    q, m = oracles.mpf(rare), oracles.mpf(-margin)
    exact = (q * m - oracles.log((1 - q - q * oracles.exp(m)) / (1 - 2 * q))) / (q * (1 - q))
    assert time_to_margin(margin, rare) == pytest.approx(float(exact), rel=1e-12)
    assert float(exact) == pytest.approx(150027825128644.0, rel=1e-12)
    assert margin_after(1e30, 1e-16) == pytest.approx(-36.841361487904734, rel=1e-15)
    close(optimal_margin([1e-320, 1e-16]), [np.log(1e-320), -36.841361487904734])


def test_the_optimal_margin_keeps_its_digits_near_even_odds():
    close(optimal_margin([0.5 + 2**-40, 0.5 - 2**-40]), [2**-38, -(2**-38)])
    assert optimal_margin([1.0, 0.0]).tolist() == [np.inf, -np.inf]


@pytest.mark.parametrize("function", [margin_after, time_to_margin])
def test_bad_flows_are_refused(function):
    name = {margin_after: "time", time_to_margin: "margin"}[function]
    with pytest.raises(ValueError, match=rf"^{name} must be finite"):
        function(np.inf, 0.7)
    with pytest.raises(ValueError, match=r"^preference must be from 0 to 1; got 1.1"):
        function(1.0, 1.1)
    with pytest.raises(ValueError, match=rf"^{name} and preference must have shapes that"):
        function([1.0, 2.0], [0.7, 0.8, 0.9])


def test_bad_times_and_preferences_are_refused():
    with pytest.raises(ValueError, match=r"^time must be >= 0; got -1"):
        margin_after(-1.0, 0.7)
    with pytest.raises(ValueError, match=r"^preference must be >= 0; got -0.1"):
        optimal_margin(-0.1)


@given(rewards(4), st.floats(-100, 100))
def test_a_constant_added_to_all_rewards_of_a_prompt_changes_nothing(reward, shift):
    close(reward_loss(reward + shift, WINS), reward_loss(reward, WINS), rel=1e-11)
    close(
        reward_loss_gradient(reward + shift, WINS),
        reward_loss_gradient(reward, WINS),
        rel=0,
        atol=1e-13,
    )


def test_doubled_rewards_are_not_the_same_rewards():
    assert reward_loss(2 * np.array(REWARD), WINS) > 1.2 * reward_loss(REWARD, WINS)


@given(rewards(4), counts(4))
def test_rows_of_the_hessian_sum_to_zero_and_no_direction_curves_down(reward, wins):
    hessian = reward_loss_hessian(reward, wins)
    close(hessian.sum(axis=-1), np.zeros(4), atol=1e-16)
    close(hessian, hessian.T)
    assert np.linalg.eigvalsh(hessian).min() > -1e-16


@given(rewards(4, widest=300.0), counts(4))
def test_no_response_is_pulled_harder_than_its_share_of_comparisons(reward, wins):
    gradient = reward_loss_gradient(reward, wins)
    assert abs(gradient.sum()) < 1e-15
    share = (wins.sum(axis=0) + wins.sum(axis=1)) / wins.sum()
    assert (np.abs(gradient) <= share + 1e-15).all()


@given(counts(3), st.integers(2, 1000))
def test_only_the_shares_of_the_comparisons_matter(wins, times):
    reward = [0.4, -1.0, 0.2]
    close(reward_loss(reward, times * wins), reward_loss(reward, wins))
    close(fit_rewards(times * wins), fit_rewards(wins), rel=0, atol=EXACT)


def test_mean_preference_probability_is_not_the_likelihood():
    # Two pairs share a response; the likelihood weighs the doubtful comparison more than the mean.
    wins = np.array([[0, 9, 0], [1, 0, 6], [0, 4, 0]])
    likely = fit_rewards(wins)

    def mean_probability(reward):
        return (wins * win_probability(reward[:, None] - reward)).sum() / wins.sum()

    assert mean_probability(10 * likely) > mean_probability(likely)
    assert reward_loss(10 * likely, wins) > reward_loss(likely, wins)


# --- the fit --------------------------------------------------------------------------------------


def connected_counts(rng, size, num_pairs):
    """Random pairs, a few comparisons each, and a cycle of wins that ties them all together."""
    wins = np.zeros((size, size))
    winner = rng.integers(size, size=num_pairs)
    loser = (winner + rng.integers(1, size, size=num_pairs)) % size
    np.add.at(wins, (winner, loser), rng.integers(1, 6, size=num_pairs))
    order = rng.permutation(size)
    wins[order, np.roll(order, 1)] += 1
    return wins


@pytest.mark.parametrize(
    "wins",
    [WINS, [[0, 30], [70, 0]], school_comparisons(), [[0, 1, 0], [0, 0, 1], [1, 0, 0]]],
    ids=["four responses", "two responses", "survey", "a cycle"],
)
def test_the_fit_is_zermelos_fixed_point(wins):
    close(
        fit_rewards(wins), oracles.fit_rewards(np.asarray(wins, dtype=float).tolist()), atol=EXACT
    )


@pytest.mark.parametrize("size", [2, 3, 17, 64, 200, 256, 257, 500])
@pytest.mark.parametrize("density", [2, 20])
def test_the_gradient_vanishes_at_the_fit_and_its_mean_is_zero(size, density):
    wins = connected_counts(np.random.default_rng(size), size, density * size)
    reward = fit_rewards(wins)
    assert np.abs(reward_loss_gradient(reward, wins)).max() < 1e-15
    assert abs(reward.mean()) < 1e-12


def test_two_thousand_responses_are_fitted():
    wins = connected_counts(np.random.default_rng(5), 2000, 30_000)
    assert np.abs(reward_loss_gradient(fit_rewards(wins), wins)).max() < 1e-15


@pytest.mark.parametrize(("won", "lost"), [(3, 1), (99, 1), (1, 1)])
def test_a_chain_of_five_hundred_responses_has_the_logit_of_each_link(won, lost):
    reward = fit_rewards(won * np.eye(500, k=1) + lost * np.eye(500, k=-1))
    close(-np.diff(reward), np.full(499, np.log(won / lost)), rel=0, atol=EXACT)


def test_a_large_tournament_without_a_winner_has_no_rewards():
    close(fit_rewards(np.ones((300, 300)) - np.eye(300)), np.zeros(300), atol=EXACT)


@pytest.mark.parametrize(
    ("size", "spread"),
    [(6, 0.5), (6, 12.0), (6, 100.0), (40, 30.0), (300, 0.5), (300, 5.0), (300, 100.0)],
)
def test_exact_probabilities_give_back_the_rewards_they_came_from(size, spread):
    reward = spread * np.random.default_rng(size).normal(size=size)
    wins = win_probability(reward[:, None] - reward) * (1 - np.eye(size))
    close(fit_rewards(wins), reward - reward.mean(), rel=1e-12, atol=1e-11)


@pytest.mark.parametrize("ratio", [1e3, 1e6, 1e12, 1e15])
def test_a_pair_of_very_unequal_counts_has_the_logarithm_of_their_ratio(ratio):
    first, second = fit_rewards([[0, ratio], [1, 0]])
    assert first - second == pytest.approx(np.log(ratio), rel=1e-13)


def test_a_nearly_clean_tournament_is_fitted_although_full_steps_go_too_far():
    wins = np.triu(np.full((150, 150), 20.0), 1)
    wins[149, 0] = 0.001
    assert np.abs(reward_loss_gradient(fit_rewards(wins), wins)).max() < 1e-15


@pytest.mark.parametrize("l2", [0.0, 0.01])
@pytest.mark.parametrize("iterations", [50, 1], ids=["conjugate gradients", "elimination"])
@pytest.mark.parametrize("num_pairs", [20, 600], ids=["sparse", "dense"])
def test_every_way_to_solve_for_the_step_ends_at_the_same_rewards(
    monkeypatch, l2, iterations, num_pairs
):
    wins = connected_counts(np.random.default_rng(9), 40, num_pairs)
    expected = fit_rewards(wins, l2)
    monkeypatch.setattr(comparison_graph, "_MIN_ITERATED", 2)
    monkeypatch.setattr(comparison_graph, "_MAX_ITERATIONS", iterations)
    close(fit_rewards(wins, l2), expected, rel=0, atol=EXACT)


def test_well_connected_comparisons_are_fitted_without_elimination(monkeypatch):
    monkeypatch.setattr(comparison_graph, "_solve_directly", None)
    wins = connected_counts(np.random.default_rng(11), 300, 30_000)
    assert np.abs(reward_loss_gradient(fit_rewards(wins), wins)).max() < 1e-15


@pytest.mark.parametrize("size", [5, 260])
def test_worlds_are_fitted_each_by_itself(size):
    rng = np.random.default_rng(2)
    wins = np.stack([connected_counts(rng, size, 8 * size) for _ in range(2)])[:, None]
    reward = fit_rewards(wins)
    assert reward.shape == (2, 1, size)
    for row, world in zip(reward, wins, strict=True):
        close(row[0], fit_rewards(world[0]), rel=0, atol=EXACT)


@given(counts(4), st.permutations(range(4)))
def test_the_fit_does_not_depend_on_the_order_of_responses(wins, order):
    order = np.array(order)
    close(fit_rewards(wins[np.ix_(order, order)]), fit_rewards(wins)[order], rel=0, atol=EXACT)


@given(counts(4))
def test_swapping_winners_and_losers_changes_the_sign_of_every_reward(wins):
    close(fit_rewards(wins.T), -fit_rewards(wins), rel=0, atol=EXACT)


@given(counts(3), rewards(3))
def test_no_other_rewards_make_the_comparisons_more_likely(wins, other):
    assert reward_loss(fit_rewards(wins), wins) <= reward_loss(other, wins) * (1 + 1e-15)


@pytest.mark.parametrize("l2", [1e-8, 0.01, 3.0])
def test_the_penalty_is_half_l2_times_the_sum_of_squares_beside_the_mean_loss(l2):
    total = lambda r: reward_loss(r, WINS) + l2 / 2 * np.sum(np.square(r))
    fitted = fit_rewards(WINS, l2)
    close(reward_loss_gradient(fitted, WINS), -l2 * fitted, rel=0, atol=1e-15)
    for shift in 1e-3 * np.vstack([np.eye(4), -np.eye(4), np.ones(4)]):
        assert total(fitted) < total(fitted + shift)


@pytest.mark.parametrize("wins", [WON, [[0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 5], [0, 0, 0, 0]]])
@pytest.mark.parametrize("l2", [1e-12, 1e-3])
def test_a_penalty_makes_a_maximum_exist_where_labels_are_clean_or_groups_never_met(wins, l2):
    reward = fit_rewards(wins, l2)
    close(reward_loss_gradient(reward, wins) + l2 * reward, np.zeros(len(wins)), atol=1e-16)
    if l2 == 1e-3 and len(wins) == 4:
        close(reward.reshape(2, 2).sum(axis=1), [0.0, 0.0], atol=1e-12)


def test_a_strong_penalty_leaves_no_reward():
    assert np.abs(fit_rewards(WINS, 1e9)).max() < 1e-8


def test_steps_that_go_too_far_are_cut_to_the_part_that_is_proved_safe():
    # At Δ = 10 with even labels, Newton jumps to about −11000: far higher on the other side.
    wins, reward = np.array([[0, 1], [1, 0]]), np.array([5.0, -5.0])
    gradient, hessian = reward_loss_gradient(reward, wins), reward_loss_hessian(reward, wins)
    step = -gradient / (2 * hessian[0, 0])
    change, slope = np.abs(step[0] - step[1]), gradient @ step
    loss = lambda r: reward_loss(r, wins)
    part = module._safe_part(loss, reward, step, slope, change)
    close(part, np.log1p(change) / change)
    assert loss(reward + part * step) < loss(reward) < loss(reward + step)


@given(counts(3), rewards(3))
def test_every_step_of_newtons_method_lowers_the_loss(wins, reward):
    gradient, hessian = reward_loss_gradient(reward, wins), reward_loss_hessian(reward, wins)
    wants = -np.multiply.outer(gradient, np.ones(3)) / 3  # as Σ gradient = 0, its rows suffice
    step = comparison_graph.solve_laplacian(-hessian * (1 - np.eye(3)), wants - wants.T)
    loss, change = lambda r: reward_loss(r, wins), np.ptp(step)
    part = module._safe_part(loss, reward, step, gradient @ step, np.asarray(change))
    assert loss(reward + part * step) <= loss(reward) * (1 + 1e-14)


def test_a_step_that_leads_very_far_is_not_tried_although_it_lowers_the_loss():
    wins, reward, step = np.array([[0, 1], [0, 0]]), np.zeros(2), np.array([20.0, -20.0])
    loss = lambda r: reward_loss(r, wins)
    part = module._safe_part(loss, reward, step, np.array(-20.0), np.array(40.0))
    close(part, np.log(41) / 40)
    assert module._safe_part(loss, reward, step / 2, np.array(-1.0), np.array(20.0)) == 1


def test_the_pull_of_comparisons_is_the_gradient_and_the_hessian():
    # By itself, for a fit that corrects itself would hide a fault in its step.
    loss, pull = module._comparison_model(np.array(WINS, dtype=float))
    flows, coupling = pull(np.array(REWARD))
    close(loss(np.array(REWARD)), reward_loss(REWARD, WINS), rel=1e-14)
    np.testing.assert_array_equal(flows, -flows.T)
    close(-flows.sum(axis=-1), reward_loss_gradient(REWARD, WINS), rel=1e-13)
    close(-coupling * (1 - np.eye(4)), reward_loss_hessian(REWARD, WINS) * (1 - np.eye(4)))


@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_fit_takes_newtons_step_of_loss_and_penalty(monkeypatch, l2):
    steps = []
    noted = lambda *given: steps.append(given) or np.ones(())
    monkeypatch.setattr(module, "_safe_part", noted)
    fit_rewards(WINS, l2)
    loss, reward, step, slope, change = steps[0]
    gradient = reward_loss_gradient(reward, WINS) + l2 * reward
    hessian = reward_loss_hessian(reward, WINS) + l2 * np.eye(4)
    assert loss(reward) == pytest.approx(reward_loss(reward, WINS) + l2 / 2 * (reward**2).sum())
    step_is = np.linalg.lstsq(hessian, -gradient + (0 if l2 else gradient.mean()))[0]
    np.testing.assert_allclose(step - step.mean(), step_is - step_is.mean(), atol=1e-13)
    assert slope == pytest.approx(gradient @ step, rel=1e-12)
    wins = np.array(WINS)
    margins = np.abs(step[:, None] - step)[wins + wins.T > 0]
    assert change == pytest.approx(margins.max(), rel=1e-12)


def test_the_fit_starts_from_the_log_odds_of_winning_at_all_if_they_are_finite():
    wins = np.array(WINS)
    odds = 0.75 * np.log(wins.sum(axis=1) / wins.sum(axis=0))
    np.testing.assert_allclose(module._start(wins), odds - odds.mean(), rtol=1e-13)
    with np.errstate(divide="ignore", invalid="ignore"):
        np.testing.assert_array_equal(module._start(np.array(WON)), [0.0, 0.0])


# --- when there is no maximum ---------------------------------------------------------------------

UNTIED = {
    "clean labels": (WON, r"responses \[1\], which never won against \[0\]$"),
    "an unbeaten response": (
        [[0, 3, 1], [0, 0, 2], [0, 4, 0]],
        r"responses \[0\], which never lost to \[1, 2\]$",
    ),
    "a response that lost always": (
        [[0, 3, 1], [2, 0, 2], [0, 0, 0]],
        r"responses \[0, 1\], which never lost to \[2\]$",
    ),
    "two groups that never met": (
        [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]],
        r"responses \[0, 1\], which were never compared with \[2, 3\]$",
    ),
    "the second of two worlds": (
        [[[0, 1], [1, 0]], [[0, 2], [0, 0]]],
        r"responses \[0\], which never lost to \[1\] in world \(1,\)$",
    ),
}


@pytest.mark.parametrize(("wins", "groups"), UNTIED.values(), ids=UNTIED)
def test_counts_without_a_maximum_are_refused_with_the_groups_and_the_remedy(wins, groups):
    rule = r"^wins must lead from each response to every other by a chain of wins, .* \(l2 > 0 is"
    if groups.startswith(r"responses \[1\]"):
        groups = r"responses \[0\], which never lost to \[1\]$"
    with pytest.raises(ValueError, match=rule + r".*; got " + groups):
        fit_rewards(wins)


def test_losers_are_named_too():
    with pytest.raises(ValueError, match=r"responses \[0\], which never won against \[1, 2\]$"):
        fit_rewards([[0, 0, 0], [1, 0, 2], [3, 4, 0]])


@pytest.mark.parametrize("make", [np.asarray, scipy.sparse.coo_matrix])
def test_a_gap_among_many_responses_is_named_in_short(make):
    wins = np.ones((300, 300)) - np.eye(300)
    wins[100:, :100] = 0
    message = (
        r"responses \[0, 1, 2, \.\.\., 97, 98, 99\], which never lost to \[100, 101, 102, \.\.\."
    )
    with pytest.raises(ValueError, match=message):
        fit_rewards(make(wins))
    wins[:100, 100:] = 0
    with pytest.raises(ValueError, match=r"99\], which were never compared with \[100"):
        fit_rewards(make(wins))


def test_newtons_method_says_so_when_it_does_not_arrive(monkeypatch):
    monkeypatch.setattr(module, "_MAX_STEPS", 1)
    late = (
        r"^Newton's method has not arrived: .* is \d\.\de-\d\d and margins still move by \d.* l2="
    )
    with pytest.raises(RuntimeError, match=late):
        fit_rewards(WINS)


# --- the survey -----------------------------------------------------------------------------------


def test_the_survey_ranks_london_first_and_stockholm_last():
    # Margins over Stockholm, computed from the printed table by Zermelo's iteration (and by choix).
    reward = fit_rewards(school_comparisons())
    over_stockholm = dict(zip(SCHOOLS, reward - reward[-1], strict=True))
    assert over_stockholm == pytest.approx(
        {
            "London": 1.5975,
            "Paris": 0.9064,
            "Milano": 0.3878,
            "St.Gallen": 0.5251,
            "Barcelona": 0.5379,
            "Stockholm": 0.0,
        },
        abs=5e-5,
    )


def test_one_pair_entered_the_wrong_way_round_moves_barcelona_below_milano():
    right, published = (fit_rewards(school_comparisons(flag)) for flag in (False, True))
    order = lambda reward: [SCHOOLS[i] for i in np.argsort(-reward)]
    assert order(right) == ["London", "Paris", "Barcelona", "St.Gallen", "Milano", "Stockholm"]
    assert order(published) == ["London", "Paris", "St.Gallen", "Milano", "Barcelona", "Stockholm"]
    # 82 of 4454 comparisons change sides, and only two rewards feel it, by about 0.2 each.
    moved = published - right
    np.testing.assert_allclose(moved[:4], np.zeros(4), atol=0.01)
    np.testing.assert_allclose(moved[4:], [-0.1927, 0.2037], atol=5e-5)


def test_fourteen_pairs_of_the_survey_contradict_the_fifteenth_as_it_was_published():
    # Without their own pair, Barcelona beats Stockholm with .629; it is 192.5 (or 110.5) of 303.
    wins = school_comparisons()
    wins[4, 5] = wins[5, 4] = 0
    reward = fit_rewards(wins)
    predicted = win_probability(reward[4] - reward[5])
    assert predicted == pytest.approx(0.629, abs=5e-4)
    deviation = np.sqrt(predicted * (1 - predicted) / 303)
    assert (110.5 / 303 - predicted) / deviation < -9
    assert abs(192.5 / 303 - predicted) / deviation < 0.5


# --- counts of every size -------------------------------------------------------------------------

EXTREME = {
    "a start that led too far": (
        [[0, 1e10, 1, 1], [1e9, 0, 1e7, 1], [1e9, 1e5, 0, 1e4], [100, 1, 1000, 0]],
        [-1.1514993, -3.4431448, 3.4446614, 1.1499828],
    ),
    "steps that overflowed": (
        [[0, 1e5, 1e6, 0], [1e6, 0, 1e4, 0], [0, 10, 0, 10], [0, 0, 1, 0]],
        [5.7569855, 8.0594607, -5.7569306, -8.0595157],
    ),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("wins", "expected"), EXTREME.values(), ids=EXTREME)
def test_counts_of_very_unequal_size_have_their_maximum_found(wins, expected):
    fitted = fit_rewards(wins)
    np.testing.assert_allclose(fitted, expected, atol=5e-8)
    assert np.abs(reward_loss_gradient(fitted, wins)).max() < 1e-15


@pytest.mark.filterwarnings("error")
def test_counts_over_fifteen_orders_of_magnitude_have_their_maximum_found():
    # The likelihood equations, each in the size of its own response's counts.
    rng = np.random.default_rng(0)
    for _ in range(200):
        size = rng.integers(2, 9)
        wins = 10 ** rng.uniform(-3, 12, (size, size)) * (rng.random((size, size)) < 0.7)
        order = rng.permutation(size)
        wins[order, np.roll(order, 1)] += 10.0 ** rng.integers(-3, 9)
        np.fill_diagonal(wins, 0)
        fitted = fit_rewards(wins)
        expected = (wins + wins.T) * win_probability(fitted[:, None] - fitted)
        np.testing.assert_allclose(expected.sum(axis=1), wins.sum(axis=1), rtol=1e-8)


@pytest.mark.filterwarnings("error")
def test_counts_near_the_end_of_the_range_are_counts():
    close(reward_loss([0.0, 0.0], [[0, 1e308], [1e308, 0]]), np.log(2))
    close(reward_loss([0.0, 0.0], [[0, 5e-324], [5e-324, 0]]), np.log(2))
    close(fit_rewards([[0, 1.5e308], [0.5e308, 0]]), [np.log(3) / 2, -np.log(3) / 2])


@pytest.mark.filterwarnings("error")
def test_counts_too_unequal_for_a_float_are_an_honest_error():
    with pytest.raises(RuntimeError, match="wins or weights too unequal for float64"):
        fit_rewards([[0, 1e20, 0], [0, 0, 1e300], [1e-20, 0, 0]])


# --- margins and their errors ---------------------------------------------------------------------


def test_the_standard_errors_are_those_of_the_pseudo_inverse():
    wins = school_comparisons()
    reward = fit_rewards(wins)
    v = np.linalg.pinv(wins.sum() * reward_loss_hessian(reward, wins))
    own = np.diag(v)
    errors = margin_standard_errors(reward, wins)
    close(errors, np.sqrt(np.maximum(own[:, None] + own - 2 * v, 0)), rel=1e-10, atol=1e-9)
    both = margin_standard_errors(np.stack([reward, 0 * reward]), np.stack([wins, 4 * wins]))
    close(both[0], errors)
    close(both[1], margin_standard_errors(np.zeros(6), wins) / 2)


def test_standard_errors_see_a_weak_link_among_strong_ones():
    # Even counts: a pair's variance is 4/n, and variances add up along a chain.
    wins = np.array([[0, 5e9, 0], [5e9, 0, 1e-3], [0, 1e-3, 0]])
    errors = margin_standard_errors(np.zeros(3), wins) ** 2
    close(errors[0, 1], 4e-10, rel=1e-6)
    close(errors[1, 2], 2000.0)
    close(errors[0, 2], 2000.0)


def test_margins_between_responses_that_were_never_compared_have_no_standard_error():
    wins = [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    with pytest.raises(ValueError, match=r"^wins must connect all .*never compared with \[2\]"):
        margin_standard_errors(np.zeros(3), wins)


# --- simulated comparisons ------------------------------------------------------------------------

PAIR_COUNTS = np.array([[0, 4, 3], [4, 0, 0], [3, 0, 0]])


def test_simulated_comparisons_share_out_every_pairs_count():
    wins = sample_comparisons(np.random.default_rng(1), [1.0, 0.0, -1.0], PAIR_COUNTS)
    np.testing.assert_array_equal(wins + wins.T, PAIR_COUNTS)
    assert wins.dtype == np.float64
    assert (wins >= 0).all()


def test_simulated_comparisons_follow_the_binomial_law_of_the_margin():
    # χ² over the five outcomes of a pair compared four times; false alarm 1e-4, seed fixed.
    reward = [0.9, 0.0, 0.2]
    tiled = np.broadcast_to(PAIR_COUNTS, (20_000, 3, 3))
    wins = sample_comparisons(np.random.default_rng(2), reward, tiled)
    for i, j, margin in ((0, 1, 0.9), (1, 0, -0.9), (2, 0, -0.7)):
        total = PAIR_COUNTS[i, j]
        observed = np.bincount(wins[:, i, j].astype(int), minlength=total + 1)
        law = scipy.stats.binom.pmf(np.arange(total + 1), total, 1 / (1 + np.exp(-margin)))
        assert scipy.stats.chisquare(observed, 20_000 * law).pvalue > 1e-4


def test_simulated_comparisons_of_extreme_rewards_always_go_one_way():
    wins = sample_comparisons(np.random.default_rng(3), [-300.0, 300.0], [[0, 1000], [1000, 0]])
    np.testing.assert_array_equal(wins, [[0, 0], [1000, 0]])


def test_simulation_depends_on_the_generator_alone():
    draw = lambda seed: sample_comparisons(
        np.random.default_rng(seed), np.zeros((2, 3)), 50 * PAIR_COUNTS
    )
    np.testing.assert_array_equal(draw(4), draw(4))
    assert (draw(4) != draw(5)).any()
    assert draw(4).shape == (2, 3, 3)


# --- shapes, purity and bad input -----------------------------------------------------------------

LOSSES = [reward_loss, reward_loss_gradient, reward_loss_hessian]


@pytest.mark.parametrize("function", LOSSES)
def test_losses_are_the_same_for_one_world_and_for_many(function):
    rng = np.random.default_rng(4)
    reward, wins = rng.normal(size=(2, 3, 4)), rng.integers(0, 5, (3, 4, 4)) * (1 - np.eye(4))
    together = function(reward, wins)
    assert together.shape[:2] == (2, 3)
    for a, b in itertools.product(range(2), range(3)):
        close(together[a, b], function(reward[a, b], wins[b]))
    close(function(reward[0, 0], wins)[2], function(reward[0, 0], wins[2]))


@pytest.mark.parametrize("function", [*LOSSES, lambda _, wins: fit_rewards(wins)])
def test_sparse_counts_are_counts_as_well(function):
    close(function(REWARD, scipy.sparse.csr_array(np.array(WINS))), function(REWARD, WINS))


@pytest.mark.parametrize("function", [*LOSSES, lambda _, wins: fit_rewards(wins)])
def test_rewards_and_counts_are_never_changed(function):
    reward, wins = np.array(REWARD), np.array(WINS)
    reward.setflags(write=False)
    wins.setflags(write=False)
    function(reward, wins)
    np.testing.assert_array_equal(reward, REWARD)
    np.testing.assert_array_equal(wins, WINS)


def test_sparse_counts_are_never_changed_and_may_come_in_any_form():
    rows, columns, values = [0, 1, 1, 2, 2, 0, 0], [1, 0, 2, 1, 0, 2, 1], [1, 2, 3, 1, 0, 0, 1]
    wins = scipy.sparse.coo_matrix(
        (values, (rows, columns))
    )  # with zeros and an entry in two parts
    before = wins.data.copy()
    np.testing.assert_array_equal(fit_rewards(wins), fit_rewards(wins.toarray()))
    np.testing.assert_array_equal(wins.data, before)
    table = wins.tocsr(copy=True)
    entries = table.nnz
    fit_rewards(table)
    assert table.nnz == entries


BAD_COUNTS = {
    "negative": ([[0, -1], [1, 0]], r"must hold finite counts >= 0; got -1.0$"),
    "infinite": ([[0, np.inf], [1, 0]], r"must hold finite counts >= 0; got inf$"),
    "diagonal": ([[0, 1], [1, 3]], r"must have a zero diagonal: .*; got 3.0 on it$"),
    "empty": ([[0, 0], [0, 0]], r"must hold one comparison or more in every world; got none$"),
    "not square": (
        [[0, 1, 2], [1, 0, 2]],
        r"must have shape \(\.\.\., Y, Y\).*; got shape \(2, 3\)$",
    ),
    "nan": ([[0, np.nan], [1, 0]], r"must hold no NaN"),
}


@pytest.mark.parametrize(("bad", "rule"), BAD_COUNTS.values(), ids=BAD_COUNTS)
@pytest.mark.parametrize("function", [*LOSSES, lambda _, wins: fit_rewards(wins)])
def test_bad_counts_are_refused_by_name_and_rule(function, bad, rule):
    with pytest.raises(ValueError, match=r"^wins " + rule):
        function([0.0, 0.0], bad)


@pytest.mark.parametrize(("bad", "rule"), BAD_COUNTS.values(), ids=BAD_COUNTS)
def test_bad_sparse_counts_are_refused_by_the_same_rules(bad, rule):
    with pytest.raises(ValueError, match=r"^wins " + rule):
        fit_rewards(scipy.sparse.csr_array(np.array(bad)))


@pytest.mark.parametrize("bad", [[0, 1], 3.0, [], [["a", "b"], ["c", "d"]]])
def test_what_is_no_count_matrix_at_all_is_refused(bad):
    with pytest.raises(ValueError, match=r"^wins must h"):
        fit_rewards(bad)


def test_one_empty_world_among_others_is_refused():
    with pytest.raises(ValueError, match=r"^wins must hold one comparison or more in every world"):
        reward_loss([0.0, 0.0], [[[0, 1], [0, 0]], [[0, 0], [0, 0]]])


@pytest.mark.parametrize("function", LOSSES)
@pytest.mark.parametrize(
    ("reward", "message"),
    [
        ([np.nan, 0.0], r"^reward must hold no NaN"),
        ([np.inf, 0.0], r"^reward must be finite"),
        (
            [0.0, 0.0, 0.0],
            r"^reward and wins must have the same number of responses .*shapes \(3,\)",
        ),
        (0.0, r"^reward must have shape"),
    ],
)
def test_bad_rewards_are_refused_by_name_and_rule(function, reward, message):
    with pytest.raises(ValueError, match=message):
        function(reward, WON)


def test_worlds_that_do_not_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"^reward and wins must have leading axes that broadcast"):
        reward_loss(np.zeros((3, 2)), np.broadcast_to(WON, (2, 2, 2)))


@pytest.mark.parametrize(
    ("l2", "rule"),
    [
        (-1e-9, "must be >= 0"),
        (np.nan, "must hold no NaN"),
        (np.inf, "must be finite"),
        ([0.1, 0.2], r"must be a single number; got shape \(2,\)"),
        ("some", "must hold real numbers"),
    ],
)
def test_a_bad_penalty_is_refused(l2, rule):
    with pytest.raises(ValueError, match=r"^l2 " + rule):
        fit_rewards(WINS, l2)


@pytest.mark.parametrize("bad", ["margin", [np.nan], [1j]])
def test_a_margin_that_is_not_a_number_is_refused(bad):
    with pytest.raises(ValueError, match=r"^margin must hold"):
        win_probability(bad)


@pytest.mark.parametrize(
    ("pair_counts", "message"),
    [
        (
            [[0, 2], [1, 0]],
            r"^pair_counts must be whole numbers, the same for \(i, j\) and \(j, i\)",
        ),
        ([[0, 0.5], [0.5, 0]], r"^pair_counts must be whole numbers"),
        ([[0, -1], [-1, 0]], r"^pair_counts must hold finite counts >= 0"),
        ([[0, 1e19], [1e19, 0]], r"^pair_counts must be below 2\^63"),
        ([[0, 0], [0, 0]], r"^pair_counts must hold one comparison"),
        (PAIR_COUNTS, r"^reward and pair_counts must have the same number of responses"),
    ],
)
def test_bad_pair_counts_are_refused(pair_counts, message):
    with pytest.raises(ValueError, match=message):
        sample_comparisons(np.random.default_rng(0), [0.0, 1.0], pair_counts)


def test_pair_counts_of_one_world_among_others_are_refused():
    even, odd = [[0, 1], [1, 0]], [[0, 2], [1, 0]]
    with pytest.raises(ValueError, match=r"^pair_counts must be whole numbers, the same for"):
        sample_comparisons(np.random.default_rng(0), [0.0, 1.0], [even, odd])
    with pytest.raises(ValueError, match=r"^reward must be finite"):
        sample_comparisons(np.random.default_rng(0), [0.0, np.inf], even)


@pytest.mark.parametrize("rng", [None, 0, np.random])
def test_randomness_must_be_passed_in(rng):
    with pytest.raises(ValueError, match=r"^rng must be a numpy.random.Generator"):
        sample_comparisons(rng, [0.0, 1.0], [[0, 1], [1, 0]])


def test_accuracy_counts_the_comparisons_that_the_rewards_order_rightly():
    wins = [[0, 7], [3, 0]]
    rewards = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    np.testing.assert_allclose(module.accuracy(rewards, [wins] * 3), [0.7, 0.3, 0.5], rtol=1e-15)
    ordered = sum(WINS[i][j] for i in range(4) for j in range(4) if REWARD[i] > REWARD[j])
    np.testing.assert_allclose(module.accuracy(REWARD, WINS), ordered / np.sum(WINS), rtol=1e-14)


@pytest.mark.parametrize(
    ("reward", "wins"),
    [
        ([-1e300, 1.0, 1.0], [[0.0, 2.0, 0.0], [2.0, 0.0, 4.0], [0.0, 2.0, 0.0]]),
        ([0.0, 0.0, 0.0], [[0.0, 1e300, 0.0], [1e-300, 0.0, 1e-300], [0.0, 1e-300, 0.0]]),
    ],
)
def test_a_pair_for_which_the_loss_does_not_bend_in_float64_has_no_standard_error(reward, wins):
    with pytest.raises(ValueError, match=r"^reward and wins must leave the loss some curvature"):
        margin_standard_errors(reward, wins)
