"""What the chapter on DPO states beyond `test_dpo.py`: each statement, and each printed number."""

import numpy as np
import pytest
import scipy.integrate
import torch
from hypothesis import given
from hypothesis import strategies as st
from worlds import policies

import toy
from toy.claims.dpo import (
    AB_OVER_BA,
    CHOSEN,
    CLEAN,
    HERE,
    LENGTHS,
    PAIR,
    REFERENCE,
    THERE,
    THIRDS,
    UNLIKELY,
    WINS,
    WRITES_HERE,
    WRITES_THERE,
)

BETA = 0.5


def descend(reference, wins, beta, step_size, num_steps):
    """Gradient descent on the DPO loss in the logits of a tabular softmax, from the reference."""
    return toy.ascend(
        lambda z: -toy.dpo_gradient(toy.softmax(z), reference, wins, beta),
        np.log(reference),
        step_size,
        num_steps,
    )


def time_to(margin, share, beta):
    """The chapter's closed form: when β h passes `margin`, if w wins with probability `share`."""
    if share == 1:
        return (margin + np.expm1(margin)) / (2 * beta**2)
    q = 1 - share
    gap = np.log((share - q * np.exp(margin)) / (share - q))
    return (margin - gap / q) / (2 * beta**2 * share)


# --- the map from policies to rewards, and the theorem --------------------------------------------


@given(policies(4, widest=5.0), policies(4, widest=5.0), st.floats(0.1, 5.0))
def test_every_policy_is_the_optimum_of_its_implicit_reward_whose_normaliser_is_one(
    policy, reference, beta
):
    implicit = toy.implicit_reward(policy, reference, beta)
    np.testing.assert_allclose(toy.gibbs_policy(implicit, reference, beta), policy, rtol=1e-10)
    assert toy.log_partition(implicit, reference, beta) == pytest.approx(0, abs=1e-10)


def test_descent_on_the_loss_ends_at_rlhfs_optimum_to_machine_precision():
    rlhf = toy.gibbs_policy(toy.fit_rewards(WINS), REFERENCE, BETA)
    learned = descend(REFERENCE, WINS, BETA, 20.0, 1000).policies[-1]
    np.testing.assert_allclose(learned, rlhf, rtol=0, atol=1e-14)


def test_the_two_minima_have_the_same_value():
    fitted = toy.fit_rewards(WINS)
    policy = toy.fit_dpo(REFERENCE, WINS, BETA)
    loss = toy.dpo_loss(policy, REFERENCE, WINS, BETA)
    assert loss == pytest.approx(toy.reward_loss(fitted, WINS), rel=1e-14)


def test_the_gradient_sees_the_margins_of_compared_pairs_alone():
    here, there = (toy.dpo_gradient(p, REFERENCE, PAIR, BETA) for p in (HERE, THERE))
    np.testing.assert_allclose(here, there, rtol=0, atol=1e-16)
    assert (here[[0, 3]] == 0).all()
    assert abs(toy.entropy(HERE) - toy.entropy(THERE)) > 0.2
    assert HERE[1] + HERE[2] == pytest.approx(0.75)
    assert THERE[1] + THERE[2] == pytest.approx(0.20)


# --- β --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.1, 0.7, 3.0])
def test_beta_sets_the_clock_and_the_yardstick(beta):
    run = descend(REFERENCE, WINS, beta, 0.5, 50)
    fit = toy.ascend(
        lambda r: -toy.reward_loss_gradient(r, WINS), np.zeros(4), 0.5 * beta**2, 50
    ).parameters
    np.testing.assert_allclose(beta * (run.parameters - np.log(REFERENCE)), fit, atol=1e-13)


def test_a_larger_beta_ends_nearer_to_the_reference_and_starts_faster():
    betas = np.array([0.25, 0.5, 1.0, 2.0])
    ends = [toy.kl_divergence(toy.fit_dpo(REFERENCE, WINS, b), REFERENCE) for b in betas]
    assert (np.diff(ends) < 0).all()
    starts = [np.abs(toy.dpo_gradient(REFERENCE, REFERENCE, WINS, b)).max() for b in betas]
    np.testing.assert_allclose(starts / betas, starts[0] / betas[0], rtol=1e-12)


def test_the_fitted_gap_of_rewards_does_not_depend_on_beta():
    for beta in (0.25, 0.5, 1.0, 2.0):
        implicit = toy.implicit_reward(toy.fit_dpo(REFERENCE, WINS, beta), REFERENCE, beta)
        assert implicit[1] - implicit[0] == pytest.approx(0.7078, abs=5e-5)


# --- one pair: noise, clean labels, IPO, smoothing ------------------------------------------------


@pytest.mark.parametrize("share", [0.6, 0.7, 0.95, 1.0])
@pytest.mark.parametrize("beta", [0.25, 0.5, 2.0])
def test_one_pair_passes_each_margin_at_the_time_of_the_closed_form(share, beta):
    last = 3.0 if share == 1 else 0.9 * np.log(share / (1 - share))
    margin = np.linspace(0, last, 9)[1:]
    flow = scipy.integrate.solve_ivp(
        lambda _, z: (
            -toy.dpo_gradient(toy.softmax(z), [0.3, 0.7], [[0, share], [1 - share, 0]], beta)
        ),
        (0, time_to(margin, share, beta)[-1]),
        np.log([0.3, 0.7]),
        t_eval=time_to(margin, share, beta),
        method="DOP853",
        rtol=1e-11,
        atol=1e-12,
    )
    moved = flow.y - np.log([[0.3], [0.7]])
    np.testing.assert_allclose(beta * (moved[0] - moved[1]), margin, rtol=1e-8)


@pytest.mark.parametrize("beta", [0.25, 1.0, 2.0])
def test_with_clean_labels_the_odds_fall_as_time_to_the_minus_one_over_beta(beta):
    margin = np.array([20.0, 21.0])
    slope = np.diff(-margin / beta) / np.diff(np.log(time_to(margin, 1, beta)))
    np.testing.assert_allclose(slope, -1 / beta, rtol=1e-6)


def test_ipo_approaches_its_margin_exponentially():
    beta, step = 0.25, 1e-4
    wins = np.array([[0, 0.8], [0.2, 0]])

    def downhill(z):
        d = toy.log_ratio(toy.softmax(z), [0.3, 0.7])
        ahead, behind = d[0] - d[1] - 1 / (2 * beta), d[1] - d[0] - 1 / (2 * beta)
        force = 2 * (0.8 * ahead - 0.2 * behind)
        return np.array([-force, force])

    run = toy.ascend(downhill, np.log([0.3, 0.7]), step, 5000).parameters[-1] - np.log([0.3, 0.7])
    expected = 0.6 / (2 * beta) * (1 - np.exp(-4 * 5000 * step))
    assert run[0] - run[1] == pytest.approx(expected, rel=1e-3)
    d = toy.log_ratio(toy.ipo_policy([0.3, 0.7], wins, beta), [0.3, 0.7])
    assert d[0] - d[1] == pytest.approx(0.6 / (2 * beta))


def test_label_smoothing_is_dpo_on_mixed_counts_with_a_finite_optimum():
    rate, reference = 0.1, np.array([0.3, 0.7])
    for share, expected in ((1.0, np.log(9)), (0.7, np.log(0.66 / 0.34))):
        seen = np.array([[0, share], [1 - share, 0]])
        policy = toy.fit_dpo(reference, (1 - rate) * seen + rate * seen.T, BETA)
        d = toy.log_ratio(policy, reference)
        assert d[0] - d[1] == pytest.approx(expected / BETA)
    for h in (-1.0, 0.5, 3.0):
        policy = toy.softmax(np.log(reference) + np.array([h, 0]))
        smoothed = -(
            (1 - rate) * np.log(toy.win_probability(BETA * h))
            + rate * np.log(toy.win_probability(-BETA * h))
        )
        counts = np.array([[0, 1 - rate], [rate, 0]])
        assert toy.dpo_loss(policy, reference, counts, BETA) == pytest.approx(smoothed)


@given(st.integers(0, 10**6), st.integers(2, 6), st.sampled_from([0.1, 0.5, 2.0]))
def test_no_margin_of_ipo_is_longer_than_its_leash(seed, size, beta):
    rng = np.random.default_rng(seed)
    wins = rng.integers(0, 3, (size, size)) * (1 - np.eye(size)) + np.eye(size, k=1)
    d = toy.log_ratio(toy.ipo_policy(np.full(size, 1 / size), wins, beta), np.full(size, 1 / size))
    assert np.ptp(d) <= (size - 1) / (2 * beta) * (1 + 1e-12)


@pytest.mark.parametrize("size", [2, 3, 6])
def test_a_clean_chain_reaches_the_end_of_ipos_leash(size):
    even = np.full(size, 1 / size)
    d = toy.log_ratio(toy.ipo_policy(even, np.eye(size, k=1), BETA), even)
    assert d[0] - d[-1] == pytest.approx((size - 1) / (2 * BETA), rel=1e-12)


def test_a_compared_pair_may_settle_beyond_the_target_of_ipo():
    links = np.array([[0, 10, 1], [0, 0, 10], [0, 0, 0]])
    d = toy.log_ratio(toy.ipo_policy(np.full(3, 1 / 3), links, BETA), np.full(3, 1 / 3))
    assert d[0] - d[2] == pytest.approx(11 / 6, rel=1e-12)


@pytest.mark.parametrize(("name", "ratio"), [("SGD", 2.0), ("RMSprop", 1.0), ("Adam", 1.0)])
def test_only_plain_descent_takes_a_first_step_in_proportion_to_beta(name, ratio):
    def first_step(beta):
        logits = torch.tensor(np.log(REFERENCE), requires_grad=True)
        logits.grad = torch.tensor(toy.dpo_gradient(REFERENCE, REFERENCE, WINS, beta))
        getattr(torch.optim, name)([logits], lr=0.01).step()
        return logits.detach().numpy() - np.log(REFERENCE)

    np.testing.assert_allclose(first_step(1.0) / first_step(0.5), ratio, atol=5e-4)


# --- coverage -------------------------------------------------------------------------------------

APART = np.array([[0, 0, 0, 17], [0, 0, 14, 0], [0, 6, 0, 0], [3, 0, 0, 0]])


def test_descent_keeps_the_mean_logit_of_each_component_and_ends_at_mean_zero_rewards():
    run = descend(REFERENCE, APART, BETA, 20.0, 3000)
    moved = run.parameters - np.log(REFERENCE)
    for component in ([0, 3], [1, 2]):
        assert np.abs(moved[:, component].mean(axis=-1)).max() < 1e-12
    reward = np.zeros(4)
    for component in ([0, 3], [1, 2]):
        reward[component] = toy.fit_rewards(APART[np.ix_(component, component)])
    limit = toy.gibbs_policy(reward, REFERENCE, BETA)
    np.testing.assert_allclose(run.policies[-1], limit, atol=1e-12)
    np.testing.assert_allclose(limit.round(2), [0.75, 0.15, 0.09, 0.01])
    penalised = toy.gibbs_policy(toy.fit_rewards(APART, l2=1e-9), REFERENCE, BETA)
    np.testing.assert_allclose(penalised, limit, atol=1e-6)


def test_steps_with_a_finite_sum_stop_where_the_gradient_is_not_zero():
    logits = np.log(REFERENCE)
    for k in range(60):
        logits = logits - 2.0**-k * toy.dpo_gradient(toy.softmax(logits), REFERENCE, WINS, BETA)
    gradient = toy.dpo_gradient(toy.softmax(logits), REFERENCE, WINS, BETA)
    assert np.linalg.norm(gradient).round(3) == 0.108
    assert logits.mean() == pytest.approx(np.log(REFERENCE).mean())


def test_responses_that_were_never_compared_keep_their_odds_but_not_their_probability():
    run = descend(REFERENCE, PAIR, BETA, 20.0, 200)
    np.testing.assert_array_equal(run.parameters[-1][[0, 3]], np.log(REFERENCE)[[0, 3]])
    assert abs(run.policies[-1][0] - REFERENCE[0]) > 0.01


@given(policies(4, widest=3.0), st.floats(0.1, 3.0))
def test_the_rates_of_one_pair(policy, beta):
    wins = np.zeros((4, 4))
    wins[1, 3] = 1
    velocity = -toy.dpo_gradient(policy, REFERENCE, wins, beta)
    rates = policy * (velocity - policy @ velocity)
    d = toy.log_ratio(policy, REFERENCE)
    g = beta * toy.win_probability(-beta * (d[1] - d[3]))
    w, lost = policy[1], policy[3]
    expected = g * policy * (lost - w)
    expected[1], expected[3] = g * w * (1 - w + lost), -g * lost * (1 + w - lost)
    np.testing.assert_allclose(rates, expected, atol=1e-14)


def test_never_compared_responses_peak_where_chosen_and_rejected_are_equal():
    shy = toy.SHY_REFERENCE.reference[0]
    half = np.linspace(0, 10, 100_001)
    shares = toy.softmax(np.log(shy) + np.outer(half, [-1, 0, 0, 1]))
    unseen = shares[:, 1] + shares[:, 2]
    root = 2 * np.sqrt(shy[0] * shy[3])
    assert unseen.max() == pytest.approx(0.299 / (0.299 + root), abs=1e-8)
    peak = shares[unseen.argmax()]
    assert peak[0] == pytest.approx(peak[3], rel=1e-3)
    # What Sydney loses goes to them: 88 % up to the peak; at an instant less and less.
    gained = peak[1] + peak[2] - shy[1] - shy[2]
    assert (gained / (shy[0] - peak[0])).round(2) == 0.88
    wins = np.zeros((4, 4))
    wins[3, 0] = 1
    for ratio, share in ((700, 0.99), (2.26, 0.50), (1.16, 0.12), (1, 0.0)):
        now = toy.softmax(np.log(shy) + np.log(700 / ratio) / 2 * np.array([-1, 0, 0, 1]))
        pull = -toy.dpo_gradient(now, shy, wins, BETA)
        rates = now * (pull - now @ pull)
        assert (rates[1] + rates[2]) / -rates[0] == pytest.approx(share, abs=5e-3)
    # Caption and alt text of the figure.
    assert shares[:, 1].max() == pytest.approx(0.82, abs=0.005)
    end = toy.softmax(np.log(shy) + 9 / BETA / 2 * np.array([-1, 0, 0, 1]))
    assert end[1].round(2) == 0.03
    assert end[3].round(2) == 0.96


# --- displacement ---------------------------------------------------------------------------------


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=2))
def test_before_the_line_through_the_mean_feature_responses_gain(weights):
    rng = np.random.default_rng(2024)
    features, wins = rng.normal(size=(5, 2)), np.zeros((5, 5))
    wins[1, 0] = 1
    theta = np.array(weights)
    policy = toy.log_linear_policy(theta, features)
    start = toy.log_linear_policy([0.1, -0.2], features)
    velocity = -toy.log_linear_dpo_gradient(theta, features, start, wins, 1.0)
    step = 1e-6
    ahead, behind = (toy.log_linear_policy(theta + s * velocity, features) for s in (step, -step))
    d = toy.log_ratio(policy, start)
    g = toy.win_probability(-(d[1] - d[0]))
    expected = g * policy * ((features - policy @ features) @ (features[1] - features[0]))
    np.testing.assert_allclose((ahead - behind) / (2 * step), expected, atol=1e-9)


@pytest.mark.parametrize("size", [0.0, 1.0, 100.0])
def test_likeness_of_chosen_and_rejected_alone_does_not_let_the_chosen_fall(size):
    features, wins = np.array([[1, 0, size], [0, 1, size], [0, 0, 0]]), np.zeros((3, 3))
    wins[0, 1] = 1
    weights = np.array([0.2, -0.1, 0.0])
    policy = toy.log_linear_policy(weights, features)
    pull = -toy.log_linear_dpo_gradient(weights, features, policy, wins, 1.0)
    rate = policy[0] * (features[0] - policy @ features) @ pull
    assert rate == pytest.approx(0.5 * policy[0] * (1 - policy[0] + policy[1]), rel=1e-12)


def test_with_several_pairs_a_winners_ratio_may_fall():
    assert WINS[2, 1] == 9
    policy = toy.fit_dpo(REFERENCE, WINS, BETA)
    assert REFERENCE[2] / REFERENCE[1] == pytest.approx(3.0)
    assert (policy[2] / policy[1]).round(2) == 1.45


def test_one_weight_moves_the_margin_at_half_the_tabular_rate():
    margin, step = 1.3, 1e-3
    gradient = toy.log_linear_dpo_gradient([margin], LENGTHS, THIRDS, CHOSEN, 1.0)
    tabular = toy.softmax([0.0, margin, 0.0])
    pull = toy.dpo_gradient(tabular, THIRDS, CHOSEN, 1.0)
    assert -step * (pull[1] - pull[2]) == pytest.approx(-2 * step * gradient[0])


def test_the_panels_of_the_displacement_figure_end_where_their_words_say():
    shared = toy.log_linear_policy([5.0], LENGTHS)
    tabular = toy.softmax([0, 2.5, -2.5])
    assert shared[0] > 0.999
    assert tabular[1].round(2) == 0.92


def test_the_mean_feature_lies_right_of_the_pair_with_two_responses_in_front():
    plane = np.array([[0.2, 0.1], [1.0, 0.5], [3.0, 1.0], [2.4, -0.5], [0.4, 1.3]])
    mean = toy.log_linear_policy([0.3, 0.0], plane) @ plane
    assert mean[0] > 1.0
    front = (plane - mean) @ (plane[1] - plane[0]) > 0
    assert front.tolist() == [False, False, True, True, False]


# --- numbers in the prose, captions and alternative texts -----------------------------------------


def test_the_smallest_case_by_hand():
    assert np.log(3).round(3) == 1.099
    assert pytest.approx(2.6) == 0.2 * 9 + 0.8
    for beta, expected in ((0.5, 9 / 13), (1.0, 3 / 7)):
        policy = toy.fit_dpo([0.2, 0.8], [[0, 30], [10, 0]], beta)
        assert policy[0] == pytest.approx(expected, rel=1e-12)
    assert round(9 / 13, 3) == 0.692
    assert round(4 / 13, 3) == 0.308
    # The reference-free exercise: odds of 9.
    free = toy.fit_dpo([0.5, 0.5], [[0, 30], [10, 0]], 0.5)
    assert free[0] == pytest.approx(0.9)


def test_the_words_of_the_simplex():
    reference, worth = np.array([0.20, 0.05, 0.75]), np.array([0.1, 1.2, -0.8])
    wins = toy.win_probability(np.subtract.outer(worth, worth)) * (1 - np.eye(3))
    optimum = toy.fit_dpo(reference, wins, BETA)
    np.testing.assert_array_equal(optimum.round(2), [0.26, 0.58, 0.16])
    reward = toy.fit_rewards(wins)
    rlhf = toy.ascend(
        lambda z: toy.objective_gradient(toy.softmax(z), reward, reference, BETA),
        np.log(reference),
        0.25,
        1200,
    ).policies
    np.testing.assert_array_equal(rlhf[20].round(2), [0.42, 0.13, 0.45])
    np.testing.assert_allclose(rlhf[-1], optimum, atol=1e-12)
    dpo = descend(reference, wins, BETA, 2.0, 800).policies
    # RLHF by plain steps passes through more of the first response than DPO ever gives.
    assert dpo[:, 0].max().round(3) == 0.313
    assert rlhf[:, 0].max().round(3) == 0.436
    natural = toy.ascend(
        lambda z: reward - BETA * (z - np.log(reference)), np.log(reference), 0.25, 300
    ).policies
    assert natural[:, 0].max().round(3) == 0.312
    np.testing.assert_allclose(natural[-1], optimum, atol=1e-12)


@given(policies(4, widest=5.0), policies(4, widest=5.0))
def test_the_natural_gradient_of_rlhf_is_the_reward_less_the_price(policy, reference):
    """The Fisher matrix of the logits times that, whatever its constant, is the plain gradient."""
    reward, fisher = np.array([0.5, -1.0, 2.0, 0.0]), np.diag(policy) - np.outer(policy, policy)
    natural = reward - BETA * toy.log_ratio(policy, reference)
    plain = toy.objective_gradient(policy, reward, reference, BETA)
    np.testing.assert_allclose(fisher @ (natural + 7.0), plain, atol=1e-13)


def test_the_likelihood_is_not_alone_in_coming_to_rest_at_the_share_of_wins():
    """Nor in weighing votes: the squared error of the win probability has the same minimum."""
    share, margin = 0.7, np.linspace(-4, 4, 80_001)
    win = toy.win_probability(margin)
    squared = share * (1 - win) ** 2 + (1 - share) * win**2
    assert margin[squared.argmin()] == pytest.approx(np.log(7 / 3), abs=1e-4)


def test_the_words_of_the_losses():
    slope = lambda h: -BETA * toy.win_probability(-BETA * h)
    assert slope(-6.0).round(2) == -0.48
    assert slope(8.0).round(2) == -0.01
    assert (2 * 0.51 - 1) > 0  # 51 votes against 49 still push


def test_the_words_of_the_decay_and_of_the_margins():
    rejected = lambda h: 1 / (1 + 3 / 7 * np.exp(h))
    assert rejected(1 / (2 * 0.25)).round(2) == 0.24
    # Descent in steps of size 1 keeps the clock.
    for beta, steps, shown in ((0.25, 34, 34.1), (1.0, 116, 117.7), (2.0, 6662, 6671.4)):
        run = toy.dpo_descent(UNLIKELY, CLEAN, beta, 1.0, 7000).policies[:, 1]
        assert (run >= 0.01).sum() == steps
        assert time_to(beta * np.log(99 * 7 / 3), 1, beta) == pytest.approx(shown, abs=0.05)
    # β = ¼ is below one in a billion before t = 2,000.
    h = np.log(1e9 - 1) + np.log(7 / 3)
    assert 1700 < time_to(0.25 * h, 1, 0.25) < 2000
    # In the reference's neighbourhood the larger β is ahead, later behind.
    early, late = 0.2, 16.0
    assert time_to(2 * early, 1, 2.0) < time_to(early, 1, 1.0) < time_to(early / 4, 1, 0.25)
    assert time_to(2 * late, 1, 2.0) > time_to(late, 1, 1.0) > time_to(late / 4, 1, 0.25)
    assert np.log(200) / BETA > 10
    assert (np.log(7 / 3) / BETA).round(3) == 1.695


def test_the_words_of_the_exercises():
    # Only ever chosen, and falling.
    policy, wins = np.array([0.1, 0.1, 0.5, 0.3]), np.zeros((4, 4))
    wins[0, 1], wins[2, 3] = 1, 9
    pull = -toy.dpo_gradient(policy, policy, wins, 1.0)
    assert pull[0] == pytest.approx(0.05)
    assert policy @ pull == pytest.approx(0.09)
    # Flips: 0.74 is seen, 0.692 is smoothed; the weights undo the flips.
    logit = lambda p: np.log(p / (1 - p))
    assert pytest.approx(0.74) == 0.9 * 0.8 + 0.1 * 0.2
    assert pytest.approx(0.692) == 0.9 * 0.74 + 0.1 * 0.26
    assert logit(0.74).round(3) == 1.046
    assert logit(0.8).round(3) == 1.386
    right, wrong = 0.9 / 0.8, -0.1 / 0.8
    assert right * 0.74 + wrong * 0.26 == pytest.approx(0.8)
    # Sum or average.
    assert toy.win_probability(-1.0).round(3) == 0.269
    assert toy.win_probability(0.4).round(3) == 0.599


@given(policies(4, widest=3.0), st.floats(0.01, 0.49), st.floats(0.1, 3.0))
def test_smoothing_takes_its_rate_from_every_weight(policy, rate, beta):
    weights = toy.dpo_weights(policy, REFERENCE, beta) - rate
    pulls = WINS * weights / WINS.sum()
    expected = -beta * (pulls.sum(axis=1) - pulls.sum(axis=0))
    smoothed = (1 - rate) * WINS + rate * WINS.T
    gradient = toy.dpo_gradient(policy, REFERENCE, smoothed, beta)
    np.testing.assert_allclose(gradient, expected, atol=1e-14)


def test_what_sydney_loses_first_goes_to_melbourne():
    shy, wins = toy.SHY_REFERENCE.reference[0], np.zeros((4, 4))
    wins[3, 0] = 1
    pull = -toy.dpo_gradient(shy, shy, wins, BETA)
    rates = shy * (pull - shy @ pull)
    np.testing.assert_allclose(rates / -rates[0], [-1, 0.959, 0.033, 0.008], atol=5e-4)


def test_the_words_of_the_average_of_log_ratios():
    before, wins = np.array([0.05, 0.10, 0.85]), np.zeros((3, 3))
    wins[0, 1] = 1
    now = before * np.exp([2.0, 1.0, 0.0])
    now[2] = 1 - now[0] - now[1]
    for lengths, margin in ((None, 1.0), ([20, 2, 1], -0.4)):
        given = now, before, wins, 1.0, lengths
        assert toy.dpo_loss(*given) == pytest.approx(np.log1p(np.exp(-margin)))
        assert toy.ipo_loss(*given) == pytest.approx((margin - 0.5) ** 2)


def test_the_normaliser_of_the_average_does_not_cancel():
    """Lengths 2 and 1, Δ = β = 1, a uniform reference: ½ e² u² + ½ u = 1 for u = e^−c."""
    lengths, even = np.array([2, 1]), np.array([0.5, 0.5])
    u = (np.sqrt(0.25 + 2 * np.e**2) - 0.5) / np.e**2
    policy = np.array([0.5 * np.e**2 * u**2, 0.5 * u])
    assert policy.sum() == pytest.approx(1.0, abs=1e-15)
    assert policy[0].round(3) == 0.772
    wins = np.array([[0, np.e], [1, 0]])  # their fitted difference is 1
    least = toy.dpo_loss(policy, even, wins, 1.0, lengths)
    assert least == pytest.approx(toy.reward_loss([1.0, 0.0], wins), rel=1e-14)
    for first, shown in (([1.0, 0.0], 0.881), ([0.0, -1.0], 0.731), ([0.5, -0.5], 0.818)):
        divided = toy.gibbs_policy(lengths * first, even, 1.0)
        assert divided[0].round(3) == shown
        assert toy.dpo_loss(divided, even, wins, 1.0, lengths) > least + 1e-3


def test_the_mean_logit_is_bradley_and_terrys_reward_only_where_their_model_holds():
    chances = np.array([[0.5, 0.9, 0.6], [0.1, 0.5, 0.9], [0.4, 0.1, 0.5]])
    mean_logit = np.log(chances / (1 - chances)).mean(axis=1)
    np.testing.assert_allclose(mean_logit, [0.868, 0, -0.868], atol=5e-4)
    fitted = toy.fit_rewards(chances - np.diag(np.diag(chances)))
    np.testing.assert_allclose(fitted, [0.756, 0, -0.756], atol=5e-4)
    # Where it holds, the two are one.
    reward = np.array([0.7, -0.2, -0.5])
    chances = toy.win_probability(np.subtract.outer(reward, reward))
    np.testing.assert_allclose(np.log(chances / (1 - chances)).mean(axis=1), reward, atol=1e-14)


def test_the_words_of_the_tokens():
    for policy, after_a in (
        (WRITES_HERE, [0.05, -0.125, 0.075]),
        (WRITES_THERE, [0.1, -0.125, 0.025]),
    ):
        first, second = toy.sequence_dpo_gradient(policy, WRITES_HERE, AB_OVER_BA, BETA)
        np.testing.assert_allclose(first, [-0.25, 0.25, 0], atol=1e-15)
        expected = [after_a, [0.1, -0.075, -0.025], [0, 0, 0]]
        np.testing.assert_allclose(second, expected, atol=1e-15)
        probs = toy.sequence_probs(policy)
        np.testing.assert_allclose([probs[0, 1], probs[1, 0]], [0.1, 0.18], rtol=1e-15)


def test_a_restricted_policy_parts_dpo_from_rlhf():
    liked = np.array([0.4, 1.0, 0.0])
    often = np.array([[0, 8, 1], [8, 0, 1], [1, 1, 0]]) * toy.win_probability(
        np.subtract.outer(liked, liked)
    )
    dpo = -toy.log_linear_dpo_gradient([0.0], LENGTHS, THIRDS, often, BETA)[0]
    rlhf = toy.objective_gradient(THIRDS, liked, THIRDS, BETA) @ LENGTHS[:, 0]
    assert dpo < 0 < rlhf
