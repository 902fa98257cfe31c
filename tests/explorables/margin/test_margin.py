"""The explorable of one pair in Python: its traits, its words and its picture."""

import numpy as np
import pytest
import traitlets

import toy
from toy.explorables import Margin


@pytest.mark.parametrize(
    ("trait", "value", "rule"),
    [
        ("margin", 6.1, "must be one number from −4 to 6"),
        ("shift", -3.5, "must be one number from −3 to 3"),
        ("preference", 0.4, "must be one number from 0.5 to 1"),
        ("time", 0.0, "must be one number from 0.1 to 10000"),
        ("time", np.nan, "must"),
    ],
)
def test_what_cannot_be_shown_is_refused(trait, value, rule):
    widget = Margin()
    before = getattr(widget, trait)
    with pytest.raises(traitlets.TraitError, match=f"{trait} {rule}"):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


def test_words_hold_the_numbers_that_toy_computes():
    wins = [[0, 0.7], [0.3, 0]]
    words = Margin(margin=2.0, preference=0.7, time=30.0).describe()
    assert "wins 70 of 100 labels" in words
    assert f"win probability of {toy.win_probability(2.0):.3f}" in words
    assert f"loss is {toy.reward_loss([2.0, 0.0], wins):.3f} nats" in words
    assert f"at least {toy.entropy([0.7, 0.3]):.3f}" in words
    assert f"slope {toy.reward_loss_gradient([2.0, 0.0], wins)[0]:.3f}" in words
    assert f"to {toy.margin_after(30.0, 0.7):.3f}, with" in words
    assert f"clean labels to {toy.margin_after(30.0, 1.0):.3f}" in words
    assert f"settles at logit p = {np.log(7 / 3):.3f}" in words


def test_clean_labels_never_settle():
    assert "never settles" in Margin(preference=1.0).describe()


@pytest.mark.parametrize("change", [{"margin": 2.0}, {"preference": 1.0}, {"time": 100.0}])
def test_the_picture_follows_the_state(change):
    widget = Margin()
    picture, words = widget.still(), widget.describe()
    widget.set_trait(*next(iter(change.items())))
    assert widget.still() != picture
    assert widget.describe() != words


def test_a_shift_changes_neither_words_nor_picture():
    widget = Margin()
    picture, words = widget.still(), widget.describe()
    widget.shift = 2.0
    assert widget.still() == picture
    assert widget.describe() == words
