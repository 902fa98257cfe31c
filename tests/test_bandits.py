"""Worlds: frozen, checked and copied; the named ones show what they claim; the survey adds up."""

import copy
import dataclasses
import pickle
import re

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st

import toy
from toy.exact.bandits import (
    NOISY_LABELS,
    SCHOOLS,
    SHIFTED_REWARDS,
    SHY_REFERENCE,
    TEMPTING,
    WORLDS,
    Bandit,
    log_linear_policy,
    school_comparisons,
)
from toy.exact.distributions import expectation, softmax
from toy.exact.enumeration import count_probabilities, count_vectors
from toy.exact.reward_loss import reward_loss, win_probability
from toy.exact.rlhf_objective import gibbs_policy

GOOD = {
    "prompt_probs": np.array([0.25, 0.75]),
    "reference": np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]),
    "reward": np.array([[1.0, 0.0, -2.0], [0.5, 4.0, 3.0]]),
    "prompts": ("Why?", "Why not?"),
    "responses": (("because", "no reason", "ask again"), ("true", "false", "neither")),
}


def test_a_world_is_frozen_field_by_field_and_entry_by_entry():
    world = Bandit(**GOOD)
    with pytest.raises(dataclasses.FrozenInstanceError):
        world.reward = np.zeros((2, 3))
    for table in (world.prompt_probs, world.reference, world.reward):
        with pytest.raises(ValueError, match="read-only"):
            table[...] = 0


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda w: pickle.loads(pickle.dumps(w))]
)
def test_a_copy_of_a_world_is_equal_and_as_frozen(copied):
    world = copied(TEMPTING)
    assert world == TEMPTING != SHY_REFERENCE
    assert world in (SHY_REFERENCE, TEMPTING)
    assert world != 1.0
    for table in (world.prompt_probs, world.reference, world.reward):
        with pytest.raises(ValueError, match="read-only"):
            table[...] = 0


def test_worlds_that_differ_in_one_entry_or_one_label_are_not_equal():
    for change in ({"reward": GOOD["reward"] + 1e-9}, {"prompts": ("Why?", "Who?")}):
        assert Bandit(**GOOD) != Bandit(**GOOD | change)
    with pytest.raises(TypeError, match="unhashable"):
        hash(TEMPTING)


def test_a_world_keeps_copies_so_that_the_caller_may_go_on_writing():
    tables = {name: np.array(GOOD[name]) for name in ("prompt_probs", "reference", "reward")}
    world = Bandit(**GOOD | tables)
    for name, table in tables.items():
        before = table.copy()
        table[...] = 9.0
        np.testing.assert_array_equal(getattr(world, name), before)


def test_labels_are_copied_too():
    prompts, responses = [list(GOOD["prompts"]), [list(row) for row in GOOD["responses"]]]
    world = Bandit(**GOOD | {"prompts": prompts, "responses": responses})
    prompts[0], responses[0][0] = "When?", "never"
    assert (world.prompts, world.responses) == (GOOD["prompts"], GOOD["responses"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prompt_probs": [0.5, 0.6]}, r"^prompt_probs must sum to 1"),
        ({"prompt_probs": [1.0]}, r"^prompt_probs, reference and reward must have shapes \(X,\)"),
        ({"reference": [[0.5, 0.5, 0.5]] * 2}, r"^reference must sum to 1"),
        ({"reference": [[0.5, 0.5]] * 2}, r"^reference and reward must have the same number"),
        ({"reward": [[np.inf, 0.0, 0.0]] * 2}, r"^reward must be finite"),
        (
            {"reference": [0.5, 0.3, 0.2], "reward": [1.0, 0.0, 0.0]},
            r"^prompt_probs, reference and",
        ),
        ({"reward": [1.0, 0.0, 0.0]}, r"reward must have shapes .*; got \(2,\), \(2, 3\), \(3,\)$"),
        ({"reference": [[0.2, 0.5, 0.3]]}, r"reward must .*; got \(2,\), \(1, 3\), \(2, 3\)$"),
        ({"prompts": ("Why?",)}, r"^prompts and responses must label 2 prompts and 3 responses"),
        ({"responses": (("yes", "no", "maybe"),)}, r"^prompts and responses must label 2 prompts"),
        ({"responses": (("a", "b", "c"), ("a", "b"))}, r"^prompts and responses must label 2"),
        ({"responses": (("a", "b"), ("a", "b"))}, r"^prompts and responses must label 2 prompts"),
        ({"responses": ("abc", "def")}, r"^responses must be strings, one for each; got 'abc'$"),
        ({"prompts": "ab"}, r"^prompts must be strings, one for each; got 'ab'$"),
        ({"prompts": (1, 2)}, r"^prompts must be strings, one for each; got \(1, 2\)$"),
        ({"prompts": 2}, r"^prompts must be strings, one for each; got 2$"),
        ({"responses": None}, r"^responses must be strings, one for each; got None$"),
    ],
)
def test_a_world_that_does_not_fit_together_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Bandit(**GOOD | change)


def test_a_response_may_be_impossible_at_one_prompt():
    reference = [[0.5, 0.5, 0.0], [0.2, 0.5, 0.3]]
    assert Bandit(**GOOD | {"reference": reference}).reference.tolist() == reference


def test_every_named_world_speaks_of_different_responses_and_is_not_symmetric():
    assert len(WORLDS) >= 4
    for world in WORLDS.values():
        assert len(set(world.prompts)) == len(world.prompts)
        assert all(len(set(labels)) == len(labels) for labels in world.responses)
        assert (np.sort(world.reference)[:, :-1] != np.sort(world.reference)[:, 1:]).all()
        assert (np.sort(world.reward)[:, :-1] != np.sort(world.reward)[:, 1:]).all()


def test_a_sampled_mean_scatters_by_the_standard_deviation_over_root_n():
    policy, reward = TEMPTING.reference[0], TEMPTING.reward[0]
    mean = expectation(policy, reward)
    variance = expectation(policy, (reward - mean) ** 2)
    for size in (1, 2, 7, 30):
        counts = count_vectors("size", size, 4, "take fewer")
        chances, means = count_probabilities(policy, counts), counts @ reward / size
        assert chances @ means == pytest.approx(mean, rel=1e-12)
        assert chances @ (means - mean) ** 2 == pytest.approx(variance / size, rel=1e-12)


@pytest.mark.parametrize(
    ("total", "parts", "rule"),
    [
        (17, 17, "2,000,000 count vectors to list; got 1,166,803,110 for 17 draws"),
        (10**18, 10**6, "2,000,000 count vectors to list; got over 10^15 for 10"),
        (2, 1000, "20,000,000 numbers to list; got 500,500,000 in shape"),
        (10**8, 1, "20,000,000 numbers to list; got 100,000,000 in shape"),
    ],
)
def test_lists_too_long_for_memory_are_refused_before_they_are_made(total, parts, rule):
    with pytest.raises(
        ValueError, match="^N must leave at most " + re.escape(rule) + ".*; take fewer$"
    ):
        count_vectors("N", total, parts, "take fewer")


def test_weights_and_features_whose_product_is_not_finite_are_refused_together():
    for features in ([[1e300], [0.0]], [[-1e300], [0.0]], [[1e300], [1.0]]):
        with pytest.raises(ValueError, match=r"^weights and features must be small enough .*inf$"):
            log_linear_policy([1e300], features)


def test_a_tempting_answer_stays_the_favourite_until_beta_falls_below_0_182():
    # Mercury starts three times as likely as Venus and is worth 0.2 less: they meet at 0.2 / log 3.
    venus, mercury = (TEMPTING.responses[0].index(r) for r in TEMPTING.responses[0][1:3])
    assert TEMPTING.reward[0].argmax() == venus
    for beta, favourite in ((1.0, mercury), (0.183, mercury), (0.181, venus), (0.05, venus)):
        policy = gibbs_policy(TEMPTING.reward, TEMPTING.reference, beta)
        assert policy[0].argmax() == favourite


def test_a_shy_reference_hides_the_right_answer_from_samples_and_from_a_large_beta():
    canberra = SHY_REFERENCE.responses[0].index("Canberra")
    assert SHY_REFERENCE.reward[0].argmax() == canberra
    # One in a thousand: a hundred samples miss it nine times out of ten.
    assert (1 - SHY_REFERENCE.reference[0, canberra]) ** 100 == pytest.approx(0.905, abs=5e-4)
    chances = [
        gibbs_policy(SHY_REFERENCE.reward, SHY_REFERENCE.reference, beta)[0, canberra]
        for beta in (1.0, 0.25)
    ]
    # .00739 of .4246 + .1063 + .0135 + .00739, and 2.981 of .0947 + .0053 + .0332 + 2.981.
    assert chances == pytest.approx([0.0134, 0.9572], abs=5e-5)


def test_noisy_labels_prefer_the_better_summary_seven_times_out_of_ten():
    better, worse, _ = NOISY_LABELS.reward[0]
    assert win_probability(better - worse) == pytest.approx(0.7, rel=1e-15)


def test_shifted_rewards_are_the_same_to_every_comparison():
    first, second = SHIFTED_REWARDS.reward
    np.testing.assert_array_equal(second - first, [5.0, 5.0, 5.0])
    wins = [[0, 3, 1], [1, 0, 4], [2, 0, 0]]
    assert reward_loss(first, wins) == pytest.approx(reward_loss(second, wins), rel=1e-15)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [0.3, -2.0], [-40.0, 25.0]])
def test_a_log_linear_policy_is_the_softmax_of_weighted_features(weights):
    features = [[1.0, 0.5], [0.0, -1.0], [3.0, 2.0], [-2.0, 0.25]]
    expected = [float(p) for p in oracles.log_linear_policy(weights, features)]
    np.testing.assert_allclose(log_linear_policy(weights, features), expected, rtol=1e-12)


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=6))
def test_one_feature_per_response_gives_the_tabular_policy(logits):
    np.testing.assert_allclose(
        log_linear_policy(logits, np.eye(len(logits))), softmax(logits), rtol=1e-12
    )


def test_a_log_linear_policy_shares_its_weights_between_prompts():
    rng = np.random.default_rng(0)
    weights, features = rng.normal(size=2), rng.normal(size=(3, 4, 2))
    policy = log_linear_policy(weights, features)
    assert policy.shape == (3, 4)
    for row, table in zip(policy, features, strict=True):
        np.testing.assert_allclose(row, log_linear_policy(weights, table), rtol=1e-15)


@pytest.mark.parametrize(
    ("weights", "features", "message"),
    [
        ([1.0], [[1.0, 2.0]], r"^weights and features must have shapes \(\.\.\., D\) and"),
        ([1.0], [1.0], r"^weights and features must have shapes"),
        ([np.nan], [[1.0]], r"^weights must hold no NaN"),
        ([1.0], [[np.inf]], r"^features must be finite"),
        (np.ones((2, 1)), np.ones((3, 4, 1)), r"^weights and features must have leading axes"),
    ],
)
def test_bad_weights_and_features_are_refused(weights, features, message):
    with pytest.raises(ValueError, match=message):
        log_linear_policy(weights, features)


def test_the_survey_asked_303_students_about_every_pair_and_91_skipped_one():
    wins = school_comparisons()
    asked = wins + wins.T
    expected = np.full((6, 6), 303.0)
    paris, milano = SCHOOLS.index("Paris"), SCHOOLS.index("Milano")
    expected[paris, milano] = expected[milano, paris] = 303 - 91
    np.fill_diagonal(expected, 0)
    np.testing.assert_array_equal(asked, expected)
    assert wins.sum() == 15 * 303 - 91


def test_the_survey_counts_the_row_as_the_winner_and_a_tie_as_half_a_win():
    # London against the others: 186+13, 221+13, 208+11, 217+9.5, 250+9.5 wins.
    np.testing.assert_array_equal(school_comparisons()[0], [0, 199, 234, 219, 226.5, 259.5])
    # And the others against London: 91+13, 56+13, 73+11, 67+9.5, 34+9.5.
    np.testing.assert_array_equal(school_comparisons()[:, 0], [0, 104, 69, 84, 76.5, 43.5])
    # Barcelona's row by hand: 67+9.5, 109+18.5, 132+33.5, 134+12.5, itself, 172+20.5.
    np.testing.assert_array_equal(school_comparisons()[4], [76.5, 127.5, 165.5, 146.5, 0, 192.5])


def test_the_first_publication_had_its_last_pair_the_wrong_way_round():
    right, published = school_comparisons(), school_comparisons(as_published=True)
    barcelona, stockholm = SCHOOLS.index("Barcelona"), SCHOOLS.index("Stockholm")
    # As R's psychotree prints its corrected data: Barcelona : Stockholm 172 41 90.
    assert right[barcelona, stockholm] == 172 + 41 / 2
    assert published[barcelona, stockholm] == 90 + 41 / 2
    differs = np.zeros((6, 6), dtype=bool)
    differs[barcelona, stockholm] = differs[stockholm, barcelona] = True
    np.testing.assert_array_equal(right != published, differs)
    np.testing.assert_array_equal(right + right.T, published + published.T)


def test_the_survey_is_a_fresh_copy_each_time():
    school_comparisons()[...] = 0
    assert school_comparisons().any()


@pytest.mark.parametrize("bad", [1, "yes", None])
def test_which_survey_is_a_yes_or_no_question(bad):
    with pytest.raises(ValueError, match=r"^as_published must be True or False; got"):
        school_comparisons(bad)


def test_the_planets_have_a_policy_on_its_way_and_a_reference_that_it_has_left():
    policy, reference = toy.HALF_TRAINED, toy.RETICENT_REFERENCE
    for row in (policy, reference):
        assert row.sum() == pytest.approx(1, abs=1e-15)
        assert not row.flags.writeable
    assert toy.kl_divergence(policy, reference) != pytest.approx(
        toy.kl_divergence(reference, policy)
    ), "a direction cannot hide"
