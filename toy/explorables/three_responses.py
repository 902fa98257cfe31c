"""What explorables over the triangle of three responses have in common."""

from typing import Any, ClassVar

import traitlets

from toy.explorables.base import Distribution, Explorable, Labels, Number, Values

#: The largest size of a reward, and the prices of a nat, that the controls reach.
MOST_REWARD = 2.0
LEAST_BETA, MOST_BETA = 0.05, 5.0


class Corners(Labels):
    """What the three responses are called."""

    def __init__(self, default_value: Any = traitlets.Undefined) -> None:
        super().__init__(default_value, least=3, most=3)


class Triangle(Explorable):
    """An explorable of three responses, the corners of a triangle.

    A subclass names the traits with an entry for each, and validates them with `_as_three`.

    Attributes
    ----------
    responses : three labels; A, B, C where any of these traits is given without them
    """

    responses = Corners().tag(sync=True)

    _per_response: ClassVar[tuple[str, ...]]

    def __init__(self, **traits: Any) -> None:
        if traits.keys() & {*self._per_response}:
            traits.setdefault("responses", ["A", "B", "C"])
        super().__init__(**traits)

    def _as_three(self, proposal: Any) -> Any:
        """Refuse all but three."""
        name, value = proposal["trait"].name, proposal["value"]
        if len(value) != 3:
            raise traitlets.TraitError(f"{name} must have three entries; got {len(value)}")
        return value


class ThreeResponses(Triangle):
    """A triangle of policies, with a reward and a price β of the KL.

    Attributes
    ----------
    policy, reference : three probabilities > 0
    reward : three numbers from −2 to 2, in units of reward
    responses : three labels; A, B, C where only probabilities or rewards are given
    beta : from 0.05 to 5, units of reward per nat
    """

    _per_response = ("policy", "reference", "reward")

    policy = Distribution().tag(sync=True)
    reference = Distribution().tag(sync=True)
    reward = Values(most=MOST_REWARD).tag(sync=True)
    beta = Number(0.5, low=LEAST_BETA, high=MOST_BETA).tag(sync=True)

    @traitlets.validate("policy", "reference", "reward")
    def _check_length(self, proposal: Any) -> Any:
        return self._as_three(proposal)
