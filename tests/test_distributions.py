"""Distributions and divergences against 50-digit definitions, scipy, torch and identities."""

import re
from pathlib import Path

import numpy as np
import oracles
import pytest
import scipy.special
import scipy.stats
import torch
from compare import close
from hypothesis import assume, given
from hypothesis import strategies as st
from worlds import PAIRS, as_lists, policies, worlds

import toy
from toy.exact.distributions import complement

pairs = pytest.mark.parametrize(("policy", "reference"), PAIRS.values(), ids=PAIRS)


@pytest.mark.parametrize(
    "logits",
    [[0.0, 1.0, -2.0], [300.0, -300.0, 299.0], [0.0, -50.0], [5.0, 5.0], [-3.0], [1e-9, 0.0]],
)
def test_softmax_and_its_logarithm_are_right_in_every_digit(logits):
    expected = oracles.log_softmax(logits)
    close(toy.log_softmax(logits), expected)
    close(toy.softmax(logits), [oracles.exp(x) for x in expected])


def test_log_softmax_agrees_with_torch():
    logits = np.random.default_rng(1).normal(size=(4, 3, 7)) * 10
    expected = torch.log_softmax(torch.tensor(logits), dim=-1).numpy()
    np.testing.assert_allclose(toy.log_softmax(logits), expected, rtol=1e-12)


@given(policies(5), st.floats(-1e3, 1e3))
def test_softmax_ignores_a_shift_of_all_logits(policy, shift):
    logits = np.round(np.log(policy), 3)
    np.testing.assert_allclose(toy.softmax(logits + shift), toy.softmax(logits), rtol=1e-12)


@pairs
def test_kl_divergence_is_the_sum_over_responses(policy, reference):
    close(toy.kl_divergence(policy, reference), oracles.kl_divergence(policy, reference))


@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-9, 1e-12, 1e-15])
def test_kl_divergence_keeps_its_digits_for_nearly_equal_policies(gap):
    # Dyadic steps, so that both rows sum to one exactly and the oracle sees the same numbers.
    step = 2.0 ** np.round(np.log2(gap))
    policy, reference = [0.25 + step, 0.5, 0.25 - step], [0.25, 0.5, 0.25]
    close(toy.kl_divergence(policy, reference), oracles.kl_divergence(policy, reference))


def test_the_textbook_sum_goes_negative_where_kl_divergence_does_not():
    policy = np.array([0.1 + 2e-17, 0.2, 0.7])
    reference = np.array([0.1, 0.2 + 3e-17, 0.7])
    rng = np.random.default_rng(3)
    textbook = []
    for _ in range(200):
        reference = rng.dirichlet(np.ones(5))
        policy = reference * (1 + 1e-9 * rng.standard_normal(5))
        policy /= policy.sum()
        textbook.append((policy * (np.log(policy) - np.log(reference))).sum())
        assert toy.kl_divergence(policy, reference) >= 0
    assert min(textbook) < 0


@given(worlds())
def test_kl_divergence_agrees_with_scipy(world):
    policy, reference = world
    expected = scipy.special.rel_entr(policy, reference).sum()
    np.testing.assert_allclose(
        toy.kl_divergence(policy, reference), expected, rtol=1e-9, atol=1e-14
    )


def test_kl_divergence_agrees_with_torch_whose_arguments_are_reversed():
    policy, reference = (np.array(x) for x in PAIRS["three responses"])
    log_reference = torch.tensor(reference).log()
    expected = torch.nn.functional.kl_div(log_reference, torch.tensor(policy), reduction="sum")
    np.testing.assert_allclose(toy.kl_divergence(policy, reference), expected.item(), rtol=1e-12)


@given(worlds())
def test_kl_divergence_is_not_negative_and_zero_only_at_equality(world):
    policy, reference = world
    assert toy.kl_divergence(policy, reference) >= 0
    assert toy.kl_divergence(policy, policy) == 0


def test_kl_divergence_has_a_direction():
    forward = toy.kl_divergence([0.99, 0.01], [0.5, 0.5])
    assert abs(forward - toy.kl_divergence([0.5, 0.5], [0.99, 0.01])) > 0.9


def test_kl_divergence_breaks_the_triangle_inequality():
    first, middle, last = [0.5, 0.5], [0.25, 0.75], [0.01, 0.99]
    detour = toy.kl_divergence(first, middle) + toy.kl_divergence(middle, last)
    # Half of log 4/3, and a quarter of log 25 + 3 log 75/99, against half of log 50 · 50/99.
    assert detour == pytest.approx(np.log(4 / 3) / 2 + np.log(25 * (75 / 99) ** 3) / 4, rel=1e-12)
    assert toy.kl_divergence(first, last) == pytest.approx(np.log(2500 / 99) / 2, rel=1e-12)
    assert detour < toy.kl_divergence(first, last) / 2


@given(worlds())
def test_kl_divergence_is_at_most_the_surprise_of_the_rarest_response(world):
    policy, reference = world
    ceiling = -np.log(reference.min())
    assert toy.kl_divergence(policy, reference) <= ceiling * (1 + 1e-12)
    rarest = np.arange(reference.size) == reference.argmin()
    np.testing.assert_allclose(toy.kl_divergence(rarest, reference), ceiling, rtol=1e-9)


@given(worlds(widest=5.0))
def test_merging_responses_lowers_the_kl_and_keeps_the_total_variation(world):
    policy, reference = world
    gaining = policy > reference
    assume(gaining.any() and not gaining.all())
    merged = [np.array([p[gaining].sum(), p[~gaining].sum()]) for p in world]
    assert toy.kl_divergence(*merged) <= toy.kl_divergence(policy, reference) + 1e-12
    np.testing.assert_allclose(
        toy.total_variation(*merged), toy.total_variation(policy, reference), atol=1e-12
    )


@given(policies(4))
def test_softmax_answers_to_a_logit_by_the_indicator_less_the_probability(policy):
    logits = torch.tensor(np.log(policy))
    jacobian = torch.autograd.functional.jacobian(lambda z: torch.softmax(z, dim=-1), logits)
    np.testing.assert_allclose(jacobian, policy[:, None] * (np.eye(4) - policy), atol=1e-14)


def test_a_response_the_policy_never_gives_costs_nothing_in_the_kl():
    np.testing.assert_allclose(toy.kl_divergence([1.0, 0.0], [0.25, 0.75]), np.log(4), rtol=1e-15)


def test_kl_divergence_is_exact_where_torch_clamps_and_scipy_overflows():
    policy = toy.softmax([[300.0, -300.0]])[0]
    reference = toy.softmax([[-300.0, 300.0]])[0]
    np.testing.assert_allclose(toy.kl_divergence(policy, reference), 600.0, rtol=1e-12)


@pairs
def test_log_ratio_is_policy_over_reference(policy, reference):
    close(toy.log_ratio(policy, reference), oracles.log_ratio(policy, reference))


@pytest.mark.parametrize("step", [0.0, 2.0**-54, 2.0**-52, 2.0**-40, 2.0**-20, 2.0**-5])
def test_log_ratio_of_nearly_equal_probabilities_is_right_in_every_digit(step):
    policy, reference = [0.25 + step, 0.75 - step], [0.25, 0.75]
    expected = oracles.log_ratio(policy, reference)
    close(toy.log_ratio(policy, reference), expected, rel=4e-16)
    close(toy.log_ratio(reference, policy), [-d for d in expected], rel=4e-16)


def test_log_ratio_reaches_across_the_whole_range_of_float64():
    tiny = 5e-320
    np.testing.assert_allclose(
        toy.log_ratio([tiny, 1.0], [1.0 - 2**-53, 2**-53])[0], np.log(tiny), rtol=1e-15
    )
    assert toy.log_ratio([0.0, 1.0], [0.5, 0.5])[0] == -np.inf


@pairs
def test_chi_square_is_the_variance_of_the_ratio_under_the_reference(policy, reference):
    close(toy.chi_square_divergence(policy, reference), oracles.chi_square(policy, reference))


@pairs
def test_total_variation_is_the_largest_gap_over_all_subsets(policy, reference):
    expected = oracles.total_variation(policy, reference)
    np.testing.assert_allclose(toy.total_variation(policy, reference), float(expected), rtol=1e-7)
    assert toy.total_variation(policy, reference) == toy.total_variation(reference, policy)


@pytest.mark.parametrize("lead", [1.0, 20.0, 60.0])
def test_a_nearly_certain_policy_keeps_every_digit_of_what_is_missing_to_one(lead):
    # 1 − 1e-26 is stored as 1: only the other probabilities still know the difference.
    logits, others = [lead, 0.0, -1.0], [lead + 0.5, 0.25, -1.5]
    exact = [oracles.exp(x) for x in oracles.log_softmax(logits)]
    exact_others = [oracles.exp(x) for x in oracles.log_softmax(others)]
    policy, other = toy.softmax(logits), toy.softmax(others)
    close(toy.entropy(policy), oracles.entropy(exact))
    close(
        toy.total_variation(policy, other),
        sum(abs(p - q) for p, q in zip(exact, exact_others, strict=True)) / 2,
    )
    close(complement(policy), [1 - p for p in exact])


def test_no_worlds_in_no_worlds_out():
    none = np.zeros((0, 3))
    assert toy.softmax(none).shape == (0, 3)
    assert toy.entropy(none).shape == (0,)
    assert toy.kl_divergence(none, none).shape == (0,)
    assert toy.policy_gradient(none, [1.0, 2.0, 3.0]).shape == (0, 3)


def test_total_variation_of_disjoint_policies_is_one():
    assert toy.total_variation([1.0, 0.0], [0.0, 1.0]) == 1.0


@given(worlds(widest=5.0))
def test_pinsker_and_the_chi_square_bound_hold(world):
    policy, reference = world
    kl = toy.kl_divergence(policy, reference)
    assert 2 * toy.total_variation(policy, reference) ** 2 <= kl * (1 + 1e-9) + 1e-300
    assert kl <= np.log1p(toy.chi_square_divergence(policy, reference)) * (1 + 1e-9) + 1e-300


@given(policies(4))
def test_entropy_is_log_y_minus_the_kl_to_uniform(policy):
    # The oracle reads a probability close to one as it is stored, to 1e-16.
    expected = float(oracles.entropy(as_lists(policy)))
    np.testing.assert_allclose(toy.entropy(policy), expected, rtol=1e-10, atol=4e-16)
    gap = np.log(4) - toy.kl_divergence(policy, np.full(4, 0.25))
    np.testing.assert_allclose(toy.entropy(policy), gap, atol=1e-12)


def test_whole_numbers_are_probabilities_too():
    assert toy.entropy([0, 1]) == 0.0
    np.testing.assert_array_equal(
        toy.kl_divergence(np.eye(2, dtype=int), [0.5, 0.5]), np.log([2, 2])
    )


def test_entropy_counts_zero_log_zero_as_zero():
    assert toy.entropy([0.0, 1.0]) == 0.0
    assert not np.signbit(toy.entropy([0.0, 1.0]))
    np.testing.assert_allclose(toy.entropy([0.5, 0.0, 0.5]), np.log(2), rtol=1e-15)


def test_expectation_weighs_each_value_by_its_probability():
    assert toy.expectation([0.7, 0.2, 0.1], [10.0, -5.0, 1.0]) == pytest.approx(6.1, rel=1e-15)


def test_geometric_mixture_runs_from_reference_to_policy_in_log_space():
    policy, reference = (np.array(x) for x in PAIRS["three responses"])
    path = toy.geometric_mixture(policy, reference, [0.0, 0.3, 1.0, 1.7])
    np.testing.assert_allclose(path[0], reference, rtol=1e-14)
    np.testing.assert_allclose(path[2], policy, rtol=1e-14)
    for row, weight in zip(path, [0.0, 0.3, 1.0, 1.7], strict=True):
        unnormalised = reference ** (1 - weight) * policy**weight
        np.testing.assert_allclose(row, unnormalised / unnormalised.sum(), rtol=1e-13)


DIVERGENCES = [
    toy.kl_divergence,
    toy.chi_square_divergence,
    toy.total_variation,
    toy.log_ratio,
    toy.expectation,
    lambda policy, reference: toy.geometric_mixture(policy, reference, 0.5),
]


@pytest.mark.parametrize("function", [*DIVERGENCES, lambda p, _: toy.entropy(p)])
def test_functions_are_the_same_for_one_prompt_and_for_many(function):
    rng = np.random.default_rng(4)
    policy, reference = rng.dirichlet(np.ones(5), (2, 3)), rng.dirichlet(np.ones(5), 3)
    together = function(policy, reference)
    for i, j in np.ndindex(2, 3):
        np.testing.assert_array_equal(together[i, j], function(policy[i, j], reference[j]))


@pytest.mark.parametrize("function", [*DIVERGENCES, lambda p, _: toy.entropy(p)])
def test_inputs_are_never_changed(function):
    policy, reference = (np.array(x) for x in PAIRS["four responses"])
    before = policy.copy(), reference.copy()
    policy.setflags(write=False)
    reference.setflags(write=False)
    function(policy, reference)
    np.testing.assert_array_equal((policy, reference), before)


GOOD = [0.5, 0.5]
BAD_POLICIES = {
    "negative": ([-0.1, 1.1], "no negative probability; got -0.1 at index (0,)"),
    "unnormalised": ([0.5, 0.6], "must sum to 1 along its last axis"),
    "float32": (np.array([0.1, 0.3, 0.6], dtype=np.float32), "in float64"),
    "nan": ([np.nan, 1.0], "must hold no NaN; got NaN at index (0,)"),
    "infinite": ([np.inf, 0.0], "must be finite, within ±1e300; got inf at index (0,)"),
    "scalar": (1.0, "must have shape (..., Y) with at least one response; got shape ()"),
    "empty": ([], "at least one response; got shape (0,)"),
    "words": (["a", "b"], "must hold real numbers"),
    "ragged": ([[0.5, 0.5], [1.0]], "must have rows of equal length; got [[0.5, 0.5], [1.0]]"),
    "complex": ([0.5 + 0j, 0.5], "must hold real numbers"),
}


@pytest.mark.parametrize(("bad", "rule"), BAD_POLICIES.values(), ids=BAD_POLICIES)
@pytest.mark.parametrize("function", [*DIVERGENCES, lambda p, _: toy.entropy(p)])
def test_a_bad_policy_is_refused_by_name_and_rule(function, bad, rule):
    with pytest.raises(ValueError, match="^policy .*" + re.escape(rule)):
        function(bad, GOOD)


@pytest.mark.parametrize(("bad", "rule"), BAD_POLICIES.values(), ids=BAD_POLICIES)
@pytest.mark.parametrize(
    ("function", "name"),
    [
        (toy.kl_divergence, "reference"),
        (toy.chi_square_divergence, "reference"),
        (toy.log_ratio, "reference"),
        (toy.total_variation, "other"),
    ],
)
def test_a_bad_second_distribution_is_refused_by_name_and_rule(function, name, bad, rule):
    with pytest.raises(ValueError, match=f"^{name} .*" + re.escape(rule)):
        function(GOOD, bad)


@pytest.mark.parametrize(
    "function", [toy.kl_divergence, toy.chi_square_divergence, toy.log_ratio, DIVERGENCES[-1]]
)
def test_a_zero_in_a_reference_is_refused(function):
    with pytest.raises(ValueError, match=r"reference must be > 0 wherever .* 0 at index \(1,\)"):
        function(GOOD, [1.0, 0.0])


@pytest.mark.parametrize("function", DIVERGENCES)
def test_distributions_over_different_responses_are_refused(function):
    with pytest.raises(ValueError, match=r"policy and \w+ must have the same number of responses"):
        function(GOOD, [1.0])
    with pytest.raises(ValueError, match="leading axes that broadcast"):
        function(np.full((3, 2), 0.5), np.full((2, 2), 0.5))


@pytest.mark.filterwarnings("error")
def test_a_masked_logit_has_probability_zero_and_the_rest_is_the_softmax_without_it():
    logits = np.array([[0.0, -np.inf, 1.0, -np.inf], [2.0, 700.0, -np.inf, -np.inf]])
    expected = torch.softmax(torch.tensor(logits), dim=-1).numpy()
    np.testing.assert_allclose(toy.softmax(logits), expected, rtol=1e-14)
    assert toy.softmax(logits)[0, [0, 2]].tolist() == toy.softmax([0.0, 1.0]).tolist()
    assert (toy.softmax(logits) == 0).tolist() == (logits == -np.inf).tolist()
    assert (toy.log_softmax(logits) == -np.inf).tolist() == (logits == -np.inf).tolist()
    with pytest.raises(ValueError, match=r"^logits must have a finite entry .* in row \(1,\)$"):
        toy.softmax([[0.0, -np.inf], [-np.inf, -np.inf]])


@pytest.mark.parametrize("function", [toy.softmax, toy.log_softmax])
@pytest.mark.parametrize("bad", [[np.nan, 0.0], [np.inf, 0.0], [], 3.0, ["a"]])
def test_bad_logits_are_refused(function, bad):
    with pytest.raises(ValueError, match=r"^logits must"):
        function(bad)


def test_bad_values_and_weights_are_refused():
    with pytest.raises(ValueError, match=r"^values must be finite"):
        toy.expectation(GOOD, [np.inf, 0.0])
    with pytest.raises(ValueError, match=r"^weight must be finite"):
        toy.geometric_mixture(GOOD, GOOD, np.inf)
    with pytest.raises(ValueError, match=r"^weight must hold no NaN"):
        toy.geometric_mixture(GOOD, GOOD, np.nan)
    with pytest.raises(ValueError, match=r"^weight must be small enough for logits"):
        toy.geometric_mixture([1e-300, 1.0], [0.5, 0.5], 1e300)
    with pytest.raises(ValueError, match=r"^weight must be one number, or have axes that"):
        toy.geometric_mixture([[0.5, 0.5]] * 2, [0.3, 0.7], [0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match=r"^policy must be > 0 wherever the reference is"):
        toy.geometric_mixture([1.0, 0.0], GOOD, 0.5)
    with pytest.raises(ValueError, match=r"^weight must be one number, or have axes"):
        toy.geometric_mixture([GOOD, GOOD], GOOD, [0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match=r"^policy must be > 0 wherever the reference is"):
        toy.optimal_coefficient([1.0, 0.0], GOOD)


def test_every_source_is_cited_by_a_key_of_the_bibliography():
    keys = set(
        re.findall(
            r"^@\w+\{(\w+),",
            (Path(__file__).parents[1] / "book" / "references.bib").read_text(),
            re.M,
        )
    )
    modules = Path(toy.__file__).parent.rglob("*.py")
    cited = re.findall(r"^ *Sources?: (.*)", "\n".join(m.read_text() for m in modules), re.M)
    found = {key for line in cited for key in re.findall(r"\b[a-z]+\d{4}\w+", line)}
    assert len(found) >= 3
    assert found <= keys
