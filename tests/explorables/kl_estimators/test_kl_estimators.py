"""The explorable of estimators in Python: what it refuses, says and draws."""

import numpy as np
import pytest
import traitlets

import toy
from toy.explorables.kl_estimators import most_listed


def test_arrays_and_lists_are_taken_as_distributions():
    widget = toy.explorables.KLEstimators(
        policy=toy.softmax([1.0, 0.0]), reference=(0.25, 0.75), num_samples=np.int64(7)
    )
    assert widget.policy == tuple(toy.softmax([1.0, 0.0]))
    assert widget.reference == (0.25, 0.75)
    assert widget.num_samples == 7
    assert isinstance(widget.num_samples, int)


@pytest.mark.parametrize("value", [0, -1, 2.5, np.nan, 10_001, "many"])
def test_a_bad_number_of_samples_is_refused(value):
    widget = toy.explorables.KLEstimators()
    with pytest.raises(traitlets.TraitError, match="num_samples must"):
        widget.num_samples = value
    assert widget.num_samples == 10


@pytest.mark.parametrize(
    ("trait", "value"),
    [("coefficient", -1.1), ("coefficient", 2.1), ("stale", -0.1), ("stale", 1.1), ("stale", None)],
)
def test_a_bad_coefficient_or_sampler_is_refused(trait, value):
    widget = toy.explorables.KLEstimators()
    before = getattr(widget, trait)
    with pytest.raises(traitlets.TraitError, match=f"{trait} must"):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


def test_the_law_is_listed_as_far_as_a_frame_allows():
    assert [most_listed(responses) for responses in (2, 3, 4)] == [10_000, 593, 100]
    widget = toy.explorables.KLEstimators(num_samples=10_000)
    assert "10000 samples" in widget.describe()
    assert widget.still().startswith("<svg")


def test_the_words_say_who_samples():
    widget = toy.explorables.KLEstimators(stale=0.25, coefficient=-0.5)
    sampler = toy.geometric_mixture(widget.policy, widget.reference, 0.75)
    mine = toy.control_variate(-0.5)
    moments = toy.estimator_moments(mine, widget.policy, widget.reference, sampler)
    assert f"λ = -0.50 {np.sqrt(moments.mse(10)):.3f}" in widget.describe()
    assert "drawn 0.25 of the way from the policy to the reference" in widget.describe()


def test_the_words_hold_the_error_that_toy_computes():
    estimators = toy.explorables.KLEstimators()
    moments = toy.estimator_moments(toy.k2, estimators.policy, estimators.reference)
    assert f"k2 {np.sqrt(moments.mse(10)):.3f}" in estimators.describe()


def test_a_still_and_its_words_follow_the_state():
    widget = toy.explorables.KLEstimators()
    picture, words = widget.still(), widget.describe()
    widget.policy = list(reversed(widget.policy))
    assert widget.still() != picture
    assert widget.describe() != words


def test_equal_policies_can_be_shown():
    widget = toy.explorables.KLEstimators()
    widget.policy = widget.reference
    assert widget.still().startswith("<svg")
    assert "0.000" in widget.describe()
