"""The numbers of the first chapter that no cell prints, and what it says of its figures."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.distributions import Categorical

import toy
from toy.claims.bandits import bargains, detour, sampling_error
from toy.exact.enumeration import count_probabilities, count_vectors
from toy.figures.style import CORNERS

REFERENCE, REWARD = toy.TEMPTING.reference[0], toy.TEMPTING.reward[0]
POLICY = np.array([0.10, 0.40, 0.45, 0.05])
SUMMARY = toy.NOISY_LABELS.reference[0], toy.NOISY_LABELS.reward[0]
BOOK = Path(__file__).parents[1] / "book"
PAGES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in (BOOK / "bandits.md", *sorted((BOOK / "bandits").glob("*.md")))
}


def to(digits):
    return {"abs": 0.5000001 * 10.0**-digits}


def test_the_smallest_case_by_hand():
    policy, reference, reward = [0.60, 0.40], [0.25, 0.75], [1.0, 0.8]
    assert toy.expectation(policy, reward) == pytest.approx(0.92)
    assert toy.expectation(reference, reward) == pytest.approx(0.85)
    up, down = 0.6 * np.log(0.6 / 0.25), 0.4 * np.log(0.4 / 0.75)
    assert (up, down) == (pytest.approx(0.525, **to(3)), pytest.approx(-0.251, **to(3)))
    assert toy.kl_divergence(policy, reference) == pytest.approx(0.274, **to(3))
    assert toy.kl_divergence(policy, reference) / 2 == pytest.approx(0.137, **to(3))


def test_the_best_of_two_has_the_log_odds_of_the_reference_moved_by_the_reward_over_beta():
    reference, reward = np.array([0.25, 0.75]), np.array([1.0, 0.8])
    for beta in (0.1, 0.5, 3.0):
        odds = np.log(1 / 3) + 0.2 / beta
        best = toy.gibbs_policy(reward, reference, beta)
        assert best[0] == pytest.approx(toy.win_probability(odds))
    best = toy.gibbs_policy(reward, reference, 0.5)
    assert best[0] == pytest.approx(0.332, **to(3))
    assert toy.rlhf_objective(best, reward, reference, 0.5) == pytest.approx(0.858, **to(3))
    assert toy.rlhf_objective(reference, reward, reference, 0.5) == pytest.approx(0.850)


def test_the_other_way_of_the_smallest_case():
    policy, reference = np.array([0.60, 0.40]), np.array([0.25, 0.75])
    terms = reference * np.log(reference / policy)
    np.testing.assert_allclose(terms, [-0.219, 0.471], atol=0.0005)
    assert toy.kl_divergence(reference, policy) == pytest.approx(0.253, **to(3))


def test_the_best_policy_says_the_second_best_answer_twice_as_often_as_the_best():
    best = toy.gibbs_policy(REWARD, REFERENCE, 0.5)
    assert best.argmax() == REWARD.argsort()[-2] == 2
    assert best[2] / best[1] == pytest.approx(2.0, **to(1))
    assert f"{best[3]:.4f}" == "0.0013"


def test_the_mean_of_the_score_is_zero_when_the_policy_itself_draws():
    scores = np.eye(4) - POLICY
    np.testing.assert_allclose(POLICY @ scores, 0, atol=1e-15)
    np.testing.assert_allclose(REFERENCE @ scores, REFERENCE - POLICY, atol=1e-15)


def test_the_same_rewards_have_another_mean_when_somebody_else_draws():
    assert toy.expectation(REFERENCE, REWARD) == pytest.approx(0.420)
    assert toy.expectation(POLICY, REWARD) == pytest.approx(0.705)


@pytest.mark.parametrize("tau", [0.5, 2.0])
def test_a_temperature_raises_each_ratio_of_probabilities_to_a_power(tau):
    other = toy.softmax(np.log(REFERENCE) / tau)
    assert other[2] / other[1] == pytest.approx(3 ** (1 / tau))


def test_the_chapter_quotes_the_world_as_it_is():
    assert list(REFERENCE) == [0.30, 0.15, 0.45, 0.10]
    assert list(REWARD) == [0.2, 1.0, 0.8, -1.5]
    assert REFERENCE[2] / REFERENCE[1] == pytest.approx(3)
    assert "one and a half times as likely" in PAGES["logits"]
    assert REFERENCE[2] / REFERENCE[0] == pytest.approx(1.5)


def test_a_nat_is_1443_bits_and_the_ends_of_two_precisions():
    assert 1 / np.log(2) == pytest.approx(1.443, **to(3))
    assert np.log(np.finfo(np.float32).max) < 89
    assert 709 < np.log(np.finfo(np.float64).max) < 710


def test_the_numbers_of_sampling():
    numbers = sampling_error()
    assert numbers["error"] == pytest.approx(0.044, **to(3))
    assert numbers["needed"] == pytest.approx(7.7, **to(1))
    assert numbers["error"] / toy.expectation(REFERENCE, REWARD) == pytest.approx(0.1, abs=0.01)


def test_nineteen_of_twenty_sampled_means_are_within_the_line_also_after_ten_draws():
    counts = count_vectors("N", 10, 4, "take fewer draws")
    chances = count_probabilities(REFERENCE, counts)
    mean = toy.expectation(REFERENCE, REWARD)
    std = np.sqrt(toy.expectation(REFERENCE, (REWARD - mean) ** 2))
    inside = np.abs(counts @ REWARD / 10 - mean) <= 1.96 * std / np.sqrt(10)
    assert f"{chances[inside].sum():.3f}" == "0.958"


def test_the_curves_of_one_logit_start_and_end_where_the_figure_says():
    ends = toy.softmax(np.log(REFERENCE) + np.outer([-3, 4], [0, 1, 0, 0]))
    expected = [[0.35, 0.01, 0.52, 0.12], [0.03, 0.91, 0.05, 0.01]]
    np.testing.assert_allclose(ends, expected, atol=0.005)


def test_the_gaps_of_the_figure_are_what_the_kl_averages():
    ratios = REFERENCE / POLICY
    np.testing.assert_allclose(ratios, [3, 0.375, 1, 2])
    gaps = ratios - 1 - np.log(ratios)
    assert gaps.argmax() == 0
    assert toy.expectation(POLICY, gaps) == pytest.approx(0.248, **to(3))
    assert toy.kl_divergence(POLICY, REFERENCE) == pytest.approx(toy.expectation(POLICY, gaps))


def test_the_numbers_of_the_directions():
    shy, bold = toy.SHY_REFERENCE.reference[0], [0.25, 0.10, 0.05, 0.60]
    assert toy.kl_divergence(bold, shy) == pytest.approx(3.555, **to(3))
    assert toy.kl_divergence(shy, bold) == pytest.approx(1.005, **to(3))
    mirror = shy[[3, 1, 2, 0]]
    assert toy.kl_divergence(mirror, shy) == pytest.approx(4.579, **to(3))
    assert toy.kl_divergence(shy, mirror) == pytest.approx(4.579, **to(3))
    numbers = detour()
    assert numbers["direct"] == pytest.approx(1.614, **to(3))
    assert numbers["by_way"] == pytest.approx(0.740, **to(3))
    assert numbers["by_way"] < numbers["direct"] / 2


@pytest.mark.parametrize("shift", [0.1, 1.0, 3.0])
def test_gaussians_of_equal_variance_have_the_same_kl_both_ways_and_others_do_not(shift):
    x = np.linspace(-40, 40, 160_001)

    def kl(m, s, n, t):
        log_p = -((x - m) ** 2) / (2 * s**2) - np.log(s * np.sqrt(2 * np.pi))
        log_q = -((x - n) ** 2) / (2 * t**2) - np.log(t * np.sqrt(2 * np.pi))
        return (np.exp(log_p) * (log_p - log_q)).sum() * (x[1] - x[0])

    assert kl(0, 1, shift, 1) == pytest.approx(kl(shift, 1, 0, 1), rel=1e-9)
    assert kl(0, 1, shift, 1) == pytest.approx(shift**2 / 2, rel=1e-9)
    assert kl(0, 1, shift, 2) != pytest.approx(kl(shift, 2, 0, 1), rel=0.1)
    assert kl(0, 1, 1, 2) == pytest.approx(0.443, **to(3))
    assert kl(1, 2, 0, 1) == pytest.approx(1.307, **to(3))


def test_the_triangle_is_as_the_caption_says():
    home, worth = SUMMARY
    np.testing.assert_allclose(toy.kl_divergence(np.eye(3), home), np.log([2, 5, 10 / 3]))
    # The whole curves of 0.05 and 0.2 lie inside; those of 0.5 and 1 meet a side.
    edge = np.linspace(0, 1, 2001)
    sides = [
        np.stack([edge * a + (1 - edge) * b for a, b in zip(*pair, strict=True)], axis=-1)
        for pair in ((np.eye(3)[0], np.eye(3)[1]), (np.eye(3)[1], np.eye(3)[2]), np.eye(3)[[0, 2]])
    ]
    least = min(toy.kl_divergence(side, home).min() for side in sides)
    assert 0.2 < least < 0.5
    # Along the path of optima, the worst response goes first.
    path = toy.gibbs_policy(worth, home, beta=1 / np.linspace(1e-3, 14, 50))
    assert (path[1:, 2] / home[2] < path[1:, 1] / home[1]).all()


def test_two_tenths_of_a_nat_reach_less_far_towards_the_rarest_response():
    home, corners = SUMMARY[0], CORNERS
    shares, reach = np.linspace(0, 1, 20_001)[:, None], []
    for corner in np.eye(3):
        way = home + shares * (corner - home)
        share = shares[np.searchsorted(toy.kl_divergence(way, home), 0.2)]
        reach.append(f"{np.linalg.norm(share * (corner - home) @ corners):.2f}")
    assert home.argmin() == 1
    assert reach == ["0.27", "0.25", "0.27"]


def test_no_policy_on_the_path_is_as_far_from_the_reference_as_the_curve_of_one_nat():
    home, worth = SUMMARY
    path = toy.gibbs_policy(worth, home, np.geomspace(0.01, 100, 200))
    assert 0.5 < toy.kl_divergence(path, home).max() < np.log(2) + 1e-12


def test_on_a_curve_of_equal_kl_the_policy_on_the_path_earns_the_most():
    home, worth = SUMMARY
    best = toy.gibbs_policy(worth, home, beta=0.8)
    rng = np.random.default_rng(1951)
    others = rng.dirichlet(np.ones(3), 20_000)
    cheap = toy.kl_divergence(others, home) <= toy.kl_divergence(best, home)
    assert cheap.any()
    assert toy.expectation(others[cheap], worth).max() < toy.expectation(best, worth)


def test_the_bargain():
    numbers = bargains()
    assert numbers["reference"] == pytest.approx(0.420, **to(3))
    assert numbers["greedy"] == pytest.approx(0.051, **to(3))
    assert numbers["best"] == pytest.approx(0.666, **to(3))
    terms = toy.objective_terms(POLICY, REWARD, REFERENCE, 0.5)
    assert terms.reward == pytest.approx(0.705)
    assert terms.kl == pytest.approx(0.248, **to(3))
    assert terms.total == pytest.approx(0.581, **to(3))
    assert -np.log(REFERENCE[1]) == pytest.approx(1.90, **to(2))


@pytest.mark.parametrize("beta", [0.25, 0.5, 5.0])
@pytest.mark.parametrize("other", [0, 2, 3])
def test_a_small_enough_step_away_from_certainty_always_pays(beta, other):
    certain, step = np.eye(4)[1], min(1e-3, np.exp(-4 / beta) * 1e-2)
    mixed = certain + step * (np.eye(4)[other] - certain)
    values = toy.rlhf_objective(np.array([certain, mixed]), REWARD, REFERENCE, beta)
    assert values[1] > values[0]


def test_a_step_to_the_sun_pays_if_it_is_a_hundredth_and_not_if_it_is_a_tenth():
    certain, sun = np.eye(4)[1], np.eye(4)[3]
    value = toy.rlhf_objective(certain, REWARD, REFERENCE, 0.5)
    for step, pays in ((0.1, False), (0.01, True)):
        mixed = certain + step * (sun - certain)
        assert (toy.rlhf_objective(mixed, REWARD, REFERENCE, 0.5) > value) == pays


def test_the_numbers_of_the_exercises():
    assert np.ceil(np.log(0.05) / np.log(0.999)) == 2995
    assert [f"{(z / 0.1) ** 2 * 0.999 / 0.001:,.0f}" for z in (1.96, 1.0)] == ["383,776", "99,900"]
    assert f"{0.999**100:.3f}" == "0.905"
    assert toy.SHY_REFERENCE.reference[0, 3] == 0.001
    believed = np.where(np.arange(4) == 3, 1.1, REWARD)
    assert believed.argmax() == 3
    for beta, true in ((0.5, 0.347), (2.0, 0.415)):
        policy = toy.gibbs_policy(believed, REFERENCE, beta)
        assert toy.expectation(policy, REWARD) == pytest.approx(true, **to(3))


def test_a_response_that_neither_ever_gives_counts_nothing():
    assert toy.kl_divergence([0.5, 0.5, 0.0], [0.25, 0.75, 0.0]) == pytest.approx(0.143841, **to(6))
    with pytest.raises(ValueError, match="reference must be > 0 wherever the policy is"):
        toy.kl_divergence(POLICY, [0.30, 0.25, 0.45, 0.00])


@pytest.mark.parametrize(("dtype", "end"), [(torch.float64, 2.2e-16), (torch.float32, 1.2e-7)])
def test_torch_clamps_probabilities_at_both_ends_by_the_number_type(dtype, end):
    ends = Categorical(probs=torch.tensor([1e-30, 1.0], dtype=dtype)).logits.exp().tolist()
    assert ends == [pytest.approx(end, rel=0.02), pytest.approx(1 - end, rel=end)]
    assert ends[1] < 1


@pytest.mark.parametrize("page", PAGES)
def test_no_line_of_a_cell_is_too_long_for_a_phone_to_show(page):
    cell = r"```\{code-cell\} ipython3\n(?:---\n.*?\n---\n)?(.*?)```"
    cells = re.findall(cell, PAGES[page], re.DOTALL)
    assert max(len(line) for cell in cells for line in cell.splitlines()) <= 78
