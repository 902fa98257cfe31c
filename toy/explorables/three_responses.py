"""What explorables over the triangle of three responses have in common."""

from typing import Any

import traitlets

from toy.explorables.base import Distribution, Explorable, Number, Values

#: The largest size of a reward, and the prices of a nat, that the controls reach.
MOST_REWARD = 2.0
LEAST_BETA, MOST_BETA = 0.05, 5.0


class ThreeResponses(Explorable):
    """An explorable whose policies are points in a triangle, with a reward and a price β of the KL.

    Attributes
    ----------
    policy, reference : three probabilities > 0
    reward : three numbers from −2 to 2, in units of reward
    responses : three labels; A, B, C where only probabilities or rewards are given
    beta : from 0.05 to 5, units of reward per nat
    """

    policy = Distribution().tag(sync=True)
    reference = Distribution().tag(sync=True)
    reward = Values(most=MOST_REWARD).tag(sync=True)
    responses = traitlets.List(traitlets.Unicode(), minlen=3, maxlen=3).tag(sync=True)
    beta = Number(0.5, low=LEAST_BETA, high=MOST_BETA).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        if {"policy", "reference", "reward"} & traits.keys() and "responses" not in traits:
            traits["responses"] = ["A", "B", "C"]
        super().__init__(**traits)

    @traitlets.validate("policy", "reference", "reward")
    def _check_length(self, proposal: Any) -> Any:
        """Refuse all but three: the responses are the corners of a triangle."""
        name, value = proposal["trait"].name, proposal["value"]
        if len(value) != 3:
            raise traitlets.TraitError(f"{name} must have three entries; got {len(value)}")
        return value

    @traitlets.default("reference")
    def _default_reference(self) -> list[float]:
        return [0.08, 0.22, 0.7]

    @traitlets.default("reward")
    def _default_reward(self) -> list[float]:
        return [0.85, 0.0, -1.2]

    @traitlets.default("responses")
    def _default_responses(self) -> list[str]:
        return ["faithful and short", "faithful but long", "short but invented"]
