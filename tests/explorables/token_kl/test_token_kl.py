"""The explorable of the KL of sequences: what it takes, what it says, and its still picture."""

import numpy as np
import pytest
import traitlets

import toy
from toy.explorables.prefix_tree import policy_tables, reward_tables

SPLITS = [0.6, 0.3, 0.55, 0.7, 0.8, 0.3, 0.25]


@pytest.mark.parametrize("trait", ["policy", "reference"])
@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ([0.5] * 6, "must have 7 entries, one for each prefix; got 6"),
        ([[0.5]] * 7, "must be numbers from 1e-09 to 0.999999999, one for each prefix"),
        ([0.5] * 6 + [0.0], "must be numbers from 1e-09"),
        ([0.5] * 6 + [1.0], "must be numbers from 1e-09"),
        ([0.5] * 6 + [np.nan], "must hold no NaN"),
        ("half", "must"),
        (None, "must"),
    ],
)
def test_what_is_no_probability_at_each_prefix_is_refused(trait, value, rule):
    widget = toy.explorables.TokenKL()
    before = getattr(widget, trait)
    with pytest.raises(traitlets.TraitError, match=f"{trait} {rule}"):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


@pytest.mark.parametrize(
    ("trait", "value", "rule"),
    [
        ("path", 0, "path must"),
        ("path", 9, "path must be a whole number from 1 to 8; got 9"),
        ("words", ["a"] * 5, "words"),
        ("reference_moves", "yes", "reference_moves"),
    ],
)
def test_what_cannot_be_shown_is_refused(trait, value, rule):
    with pytest.raises(traitlets.TraitError, match=rule):
        toy.explorables.TokenKL(**{trait: value})


def test_arrays_are_taken():
    assert toy.explorables.TokenKL(policy=np.array(SPLITS)).policy == tuple(SPLITS)


def test_the_tables_are_in_the_order_that_is_documented():
    policy, reward = policy_tables(SPLITS), reward_tables(range(14))
    assert [table.shape for table in policy] == [(2,), (2, 2), (2, 2, 2)]
    assert policy[0].tolist() == [0.6, 0.4]
    assert policy[1][1].tolist() == pytest.approx([0.55, 0.45])
    assert policy[2][1, 0].tolist() == pytest.approx([0.3, 0.7])
    assert reward[1].tolist() == [[2, 3], [4, 5]]
    assert reward[2][1, 1].tolist() == [12, 13]


def test_words_of_the_divergence_are_toys_numbers():
    widget = toy.explorables.TokenKL()
    policy, reference = policy_tables(widget.policy), policy_tables(widget.reference)
    words = widget.describe()
    assert f"{toy.sequence_kl(policy, reference):.3f} nats" in words
    assert f"of which {toy.kl_divergence(policy[0], reference[0]):.3f}" in words
    moments = toy.token_estimator_moments(toy.k3, policy, reference)
    assert f"k3 token by token {moments.std:.3f}" in words
    assert f"prefix {toy.prefix_kl_moments(policy, reference).std:.3f}" in words


def test_the_still_picture_follows_what_is_shown():
    widget = toy.explorables.TokenKL()
    pictures = [widget.still()]
    for name in ("policy", "reference"):
        setattr(widget, name, SPLITS)
        pictures.append(widget.still())
    assert len(set(pictures)) == 3
    assert all(picture.startswith("<svg") for picture in pictures)
