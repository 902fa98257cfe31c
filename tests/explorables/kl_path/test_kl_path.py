"""The explorable of the path in Python: what it refuses, says and draws."""

import numpy as np
import pytest
import traitlets

import toy


@pytest.mark.parametrize("value", [-0.1, 33.0, np.nan, np.inf])
def test_a_bad_weight_is_refused(value):
    widget = toy.explorables.KLPath()
    with pytest.raises(traitlets.TraitError, match="weight must"):
        widget.weight = value
    assert widget.weight == 1.0


def test_the_words_hold_the_divergence_and_the_crossover_that_toy_computes():
    path = toy.explorables.KLPath(weight=0.5)
    mixture = toy.geometric_mixture(path.policy, path.reference, 0.5)
    assert f"{toy.kl_divergence(mixture, path.reference):.3f} nats" in path.describe()
    assert f"{toy.variance_crossover(path.policy, path.reference):.3f}" in path.describe()


def test_a_still_and_its_words_follow_the_state():
    widget = toy.explorables.KLPath()
    picture, words = widget.still(), widget.describe()
    widget.policy = list(reversed(widget.policy))
    assert widget.still() != picture
    assert widget.describe() != words


def test_equal_policies_can_be_shown():
    widget = toy.explorables.KLPath()
    widget.policy = widget.reference
    assert widget.still().startswith("<svg")
    assert "0.000" in widget.describe()
