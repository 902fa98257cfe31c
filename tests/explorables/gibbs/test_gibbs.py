"""The explorable of the RLHF objective in Python: its traits, its words and its picture."""

import numpy as np
import pytest
import traitlets

import toy
from toy.explorables import Gibbs
from toy.explorables.gibbs import overtaking_price

SHY = {"reward": toy.SHY_REFERENCE.reward[0], "reference": toy.SHY_REFERENCE.reference[0]}


def test_the_tempting_world_is_shown_first():
    widget = Gibbs()
    assert widget.reward == tuple(toy.TEMPTING.reward[0])
    assert widget.reference == tuple(toy.TEMPTING.reference[0])


@pytest.mark.parametrize(
    ("trait", "value", "rule"),
    [
        (
            "reward",
            [1.0, 2.0, 3.0, 3.1],
            "reward must be numbers from −3 to 3",
        ),
        ("reward", [1.0, 2.0], "reward must have 4 entries, one for each response; got 2"),
        ("reference", [0.5, 0.5, 0.0, 0.0], "must be probabilities of at least 1e-9"),
        ("pretraining", [0.5, 0.5], "pretraining must have 4 entries"),
        ("responses", ["A", "B"], "responses must have 4 entries, one for each response; got 2"),
        ("beta", 0.0, "must be one number from 0.05 to 10"),
        ("beta", 11.0, "must be one number from 0.05 to 10"),
        ("gamma", 0.0, "must be one number from 0.01 to 10"),
        ("with_pretraining", "yes", "with_pretraining"),
    ],
)
def test_what_cannot_be_shown_is_refused(trait, value, rule):
    widget = Gibbs()
    before = getattr(widget, trait)
    with pytest.raises(traitlets.TraitError, match=rule):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


def test_a_world_of_ones_own_has_lettered_responses_and_the_reference_as_data():
    widget = Gibbs(reward=[1.0, 0.0], reference=[0.25, 0.75], beta=1)
    assert widget.responses == ("A", "B")
    assert widget.pretraining == (0.25, 0.75)
    assert Gibbs(**SHY, pretraining=[0.1, 0.2, 0.3, 0.4]).pretraining == (0.1, 0.2, 0.3, 0.4)


def test_words_hold_what_the_optimum_says_earns_pays_and_keeps():
    widget = Gibbs(**SHY, responses=list(toy.SHY_REFERENCE.responses[0]), beta=0.4)
    optimum = toy.gibbs_policy(**SHY, beta=0.4)
    words = widget.describe()
    assert f"“Canberra” with probability {optimum[3]:.3f}" in words
    assert f"earns {toy.expectation(optimum, SHY['reward']):.3f}" in words
    assert f"{toy.kl_divergence(optimum, SHY['reference']):.3f} nats" in words
    assert f"β log Z = {0.4 * toy.log_partition(**SHY, beta=0.4):.3f}" in words
    assert f"overtakes “Sydney” at β = {2.5 / np.log(700):.3f}." in words


def test_words_say_when_the_reference_prefers_the_best_already():
    assert (
        "both the best and the reference's favourite"
        in Gibbs(reward=[1.0, 0.0], reference=[0.6, 0.4]).describe()
    )


def test_words_and_picture_follow_the_pretraining_term():
    widget = Gibbs()
    words, picture = widget.describe(), widget.still()
    widget.with_pretraining = True
    terms = widget.reward, widget.reference, 0.5, 0.1, widget.pretraining
    assert f"“the Sun” with probability {toy.ptx_policy(*terms)[3]:.3f}" in widget.describe()
    assert words in widget.describe()
    assert widget.still() != picture


def test_the_picture_follows_the_price_and_shows_a_reward_without_choice():
    widget = Gibbs()
    picture = widget.still()
    widget.beta = 1.5
    assert widget.still() != picture
    widget.reward = np.ones(4)
    assert widget.still().startswith("<svg")


def test_the_best_overtakes_the_favourite_where_both_are_equally_likely():
    price = overtaking_price(SHY["reward"], SHY["reference"])
    optimum = toy.gibbs_policy(**SHY, beta=price)
    assert optimum[3] == pytest.approx(optimum[0], rel=1e-12)
    assert overtaking_price([1.0, 0.0], [0.6, 0.4]) == np.inf
