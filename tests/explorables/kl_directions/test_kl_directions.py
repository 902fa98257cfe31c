"""The explorable of both directions in Python: what it says and draws."""

import toy


def test_responses_without_labels_are_lettered():
    widget = toy.explorables.KLDirections(policy=[0.9, 0.1], reference=[0.5, 0.5])
    assert widget.responses == ("A", "B")


def test_the_words_hold_both_divergences_that_toy_computes():
    directions = toy.explorables.KLDirections()
    reverse = toy.kl_divergence(directions.policy, directions.reference)
    forward = toy.kl_divergence(directions.reference, directions.policy)
    assert f"KL(π ‖ π_ref) is {reverse:.3f} nats" in directions.describe()
    assert f"KL(π_ref ‖ π) is {forward:.3f} nats" in directions.describe()


def test_a_still_and_its_words_follow_the_state():
    widget = toy.explorables.KLDirections()
    picture, words = widget.still(), widget.describe()
    widget.policy = list(reversed(widget.policy))
    assert widget.still() != picture
    assert widget.describe() != words


def test_equal_policies_can_be_shown():
    widget = toy.explorables.KLDirections()
    widget.policy = widget.reference
    assert widget.still().startswith("<svg")
    assert "0.000" in widget.describe()
