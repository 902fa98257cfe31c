"""Every number and statement of the chapter on the reward loss that no cell prints."""

import itertools

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

import toy
from toy.claims import reward_loss as claims

TRUTH, CHANCES = claims.TRUTH, claims.CHANCES
sigma = toy.win_probability

counts = st.lists(st.integers(1, 40), min_size=6, max_size=6).map(
    lambda n: np.array([[0, n[0], n[1]], [n[2], 0, n[3]], [n[4], n[5], 0]], float)
)
rewards = st.lists(st.floats(-5, 5), min_size=3, max_size=3).map(np.array)


def accuracies_of_orders(wins):
    """The accuracy of every order of the responses, each pair looked up."""
    return [
        sum(wins[i, j] for i, j in itertools.combinations(order, 2)) / wins.sum()
        for order in itertools.permutations(range(len(wins)))
    ]


# --- one margin -----------------------------------------------------------------------------------


def test_the_loss_is_squashed_on_one_side_only():
    # ℓ(Δ) = −Δ + log(1 + e^Δ): linear on the left, e^−Δ on the right.
    wins = [[0, 1], [0, 0]]
    for margin in (20.0, 50.0, 200.0):
        assert toy.reward_loss([-margin, 0.0], wins) == pytest.approx(margin, abs=1e-8)
        assert toy.reward_loss([margin, 0.0], wins) == pytest.approx(np.exp(-margin), rel=1e-8)
    assert f"{sigma(-20.0):.0e}" == "2e-09"


@given(st.floats(0.01, 0.99), st.floats(-8, 8))
def test_the_loss_is_the_entropy_of_the_labels_plus_a_divergence_from_them(p, margin):
    loss = toy.reward_loss([margin, 0.0], [[0, p], [1 - p, 0]])
    coin, model = [p, 1 - p], sigma([margin, -margin])
    assert loss == pytest.approx(toy.entropy(coin) + toy.kl_divergence(coin, model), rel=1e-12)


@pytest.mark.parametrize("p", [0.6, 0.7, 0.95])
def test_noisy_labels_settle_exponentially_at_the_rate_p_times_one_minus_p(p):
    flow = scipy.integrate.solve_ivp(
        lambda _, m: p - sigma(m), (0, 60), [0.0], t_eval=[1, 5, 20, 60], rtol=1e-11, atol=1e-13
    )
    left = 1 - np.exp(flow.y[0] - np.log(p / (1 - p)))
    decay = np.exp((1 - p) * flow.y[0] - p * (1 - p) * flow.t)
    np.testing.assert_allclose(left, (2 * p - 1) / p * decay, atol=1e-9)


@pytest.mark.parametrize("p", [0.6, 0.7, 0.95])
def test_what_is_left_of_the_way_to_the_optimum_shrinks_exponentially_with_a_known_constant(p):
    optimum, rate = np.log(p / (1 - p)), p * (1 - p)
    left = optimum - toy.margin_after(14 / rate, p)
    constant = (2 * p - 1) / p * np.exp((1 - p) * optimum)
    assert left * np.exp(14) == pytest.approx(constant, rel=1e-5)


def test_labels_that_are_nearly_clean_look_clean_for_a_long_time():
    assert f"{toy.optimal_margin(0.997):.3f}" == "5.806"
    assert [f"{toy.margin_after(100, p):.3f}" for p in (0.997, 1.0)] == ["4.423", "4.569"]
    assert f"{np.log(101):.3f}" == "4.615"


@pytest.mark.parametrize("time", [1.0, 10.0, 100.0, 1e4, 1e6])
def test_the_drift_lies_between_two_logarithms(time):
    margin = scipy.optimize.brentq(lambda m: m + np.exp(m) - 1 - time, 0, 50)
    assert np.log(1 + time - np.log(1 + time)) <= margin <= np.log(1 + time)
    assert toy.margin_after(time, 1.0) == pytest.approx(margin, rel=1e-12)


def test_the_numbers_of_the_figures_about_one_margin():
    # fig-rl-force: 4 at −4; fig-rl-noisy: minima; fig-rl-two-objectives: ends and maximum.
    assert f"{-np.log(sigma(-4.0)):.0f}" == "4"
    assert [f"{np.log(p / (1 - p)):.2g}" for p in (0.6, 0.7, 0.9)] == ["0.41", "0.85", "2.2"]
    assert [f"{0.3 + 0.4 * sigma(m):.2f}" for m in (-4.0, 6.0)] == ["0.31", "0.70"]
    log_likelihood = lambda m: 0.7 * np.log(sigma(m)) + 0.3 * np.log(sigma(-m))
    ends = [f"{log_likelihood(m):.2g}" for m in (-4.0, np.log(7 / 3), 6.0)]
    assert ends == ["-2.8", "-0.61", "-1.8"]
    # fig-rl-drift: the clean margin, and the noisy one at time 20.
    drift = [f"{toy.margin_after(t, 1.0):.1f}" for t in (10, 100, 1000, 10000)]
    assert drift == ["2.2", "4.6", "6.9", "9.2"]
    flow = scipy.integrate.solve_ivp(lambda _, m: 0.7 - sigma(m), (0, 20), [0.0], rtol=1e-9)
    assert np.log(7 / 3) - flow.y[0, -1] < 0.02


def test_the_ledgers_descent_follows_the_flow_of_the_box():
    box = {t: float(toy.margin_after(t, 1.0)) for t in (100, 1000, 10_000)}
    assert [f"{margin:.3f}" for margin in box.values()] == ["4.569", "6.902", "9.210"]
    steps = claims.clean_margins()
    for time, margin in box.items():
        assert steps[f"after_{time}"] == pytest.approx(margin, abs=5 / time)


def test_adam_is_faster_than_plain_descent_on_clean_labels_and_does_not_settle_either():
    # Kingma and Ba's defaults, in the loser's reward, for the winner's is its negative.
    reward, mean, square, margins = 0.0, 0.0, 0.0, {}
    for step in range(1, 30_001):
        slope = 1 / (1 + np.exp(-2 * reward))
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        size = np.sqrt(square / (1 - 0.999**step)) + 1e-8
        reward -= 0.001 * mean / (1 - 0.9**step) / size
        margins[step] = -2 * reward
    assert [f"{margins[n]:.1f}" for n in (10_000, 30_000)] == ["6.9", "16.4"]


def test_one_label_a_pair_can_be_memorised():
    assert f"{toy.reward_loss([10.0, 0.0], [[0, 1], [0, 0]]):.5f}" == "0.00005"


# --- many responses -------------------------------------------------------------------------------


@given(counts)
def test_the_fit_reproduces_the_number_of_wins_of_every_response(wins):
    reward = toy.fit_rewards(wins)
    expected = (wins + wins.T) * sigma(reward[:, None] - reward)
    np.testing.assert_allclose(expected.sum(axis=1), wins.sum(axis=1), rtol=1e-9)


@given(rewards)
def test_odds_multiply_along_chains(reward):
    odds = np.exp(reward[:, None] - reward)
    chance = sigma(reward[:, None] - reward)
    np.testing.assert_allclose(chance / chance.T, odds, rtol=1e-10)
    np.testing.assert_allclose(odds[0, 2], odds[0, 1] * odds[1, 2], rtol=1e-10)


def test_the_penalised_margin_balances_the_fading_force():
    margins = []
    for l2 in (1e-1, 1e-6):
        first, second = toy.fit_rewards([[0, 1], [0, 0]], l2=l2)
        margins.append(first - second)
        assert sigma(second - first) == pytest.approx(l2 / 2 * margins[-1], rel=1e-9)
    assert margins[1] < 6 * margins[0]


# --- accuracy, scale, and the mean probability ----------------------------------------------------


@given(rewards, rewards)
def test_no_rewards_are_more_accurate_than_the_true_ones(truth, other):
    chance = sigma(truth[:, None] - truth) * (1 - np.eye(3))
    score = lambda r: (chance * (1 + np.sign(r[:, None] - r)) / 2).sum() / chance.sum()
    ceiling = np.maximum(chance, chance.T).sum() / 2 / chance.sum()
    assert score(other) <= ceiling + 1e-12
    assert score(truth) == pytest.approx(ceiling)
    assert score(np.exp(truth / 5)) <= score(truth) + 1e-12


def test_a_tie_of_true_rewards_counts_half_or_they_would_miss_the_ceiling():
    truth = np.array([0.0, 0.0, 1.0])
    chance = sigma(truth[:, None] - truth) * (1 - np.eye(3))
    strict = (chance * (truth[:, None] > truth)).sum() / chance.sum()
    assert f"{strict:.3f}" == "0.487"
    ceiling = np.maximum(chance, chance.T).sum() / 2 / chance.sum()
    assert f"{ceiling:.3f}" == "0.654" == f"{toy.exact.reward_loss.accuracy(truth, chance):.3f}"


def test_eight_of_ten_labels_are_often_right_by_luck():
    assert f"{scipy.stats.binom.sf(7, 10, 0.7):.2f}" == "0.38"


@given(counts, rewards)
def test_the_mean_probability_is_below_the_best_orders_accuracy_and_nears_it(wins, reward):
    mean = lambda r: (wins * sigma(r[:, None] - r)).sum() / wins.sum()
    best = max(accuracies_of_orders(wins))
    assert mean(reward) <= best + 1e-12
    order = list(itertools.permutations(range(3)))[int(np.argmax(accuracies_of_orders(wins)))]
    ranked = np.empty(3)
    ranked[list(order)] = [2.0, 1.0, 0.0]
    assert mean(40 * ranked) == pytest.approx(best, abs=1e-12)


def test_the_numbers_of_the_world_and_of_its_calibration():
    shares = sorted(CHANCES[CHANCES > 0.5])
    assert [f"{100 * p:.0f}" for p in shares] == ["70", "77", "89"]
    ends = {c: [f"{sigma(s * c * 2.0473):.2f}" for s in (-1, 1)] for c in (0.5, 1.0, 2.0)}
    assert ends == {0.5: ["0.26", "0.74"], 1.0: ["0.11", "0.89"], 2.0: ["0.02", "0.98"]}
    assert TRUTH.max() - TRUTH.min() == pytest.approx(2.0473, abs=5e-5)


# --- rankings -------------------------------------------------------------------------------------


def by_definition(reward, ranking):
    """The log-probability of a ranking by its pairs, and by Plackett and Luce."""
    pairs = sum(np.log(sigma(reward[i] - reward[j])) for i, j in itertools.combinations(ranking, 2))
    return np.array([pairs, -toy.plackett_luce_loss(reward, [ranking])])


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_a_ranking_is_worth_three_of_k_plus_one_parts_of_its_pairs(size):
    # Covariance of the gradient over all rankings, equally likely, by finite differences.
    step, rankings = 1e-5, list(itertools.permutations(range(size)))
    scores = np.array(
        [
            [by_definition(e, order) - by_definition(-e, order) for e in step * np.eye(size)]
            for order in rankings
        ]
    ) / (2 * step)
    centring = np.eye(size) - 1 / size
    by_pairs, by_luce = (s.T @ s / len(rankings) for s in (scores[..., 0], scores[..., 1]))
    hessian = size / 4 * centring
    np.testing.assert_allclose(by_pairs, (size + 1) / 3 * hessian, atol=1e-8)
    harmonic = sum(1 / m for m in range(1, size + 1))
    np.testing.assert_allclose(by_luce, (size - harmonic) / (size - 1) * centring, atol=1e-8)
    table = toy.wins_from_rankings(rankings, size)
    curvature = size * (size - 1) / 2 * toy.reward_loss_hessian(np.zeros(size), table)
    np.testing.assert_allclose(curvature, hessian, atol=1e-12)


def test_the_numbers_of_the_rankings_figure():
    orders = list(itertools.permutations(range(3)))
    race = [np.exp(-toy.plackett_luce_loss(TRUTH, [order])) for order in orders]
    pairs = [np.exp(by_definition(TRUTH, order)[0]) for order in orders]
    assert [f"{p:.2f}" for p in race] == ["0.49", "0.15", "0.24", "0.03", "0.06", "0.02"]
    assert [f"{p:.2f}" for p in pairs] == ["0.48", "0.14", "0.20", "0.03", "0.02", "0.01"]
    assert 1 - sum(pairs) == pytest.approx(claims.circles())
    factors = {(order[0], f"{a / b:.2f}") for order, a, b in zip(orders, pairs, race, strict=True)}
    assert factors == {(0, "0.97"), (1, "0.84"), (2, "0.32")}


@pytest.mark.parametrize("size", [2, 3, 9])
def test_the_ledgers_sandwich_is_the_theorem(size):
    worth = claims.worth(size)
    assert worth["worth"] == pytest.approx(3 / (size + 1) * worth["pairs"], rel=1e-12)


def test_pairs_and_rankings_agree_on_endless_data_only_if_people_rank_as_in_the_race():
    orders = list(itertools.permutations(range(3)))
    race = lambda reward: np.exp([-toy.plackett_luce_loss(reward, [order]) for order in orders])
    one, other = np.array([2.0, 0.0, -2.0]), np.array([-1.0, 2.0, -1.0])
    for chance, agree in ((race(one), True), (0.7 * race(one) + 0.3 * race(other), False)):
        by_pairs = toy.fit_rewards(toy.wins_from_rankings(orders, 3, chance))
        by_ranking = toy.fit_rankings(orders, chance)
        assert (np.abs(by_pairs - by_ranking).max() < 1e-9) == agree
    assert [f"{r:.2f}" for r in by_pairs] == ["0.80", "0.47", "-1.27"]
    assert [f"{r:.2f}" for r in by_ranking] == ["0.72", "0.43", "-1.15"]


def test_one_dissenting_reader_in_a_thousand_stops_the_margin():
    assert f"{np.diff(toy.fit_rewards([[0, 1], [999, 0]]))[0]:.2f}" == "6.91"


# --- ties -----------------------------------------------------------------------------------------

#: Davidson's puddings: won, tied and lost of all pairs of six brands.
WON = [19, 16, 18, 13, 18, 19, 23, 16, 22, 19, 16, 13, 17, 14, 11]
TIED = [16, 12, 13, 18, 12, 10, 9, 12, 12, 15, 17, 10, 16, 18, 12]
LOST = [22, 19, 23, 19, 21, 19, 19, 20, 20, 20, 15, 18, 14, 19, 21]


def davidson_chances(reward, nu):
    """The chances of a win, a tie and a loss of every pair, outcome by outcome."""
    for i, j in itertools.combinations(range(6), 2):
        up, down = np.exp((reward[i] - reward[j]) / 2), np.exp((reward[j] - reward[i]) / 2)
        yield np.array([up, nu, down]) / (up + nu + down)


def test_half_a_win_each_shrinks_the_margins_of_the_puddings():
    table, ties = np.zeros((6, 6)), np.zeros((6, 6))
    for (i, j), won, tied, lost in zip(
        itertools.combinations(range(6), 2), WON, TIED, LOST, strict=True
    ):
        table[i, j], table[j, i], ties[i, j], ties[j, i] = won, lost, tied, tied
    apart = lambda reward: f"{reward[5] - reward[0]:.4f}"
    assert apart(toy.fit_rewards(table + ties / 2)) == "0.2745"
    assert apart(toy.fit_rewards(table)) == "0.3738"
    counts = np.array([WON, TIED, LOST]).T

    def loss(x):
        chances = davidson_chances(np.append(x[:5], 0.0), np.exp(x[5]))
        return (
            -sum((n * np.log(p)).sum() for n, p in zip(counts, chances, strict=True)) / counts.sum()
        )

    found = scipy.optimize.minimize(loss, np.zeros(6), tol=1e-12).x
    assert apart(np.append(found[:5], 0.0)) == "0.3771"
    # At the maximum each brand's wins and half its ties, and all ties, are as expected.
    expected = counts.sum(axis=1)[:, None] * list(
        davidson_chances(np.append(found[:5], 0.0), np.exp(found[5]))
    )
    assert expected[:, 1].sum() == pytest.approx(sum(TIED), rel=1e-5)
    assert f"{sum(TIED) / counts.sum():.2f}" == f"{1 - 0.2745 / 0.3771:.2f}" == "0.27"


def test_the_order_of_the_puddings_is_the_same_however_ties_are_counted():
    pairs = np.triu_indices(6, 1)
    table, ties = np.zeros((2, 6, 6))
    table[pairs], table[pairs[::-1]], ties[pairs] = WON, LOST, TIED
    halves = table + (ties + ties.T) / 2
    orders = [np.argsort(-toy.fit_rewards(wins)).tolist() for wins in (table, halves)]
    assert orders == [[5, 1, 3, 2, 4, 0]] * 2


@given(st.floats(1, 50), st.floats(1, 50), st.floats(0.1, 50))
def test_half_a_win_each_is_nearer_to_even_odds(won, lost, tied):
    halves = np.diff(toy.fit_rewards([[0, lost + tied / 2], [won + tied / 2, 0]]))[0]
    assert abs(halves) <= abs(np.log(won / lost)) + 1e-12


def test_a_tenth_of_the_surveys_answers_are_ties():
    tied = sum(answers[1] for answers in toy.exact.bandits._SURVEY.values())
    assert f"{tied / toy.school_comparisons().sum():.0%}" == "11%"


# --- the survey -----------------------------------------------------------------------------------


@pytest.fixture(name="survey")
def both_versions():
    """The survey with Stockholm ahead of Barcelona, and with Barcelona ahead."""
    first, second = map(toy.SCHOOLS.index, ("Barcelona", "Stockholm"))
    versions = toy.school_comparisons(), toy.school_comparisons(as_published=True)
    return sorted(versions, key=lambda wins: wins[first, second])


def residuals(wins):
    reward, n = toy.fit_rewards(wins), wins + wins.T + np.eye(6)
    p = sigma(reward[:, None] - reward)
    return (wins - n * p) / np.sqrt(n * p * (1 - p)) * (1 - np.eye(6))


def test_the_residual_of_one_pair_stands_out_and_leaks_into_its_schools(survey):
    london, paris, milano, gallen, barcelona, stockholm = range(6)
    stockholm_ahead, barcelona_ahead = map(residuals, survey)
    assert f"{stockholm_ahead[barcelona, stockholm]:.1f}" == "-6.0"
    assert f"{stockholm_ahead[london, stockholm]:.1f}" == "2.4"
    assert f"{stockholm_ahead[paris, barcelona]:.1f}" == "-2.1"
    named = {(barcelona, stockholm), (london, stockholm), (paris, barcelona)}
    others = set(zip(*np.triu_indices(6, 1), strict=True)) - named
    assert all(abs(stockholm_ahead[pair]) < 2 for pair in others)
    rivals = [london, paris, milano, gallen]
    assert (stockholm_ahead[rivals, barcelona] < 0).all()
    assert (stockholm_ahead[rivals, stockholm] > 0).all()
    assert barcelona_ahead[np.triu_indices(6, 1)].min() > -1.3
    assert barcelona_ahead[np.triu_indices(6, 1)].max() < 1.2


def test_the_flip_moves_barcelona_from_the_fifth_place_to_the_third(survey):
    before, after = map(toy.fit_rewards, survey)
    place = lambda reward: int((reward > reward[toy.SCHOOLS.index("Barcelona")]).sum()) + 1
    assert (place(before), place(after)) == (5, 3)
    shown = [[f"{r:.2f}" for r in reward] for reward in (before, after)]
    assert shown[0] == ["0.93", "0.24", "-0.27", "-0.14", "-0.31", "-0.46"]
    assert shown[1] == ["0.94", "0.25", "-0.27", "-0.13", "-0.12", "-0.66"]
    assert np.abs(survey[1] - survey[0]).sum() / 2 == 82
    assert f"{262 / survey[1].sum():.3f}" == "0.059"


def test_whether_barcelona_is_ahead_of_st_gallen_is_not_resolved(survey):
    gallen, barcelona = map(toy.SCHOOLS.index, ("St.Gallen", "Barcelona"))
    reward = toy.fit_rewards(survey[1])
    margin = reward[barcelona] - reward[gallen]
    error = toy.margin_standard_errors(reward, survey[1])[barcelona, gallen]
    assert f"{margin:.3f} ± {error:.3f}" == "0.013 ± 0.068"


def test_the_fifteenth_pair_is_off_by_eight_standard_deviations_of_answers_and_prediction(survey):
    first, second = map(toy.SCHOOLS.index, ("Barcelona", "Stockholm"))
    off = []
    for wins in survey:
        others = wins.copy()
        others[first, second] = others[second, first] = 0
        blind = toy.fit_rewards(others)
        p = sigma(blind[first] - blind[second])
        error = toy.margin_standard_errors(blind, others)[first, second]
        spread = np.hypot(np.sqrt(p * (1 - p) / 303), p * (1 - p) * error)
        off.append(f"{(wins[first, second] / 303 - p) / spread:.1f}")
    assert off == ["-7.7", "0.2"]


def test_the_score_of_independent_comparisons_scatters_as_the_hessian_says():
    # One comparison of a pair adds 1 − p or −p to the one, and the negative to the other.
    reward, counts = np.array([0.4, -0.9, 1.3]), np.array([[0, 5, 2], [5, 0, 7], [2, 7, 0]])
    total = np.zeros((3, 3))
    for i, j in itertools.combinations(range(3), 2):
        p = sigma(reward[i] - reward[j])
        for chance, score in ((p, 1 - p), (1 - p, -p)):
            one = score * (np.eye(3)[i] - np.eye(3)[j])
            total += counts[i, j] * chance * np.outer(one, one)
    wins = counts * sigma(reward[:, None] - reward)
    information = wins.sum() * toy.reward_loss_hessian(reward, wins)
    np.testing.assert_allclose(total, information, atol=1e-12)


def test_the_gradient_in_shared_weights_is_that_of_the_chain_rule():
    wins, features = np.array([[0, 7, 2], [3, 0, 4], [1, 6, 0]]), np.array([[3, 1], [1, 0], [0, 2]])
    weights, step = np.array([0.3, -0.8]), 1e-6
    loss = lambda phi: toy.reward_loss(features @ phi, wins)
    slopes = [(loss(weights + e) - loss(weights - e)) / (2 * step) for e in step * np.eye(2)]
    reward, expected = features @ weights, np.zeros(2)
    for won, lost in zip(*np.nonzero(wins), strict=True):
        surprise = sigma(reward[lost] - reward[won])
        expected -= wins[won, lost] / wins.sum() * surprise * (features[won] - features[lost])
    np.testing.assert_allclose(slopes, expected, atol=1e-8)


def test_doubled_scores_halve_the_temperature():
    unsure, venus, _, sun = toy.TEMPTING.reward[0]
    close = [f"{sigma(c * (venus - unsure)):.3f}" for c in (0.5, 1, 2)]
    far = [f"{sigma(c * (venus - sun)):.3f}" for c in (0.5, 1, 2)]
    assert (close, far) == (["0.599", "0.690", "0.832"], ["0.777", "0.924", "0.993"])


def test_one_weight_for_two_pairs_ends_at_the_logit_of_their_mean():
    loss = lambda w: (
        toy.reward_loss([w, 0.0], [[0, 0.7], [0.3, 0]])
        + toy.reward_loss([w, 0.0], [[0, 0.9], [0.1, 0]])
    )
    assert f"{scipy.optimize.minimize_scalar(loss).x:.3f}" == "1.386"
    opposed = lambda w: (
        toy.reward_loss([w, 0.0], [[0, 1], [0, 0]]) + toy.reward_loss([-w, 0.0], [[0, 1], [0, 0]])
    )
    assert abs(scipy.optimize.minimize_scalar(opposed).x) < 1e-6


@given(st.floats(0.501, 0.999), st.floats(0.01, 5))
def test_a_margin_inside_the_sigmoid_overstates_every_preference_above_one_half(p, inside):
    margin = np.log(p / (1 - p))
    assert p * sigma(inside - margin) > (1 - p) * sigma(inside + margin)


def test_labels_turned_at_random_shrink_the_margin_of_a_pair_but_not_of_a_chain():
    chain = np.zeros((4, 4))
    for better, worse, by in ((0, 3, 6.0), (1, 2, 3.0), (2, 3, 3.0)):
        chain[better, worse], chain[worse, better] = sigma([by, -by])
    reward = toy.fit_rewards(0.9 * chain + 0.1 * chain.T)
    assert f"{reward[0] - reward[1]:.2f}" == "-1.49"
    # A share e of wrong labels makes p into p + e (1 − 2p), nearer to one half.
    p = np.array([0.6, 0.7, 0.9])
    turned = p + 0.1 * (1 - 2 * p)
    logit = lambda q: np.log(q / (1 - q))
    assert (logit(turned) < logit(p)).all()
    assert (logit(turned) > 0).all()
