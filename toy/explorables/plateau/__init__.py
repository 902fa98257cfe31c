"""A plateau: how long the exact gradient takes to find a response that is rarely said."""

from functools import lru_cache

import numpy as np

from toy.exact.bandits import TEMPTING
from toy.exact.distributions import softmax
from toy.exact.learners import ascend
from toy.exact.policy_gradient import policy_gradient
from toy.exact.validation import Array
from toy.explorables.plateau.still import draw
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Count, Distribution, Labels, Values

STEP_SIZE = 2.0

#: The number of steps that are drawn.
STEPS = 5000


class Plateau(Scene):
    """Follow the exact gradient until the best response is said half the time."""

    time = Count(3, "steps along the exact gradient, each of the size 2", high=STEPS)
    policy = Distribution(TEMPTING.reference[0], "π at the start")
    reward = Values(TEMPTING.reward[0], "r", low=-2.0, high=2.0, unit="units of reward")
    responses = Labels(["I don't know", "Venus", "Mercury", "the Sun"], "what they are called")

    def question(self) -> str:
        """Return the question: when the best response is said half the time."""
        return (
            f"{self._name()} earns most, and is said {say(100 * self.policy[self._best()])} times "
            "in 100. After how many steps of the exact gradient is it said half the time?"
        )

    def truth(self) -> float | None:
        """Return the first step at which it is, if there is one on the axis."""
        shares = self._flow()[:, self._best()]
        step = int((shares >= 0.5).argmax())
        return step if step >= 1 else None

    def why(self) -> str:
        """Return how the policy stood half the way, and how weakly it was pushed there."""
        if (step := self.truth()) is None:
            return f"It is so at no step from 1 to {say(STEPS)}."
        flow, best = self._flow(), self._best()
        half = int(step) // 2
        weaker = self._push(flow[int(step)]) / self._push(flow[half])
        rival = int(np.where(np.arange(len(flow[half])) == best, 0, flow[half]).argmax())
        return (
            f"A push is probability × advantage. At step {say(half)}, {self.responses[rival]} has "
            f"{say(100 * flow[half, rival])} %, {self._name()} {say(100 * flow[half, best])} %, "
            f"and its push is {say(weaker)} times weaker than at half."
        )

    def still(self) -> str:
        """Draw the shares over the steps, one above the other, and when odds are even."""
        steps = np.unique(np.geomspace(1, STEPS, 241).astype(int))
        shares = self._flow()[steps]
        return draw(self.responses, self._best(), (steps, shares), self.time, self.truth())

    def _flow(self) -> Array:
        return _flow(self.policy, self.reward)

    def _push(self, policy: Array) -> float:
        return float(policy_gradient(policy, self.reward)[self._best()])

    def _best(self) -> int:
        return int(np.argmax(self.reward))

    def _name(self) -> str:
        return self.responses[self._best()]


@lru_cache(maxsize=8)
def _flow(policy: tuple[float, ...], reward: tuple[float, ...]) -> Array:
    """Return the policies that the exact gradient goes through, the start first."""
    start = np.log(policy)
    return ascend(lambda z: policy_gradient(softmax(z), reward), start, STEP_SIZE, STEPS).policies
