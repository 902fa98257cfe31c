"""What the chapter on the RLHF objective states and no cell prints, and what it proves by hand."""

import numpy as np
import pytest
import scipy.optimize

import toy

WORLD = toy.TEMPTING
REWARD, REFERENCE, BETA = WORLD.reward[0], WORLD.reference[0], 0.5
DATA = np.array([0.20, 0.10, 0.30, 0.40])
THREE = REWARD[:3], REFERENCE[:3] / REFERENCE[:3].sum()
PROXY, TRUE = np.array([0.2, 1.0, 1.2, -1.5]), np.array([0.2, 1.0, -0.2, -1.5])
TWO = {"reward": [2 * np.log(6), 0.0], "reference": [0.25, 0.75], "beta": 2.0}


def near(actual, printed, decimals):
    np.testing.assert_array_equal(np.round(actual, decimals), printed)


def test_the_numbers_of_the_two_responses():
    best = toy.gibbs_policy(**TWO)
    np.testing.assert_allclose(best, [2 / 3, 1 / 3], rtol=1e-14)
    near(2 * np.log(6), 3.584, 3)
    terms = toy.objective_terms(best, **TWO)
    near([terms.reward, terms.total], [2.389, 1.622], 3)
    near(terms.kl, 0.3836, 4)
    np.testing.assert_allclose(terms.total, 2 * np.log(2.25), rtol=1e-14)
    near(toy.rlhf_objective([[0.0, 1.0], [1.0, 0.0]], **TWO), [-0.6, 0.8], 1)


def test_each_term_alone_leads_to_its_own_optimum():
    reward, reference = THREE
    data, uniform = np.array([0.6, 0.3, 0.1]), np.ones(3) / 3
    ends = {
        "reward": (lambda pi: toy.policy_gradient(pi, reward), [0, 1, 0], 5e-3),
        "kl": (lambda pi: -toy.kl_gradient(pi, reference), reference, 1e-9),
        "pretraining": (lambda pi: data - pi, data, 1e-9),
        "entropy": (lambda pi: -toy.kl_gradient(pi, uniform), uniform, 1e-9),
    }
    for gradient, optimum, tolerance in ends.values():
        start = np.log([0.10, 0.15, 0.75])
        climb = toy.ascend(lambda z, g=gradient: g(toy.softmax(z)), start, 1.0, 750)
        np.testing.assert_allclose(climb.policies[-1], optimum, atol=tolerance)


def test_the_gradients_of_pretraining_and_entropy_in_the_logits():
    policy, data, step = toy.HALF_TRAINED, DATA, 1e-6
    slope = -policy * (np.log(policy) + toy.entropy(policy))
    z = np.log(policy)
    for j in range(4):
        up, down = (toy.softmax(z + sign * step * np.eye(4)[j]) for sign in (1, -1))
        likelihood = data @ (np.log(up) - np.log(down)) / (2 * step)
        assert likelihood == pytest.approx(data[j] - policy[j], abs=1e-9)
        spread = (toy.entropy(up) - toy.entropy(down)) / (2 * step)
        assert spread == pytest.approx(slope[j], abs=1e-9)


def test_the_penalty_is_an_entropy_and_the_references_log_likelihood():
    policy = toy.HALF_TRAINED
    split = toy.entropy(policy) + policy @ np.log(REFERENCE)
    assert -toy.kl_divergence(policy, REFERENCE) == pytest.approx(split, rel=1e-14)
    bonus = toy.entropy(policy) - np.log(4)
    assert -toy.kl_divergence(policy, np.full(4, 0.25)) == pytest.approx(bonus, rel=1e-13)


def test_the_objective_is_concave():
    rng = np.random.default_rng(2022)
    one, other = rng.dirichlet(np.ones(4), (2, 500))
    for weight in (0.1, 0.5, 0.8):
        middle = (1 - weight) * one + weight * other
        for gamma in (0.0, 0.2):
            value = lambda pi, g=gamma: toy.rlhf_objective(pi, REWARD, REFERENCE, BETA, g, DATA)
            assert (value(middle) > (1 - weight) * value(one) + weight * value(other)).all()


@pytest.mark.parametrize("worst", [-1.5, -5.0])
def test_a_little_of_an_absent_response_always_helps(worst):
    reward = np.append(REWARD[:3], worst)
    absent = np.array([0.4, 0.3, 0.3, 0.0])
    value = lambda pi: toy.rlhf_objective(pi, reward, REFERENCE, BETA)
    for size in (1e-9, 1e-12):
        moved = (1 - size) * absent + size * np.eye(4)[3]
        terms = size * worst - BETA * size * np.log(size / REFERENCE[3])
        terms -= BETA * (1 - size) * np.log1p(-size)
        assert value(moved) == pytest.approx((1 - size) * value(absent) + terms, rel=1e-13)
        assert value(moved) > value(absent)
    # As soon as ε is below its bound, and by more than the bracket says.
    bound = REFERENCE[3] * np.exp((worst - value(absent)) / BETA)
    for size in bound * np.array([0.999, 0.5, 1e-3]):
        moved = (1 - size) * absent + size * np.eye(4)[3]
        bracket = worst - value(absent) + BETA * np.log(REFERENCE[3] / size)
        assert value(moved) - value(absent) > size * bracket * (1 - 1e-9) > 0


def test_the_multiplier_is_the_price_of_more_probability():
    weight = REFERENCE * np.exp(REWARD / BETA)

    def best_with(mass):
        policy = mass * weight / weight.sum()
        return policy @ (REWARD - BETA * np.log(policy / REFERENCE))

    slope = (best_with(1 + 1e-6) - best_with(1 - 1e-6)) / 2e-6
    log_z = toy.log_partition(REWARD, REFERENCE, BETA)
    assert slope == pytest.approx(BETA * log_z - BETA, abs=1e-9)
    near([BETA * log_z - BETA, np.exp(log_z)], [0.166, 3.790], 3)


def test_the_whole_gain_of_training_is_beta_times_the_forward_kl():
    best = toy.gibbs_policy(REWARD, REFERENCE, BETA)
    gain = BETA * toy.log_partition(REWARD, REFERENCE, BETA) - REFERENCE @ REWARD
    assert gain == pytest.approx(BETA * toy.kl_divergence(REFERENCE, best), rel=1e-13)


def test_the_numbers_of_the_optimum_of_four_answers():
    best = toy.gibbs_policy(REWARD, REFERENCE, BETA)
    near(best, [0.118, 0.292, 0.588, 0.001], 3)
    log_z = toy.log_partition(REWARD, REFERENCE, BETA)
    near([BETA * log_z, log_z, best @ REWARD], [0.666, 1.332, 0.785], 3)
    near([REFERENCE @ REWARD, BETA * toy.kl_divergence(REFERENCE, best)], [0.420, 0.246], 3)
    near(toy.kl_divergence(best, REFERENCE), 0.24, 2)
    near(np.exp(0.2 / BETA), 1.49, 2)
    doubled = toy.gibbs_policy(2 * REWARD, REFERENCE, BETA)
    near([best[1], doubled[1]], [0.292, 0.412], 3)
    np.testing.assert_allclose(doubled, toy.gibbs_policy(REWARD, REFERENCE, BETA / 2), rtol=1e-13)


@pytest.mark.parametrize("prices", [(0.1, 0.2), (0.5, 0.5001), (0.3, 30.0)])
def test_from_one_optimum_to_another_the_slope_lies_between_their_prices(prices):
    ends = toy.reward_kl_frontier(REWARD, REFERENCE, prices)
    slope = np.diff(ends.reward) / np.diff(ends.kl)
    assert prices[0] < slope < prices[1]
    assert ends.kl[0] > ends.kl[1]


def test_the_numbers_of_the_path_along_beta():
    ends = toy.gibbs_policy(REWARD, REFERENCE, [0.02, 20])
    near(ends[0], [0, 1, 0, 0], 2)
    near(ends[1], [0.30, 0.15, 0.46, 0.09], 2)
    prices = np.geomspace(0.02, 20, 4001)
    mercury = toy.gibbs_policy(REWARD, REFERENCE, prices)[:, 2]
    near([mercury.max(), prices[mercury.argmax()]], [0.59, 0.44], 2)
    near(0.2 / np.log(3), 0.182, 3)
    heights = toy.rlhf_objective(np.eye(3), *THREE, BETA)
    top = BETA * toy.log_partition(*THREE, BETA)
    assert heights.min() < 0.20 < 0.69 < top


@pytest.mark.parametrize("beta", [0.2, 0.7, 3.0])
def test_the_derivatives_in_beta_are_variances(beta):
    step = 1e-5 * beta
    ends = toy.reward_kl_frontier(REWARD, REFERENCE, [beta - step, beta + step])
    policy = toy.gibbs_policy(REWARD, REFERENCE, beta)
    variance = policy @ REWARD**2 - (policy @ REWARD) ** 2
    assert np.diff(ends.reward) / (2 * step) == pytest.approx(-variance / beta**2, rel=1e-6)
    assert np.diff(ends.kl) / (2 * step) == pytest.approx(-variance / beta**3, rel=1e-6)
    values = ends.beta * toy.log_partition(REWARD, REFERENCE, ends.beta)
    slope = -toy.kl_divergence(policy, REFERENCE)
    assert np.diff(values) / (2 * step) == pytest.approx(slope, rel=1e-6)
    gold = toy.expectation(ends.policy, TRUE)
    covariance = policy @ (REWARD * TRUE) - (policy @ REWARD) * (policy @ TRUE)
    assert np.diff(gold) / (2 * step) == pytest.approx(-covariance / beta**2, rel=1e-6)


def test_the_limits_of_beta_to_first_order():
    variance = REFERENCE @ REWARD**2 - (REFERENCE @ REWARD) ** 2
    for beta in (1e3, 1e4):
        policy = toy.gibbs_policy(REWARD, REFERENCE, beta)
        first = REFERENCE * (1 + (REWARD - REFERENCE @ REWARD) / beta)
        np.testing.assert_allclose(policy, first, atol=2 / beta**2)
        gain, kl = (policy - REFERENCE) @ REWARD, toy.kl_divergence(policy, REFERENCE)
        assert gain == pytest.approx(variance / beta, rel=3 / beta)
        assert kl == pytest.approx(variance / (2 * beta**2), rel=3 / beta)
        assert gain == pytest.approx(np.sqrt(2 * variance * kl), rel=3 / beta)
    sharp = toy.gibbs_policy([1.0, 1.0, 0.0], [0.1, 0.3, 0.6], 1e-3)
    assert toy.kl_divergence(sharp, [0.1, 0.3, 0.6]) == pytest.approx(-np.log(0.4), rel=1e-12)


def test_a_policy_lacks_beta_times_its_kl_to_the_optimum_of_the_same_divergence():
    best = toy.gibbs_policy(REWARD, REFERENCE, BETA)
    nats = toy.kl_divergence(best, REFERENCE)
    for corner in np.eye(4):
        on_the_way = lambda w, corner=corner: (1 - w) * REFERENCE + w * corner
        spent = lambda w, way=on_the_way: toy.kl_divergence(way(w), REFERENCE) - nats
        policy = on_the_way(scipy.optimize.brentq(spent, 0, 1, xtol=1e-15))
        lack = (best - policy) @ REWARD
        assert lack == pytest.approx(BETA * toy.kl_divergence(policy, best), rel=1e-9)


def test_the_numbers_of_the_frontier_and_of_best_of_n():
    near(REFERENCE @ REWARD, 0.42, 10)
    near(-np.log(REFERENCE[1]), 1.897, 3)
    best = toy.best_of_n_policy(REWARD, REFERENCE, 16)
    near([toy.kl_divergence(best, REFERENCE), np.log(16) - 15 / 16], [1.551, 1.835], 3)
    near(np.log(1000) - 0.999, 5.9, 1)
    ends = [
        toy.kl_divergence(
            toy.best_of_n_policy(np.arange(size), np.full(size, 1 / size), 1000),
            np.full(size, 1 / size),
        )
        for size in (20, 200)
    ]
    near(ends, [3.0, 5.3], 1)


def test_a_whole_nat_buys_less_than_the_slope_says():
    here = toy.reward_kl_frontier(REWARD, REFERENCE, [BETA])

    def bought(nats):
        spent = lambda b: toy.reward_kl_frontier(REWARD, REFERENCE, [b]).kl[0] - here.kl[0] - nats
        price = scipy.optimize.brentq(spent, 0.02, BETA)
        return toy.gibbs_policy(REWARD, REFERENCE, price) @ REWARD - here.reward[0]

    near(bought(1.0), 0.180, 3)
    assert bought(1e-4) / 1e-4 == pytest.approx(BETA, rel=1e-3)


def test_to_leave_out_the_sun_costs_the_logarithm_of_what_is_left():
    without = np.append(REFERENCE[:3] / REFERENCE[:3].sum(), 0.0)
    least = toy.kl_divergence(without, REFERENCE)
    near([least, np.log(1 / 0.9)], [0.105, 0.105], 3)
    others = np.random.default_rng(7).dirichlet(np.ones(3), 200)
    assert (toy.kl_divergence(np.pad(others, ((0, 0), (0, 1))), REFERENCE) >= least).all()


def test_the_mixture_and_the_popular_answer_waste_most_of_their_divergence():
    mixture = 0.5 * REFERENCE + 0.5 * np.eye(4)[1]
    for policy in (mixture, np.array([0.0, 0.0, 1.0, 0.0])):
        earned = policy @ REWARD
        short = lambda b, e=earned: toy.gibbs_policy(REWARD, REFERENCE, b) @ REWARD - e
        cheap = toy.gibbs_policy(REWARD, REFERENCE, scipy.optimize.brentq(short, 0.1, 10))
        needed, spent = (toy.kl_divergence(q, REFERENCE) for q in (cheap, policy))
        assert needed < spent / 2
    for n in (2, 4, 8, 16):
        best = toy.best_of_n_policy(REWARD, REFERENCE, n)
        price = scipy.optimize.brentq(
            lambda b, e=best @ REWARD: toy.gibbs_policy(REWARD, REFERENCE, b) @ REWARD - e, 0.03, 10
        )
        cheap = toy.gibbs_policy(REWARD, REFERENCE, price)
        assert toy.kl_divergence(cheap, REFERENCE) > 0.95 * toy.kl_divergence(best, REFERENCE)


def test_best_of_n_is_strictly_below_its_bound():
    for n in (2, 3, 10, 100):
        policy = toy.best_of_n_policy(REWARD, REFERENCE, n)
        assert toy.kl_divergence(policy, REFERENCE) < np.log(n) - (n - 1) / n - 1e-3


def test_best_of_n_leaves_its_bound_beyond_one_over_the_references_probability_of_the_best():
    shy = toy.SHY_REFERENCE

    def used(reward, reference, n):
        kl = toy.kl_divergence(toy.best_of_n_policy(reward, reference, n), reference)
        assert kl < -np.log(reference[np.argmax(reward)]) + 1e-12
        return kl / (np.log(n) - (n - 1) / n)

    near([used(REWARD, REFERENCE, n) for n in (4, 8, 16)], [0.847, 0.837, 0.845], 3)
    near([used(shy.reward[0], shy.reference[0], n) for n in (4, 300)], [0.508, 0.920], 3)
    assert used(REWARD, REFERENCE, 1000) < 0.33
    many = np.arange(200), np.full(200, 1 / 200)
    assert used(*many, 16) > 1 - 2e-4
    assert used(*many, 100) > 0.99 > used(*many, 400) > used(*many, 1000)
    assert used(shy.reward[0], shy.reference[0], 10**5) < 0.66


def test_at_price_zero_every_mixture_of_the_best_is_best_and_the_limit_is_one_of_them():
    tie = np.array([0.2, 1.0, 1.0, -1.5])
    limit = toy.greedy_policy(tie, REFERENCE)
    near(limit, [0, 0.25, 0.75, 0], 12)
    np.testing.assert_allclose(toy.gibbs_policy(tie, REFERENCE, 0.01), limit, atol=1e-12)
    for best in (limit, np.eye(4)[1], np.eye(4)[2]):
        assert toy.rlhf_objective(best, tie, REFERENCE, 0.0) == 1
        assert toy.kl_divergence(best, REFERENCE) >= toy.kl_divergence(limit, REFERENCE)


def test_the_lead_that_a_rare_response_needs_grows_with_the_logarithm():
    beta, leads = 0.5, []
    for rarity in (1e-3, 1e-4, 1e-5):
        reference = [rarity, 1 - rarity]
        even = lambda lead, ref=reference: toy.gibbs_policy([lead, 0.0], ref, beta)[0] - 0.5
        leads.append(scipy.optimize.brentq(even, 0, 100, xtol=1e-13))
        assert leads[-1] == pytest.approx(beta * np.log((1 - rarity) / rarity), rel=1e-9)
    np.testing.assert_allclose(np.diff(leads), beta * np.log(10), rtol=1e-2)
    near([np.log(10), 100 * np.log(2)], [2.303, 69.315], 3)
    assert toy.gibbs_policy([1e6, 0.0], [0.0, 1.0], beta).tolist() == [0, 1]


def test_the_numbers_of_the_shy_reference():
    world = toy.SHY_REFERENCE
    assert world.reference[0, 0] / world.reference[0, 3] == pytest.approx(700)
    at = toy.gibbs_policy(world.reward[0], world.reference[0], 2.5 / np.log(700))
    assert at[3] == pytest.approx(at[0], rel=1e-12)


def test_the_three_terms_are_a_reverse_kl_to_the_optimum_and_a_forward_kl_to_the_data():
    best, gamma = toy.gibbs_policy(REWARD, REFERENCE, BETA), 0.1
    constant = BETA * toy.log_partition(REWARD, REFERENCE, BETA) - gamma * toy.entropy(DATA)
    for policy in np.random.default_rng(1).dirichlet(np.ones(4), 50):
        pulls = BETA * toy.kl_divergence(policy, best) + gamma * toy.kl_divergence(DATA, policy)
        value = toy.rlhf_objective(policy, REWARD, REFERENCE, BETA, gamma, DATA)
        assert value == pytest.approx(constant - pulls, rel=1e-12, abs=1e-12)


def test_the_optimum_with_data_is_between_its_two_limits():
    best = toy.gibbs_policy(REWARD, REFERENCE, BETA)
    distance = toy.kl_divergence(DATA, best)
    for gamma in (1e-3, 0.1, 10.0):
        policy = toy.ptx_policy(REWARD, REFERENCE, BETA, gamma, DATA)
        assert BETA * toy.kl_divergence(policy, best) <= gamma * distance
        assert toy.kl_divergence(DATA, policy) <= BETA / gamma * distance


def test_a_forgotten_response_keeps_the_data_over_its_bad_reward():
    kept = [
        toy.ptx_policy(np.append(REWARD[:3], -size), REFERENCE, BETA, 0.1, DATA)[3] * size
        for size in (1e3, 1e4, 1e5)
    ]
    np.testing.assert_allclose(kept, 0.1 * DATA[3], rtol=5e-3)


def test_the_numbers_of_the_pretraining_path():
    ends = toy.ptx_policy(REWARD, REFERENCE, BETA, [1e-3, 100], DATA)
    near(ends[0], [0.12, 0.29, 0.59, 0.00], 2)
    near(ends[1], [0.20, 0.10, 0.30, 0.39], 2)


def test_the_true_reward_rises_exactly_while_it_agrees_with_the_proxy():
    frontier = toy.reward_kl_frontier(PROXY, REFERENCE, np.geomspace(0.03, 300, 2000))
    true = frontier.policy @ TRUE
    agree = frontier.policy @ (TRUE * PROXY) - true * frontier.reward
    rises = np.diff(true) < 0  # the prices rise, so that the divergence falls
    inside = (agree[1:] > 0) == (agree[:-1] > 0)
    np.testing.assert_array_equal(rises[inside], (agree[1:] > 0)[inside])
    assert (np.diff(frontier.reward) < 0).all()
    top = true.argmax()
    near([true[top], frontier.kl[top]], [0.066, 0.125], 3)
    near([frontier.reward[-1], frontier.reward[0]], [0.6, 1.2], 1)
    near([true[-1], true[0], frontier.kl[0]], [-0.03, -0.20, 0.80], 2)


def test_at_the_best_stop_the_proxy_and_the_truth_disagree_about_mercury():
    covariance = lambda b, q=toy.gibbs_policy: (
        q(PROXY, REFERENCE, b) @ ((TRUE - q(PROXY, REFERENCE, b) @ TRUE) * PROXY)
    )
    stopped = toy.gibbs_policy(PROXY, REFERENCE, scipy.optimize.brentq(covariance, 0.1, 10))
    near(stopped, [0.177, 0.177, 0.633, 0.013], 3)
    assert np.argsort(-PROXY).tolist() == [2, 1, 0, 3]
    assert np.argsort(-TRUE).tolist() == [1, 0, 2, 3]


def test_the_true_reward_within_reach_at_the_end_of_the_proxys_frontier():
    nats = toy.kl_divergence(toy.gibbs_policy(PROXY, REFERENCE, 0.03), REFERENCE)
    spent = lambda b: toy.reward_kl_frontier(TRUE, REFERENCE, [b]).kl[0] - nats
    price = scipy.optimize.brentq(spent, 0.05, 10)
    near(toy.gibbs_policy(TRUE, REFERENCE, price) @ TRUE, 0.7, 1)


def test_a_shift_between_prompts_adds_to_log_z_and_to_no_policy():
    world, plain = toy.SHIFTED_REWARDS, toy.SHIFTED_REWARDS.reward[1] - 5
    np.testing.assert_array_equal(plain, world.reward[0][[0, 1, 2]])
    rows = [toy.gibbs_policy(r, world.reference[1], 0.5) for r in (plain, world.reward[1])]
    np.testing.assert_allclose(rows[0], rows[1], rtol=1e-12)
    logs = [toy.log_partition(r, world.reference[1], 0.5) for r in (plain, world.reward[1])]
    assert logs[1] - logs[0] == pytest.approx(10, rel=1e-13)


def test_the_forward_penalty_keeps_almost_fourteen_times_as_much_of_the_sun():
    policy = lambda u: BETA * REFERENCE / (u - REWARD)
    u = scipy.optimize.brentq(lambda u: policy(u).sum() - 1, 1 + 1e-6, 10)
    ratio = policy(u)[3] / toy.gibbs_policy(REWARD, REFERENCE, BETA)[3]
    assert 13.8 < ratio < 14
    value = lambda pi: pi @ REWARD - BETA * toy.kl_divergence(REFERENCE, pi)
    others = np.random.default_rng(5).dirichlet(np.ones(4), 300)
    assert all(value(other) < value(policy(u)) for other in others)
