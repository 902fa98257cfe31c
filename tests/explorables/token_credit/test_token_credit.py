"""The explorable of credit: what it takes, what it says, and its still picture."""

import numpy as np
import pytest
import traitlets

import toy
from toy.explorables.prefix_tree import policy_tables, reward_tables


@pytest.mark.parametrize(
    ("reward", "rule"),
    [
        (
            [0.0] * 13,
            "reward must have 14 entries, one for each token after its prefix; got 13",
        ),
        ([4.0] + [0.0] * 13, "reward must be numbers from −3 to 3"),
    ],
)
def test_what_cannot_be_shown_is_refused(reward, rule):
    with pytest.raises(traitlets.TraitError, match=rule):
        toy.explorables.TokenCredit(reward=reward)


def test_arrays_are_taken():
    assert toy.explorables.TokenCredit(reward=np.zeros(14)).reward == (0.0,) * 14


def test_words_of_the_credit_are_toys_numbers():
    widget = toy.explorables.TokenCredit()
    policy, reward = policy_tables(widget.policy), reward_tables(widget.reward)
    whole = toy.trajectory_moments(policy, reward, credit=toy.whole_return).total_variance
    to_go = toy.trajectory_moments(policy, reward).total_variance
    words = widget.describe()
    assert f"expected return is {toy.prefix_values(policy, reward)[0].item():.3f}" in words
    assert f"{whole:.3f} with the whole return, {to_go:.3f} with reward-to-go" in words


def test_the_still_picture_follows_what_is_shown():
    widget = toy.explorables.TokenCredit()
    picture = widget.still()
    widget.reward = [0.0] * 14
    assert picture != widget.still()
    assert widget.still().startswith("<svg")
