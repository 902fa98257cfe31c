"""A baseline that hurts: the scatter of one draw's gradient is a parabola in the baseline."""

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.bandits import TEMPTING
from toy.exact.distributions import expectation
from toy.exact.policy_gradient import optimal_baseline, reinforce_moments, score
from toy.exact.validation import Array
from toy.explorables.baseline_hurts.still import draw
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Distribution, Labels, Number, Values

#: The baselines that are drawn.
BASELINES = (-1.6, 2.2)


class BaselineHurts(Scene):
    """Find the baseline with which the gradient of one draw scatters least."""

    baseline = Number(
        0.0,
        "b, what is subtracted from every reward",
        low=BASELINES[0],
        high=BASELINES[1],
        unit="units of reward",
    )
    policy = Distribution([0.02, 0.86, 0.02, 0.10], "π, which draws")
    reward = Values(TEMPTING.reward[0], "r", low=-2.0, high=2.0, unit="units of reward")
    responses = Labels(["I don't know", "Venus", "Mercury", "the Sun"], "what they are called")

    def question(self) -> str:
        """Return the question: which baseline is best."""
        return (
            "Subtract b from every reward: one draw's gradient keeps its mean, "
            "but not its scatter. Which b makes it scatter least?"
        )

    def truth(self) -> float | None:
        """Return the best baseline, if it is on the axis."""
        best = float(optimal_baseline(self.policy, self.reward))
        return best if BASELINES[0] <= best <= BASELINES[1] else None

    def why(self) -> str:
        """Return for whom the best baseline cares more than the value does, and what it saves."""
        if (best := self.truth()) is None:
            return f"There is no such b between {say(BASELINES[0])} and {say(BASELINES[1])}."
        policy = np.array(self.policy)
        length = (score(policy) ** 2).sum(axis=-1)
        weight = policy * length / (policy @ length)
        most = int(np.argmax(weight - policy))
        least, value, none = self._variance([best, self._value(), 0.0])
        return (
            f"It averages rewards by π × squared score: {self.responses[most]} "
            f"{say(100 * weight[most])} %, not {say(100 * policy[most])} %. Variance {say(least)}, "
            f"at the value {say(value)}, without b {say(none)}."
        )

    def still(self) -> str:
        """Draw the parabola, with the best baseline, the value and none."""
        baselines = np.linspace(*BASELINES, 121)
        value = self._value()
        places = {"none": 0.0, f"value {say(value)}": value}
        if (best := self.truth()) is not None:
            places[f"best {say(best)}"] = best
        shares = zip(self.reward, self.policy, strict=True)
        rug = dict(zip(self.responses, shares, strict=True))
        return draw(baselines, self._variance(baselines), places, self.baseline, rug)

    def _variance(self, baselines: ArrayLike) -> Array:
        numbers = np.ravel(baselines)
        moments = [reinforce_moments(self.policy, self.reward, b) for b in numbers.tolist()]
        return np.array([float(m.total_variance) for m in moments])

    def _value(self) -> float:
        return float(expectation(self.policy, self.reward))
