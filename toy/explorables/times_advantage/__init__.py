"""Probability times advantage: the pushes on the logits as areas over one line, which cancel."""

import numpy as np

from toy.exact.bandits import HALF_TRAINED, TEMPTING
from toy.exact.distributions import expectation
from toy.exact.policy_gradient import policy_gradient
from toy.explorables.scene import Scene, say
from toy.explorables.times_advantage.still import draw
from toy.explorables.traits import Distribution, Labels, Values


class TimesAdvantage(Scene):
    """Find the line over which every response is pushed up, and under which it is pushed down."""

    policy = Distribution(HALF_TRAINED, "π")
    reward = Values(TEMPTING.reward[0], "r", low=-2.0, high=2.0, unit="units of reward")
    responses = Labels(["I don't know", "Venus", "Mercury", "the Sun"], "what they are called")

    def question(self) -> str:
        """Return the question: where the line is."""
        return (
            "The mean reward’s gradient pushes each logit by an area, probability × height over "
            "one line. All pushes cancel. At which reward is the line?"
        )

    def truth(self) -> float:
        """Return the value, the mean reward."""
        return float(expectation(self.policy, self.reward))

    def why(self) -> str:
        """Return the largest push upwards and the largest downwards."""
        pushes, value = policy_gradient(self.policy, self.reward), self.truth()
        up, down = int(np.argmax(pushes)), int(np.argmin(pushes))
        return (
            f"It is the mean reward. {self._product(up, value)} = {say(float(pushes[up]))}, "
            f"{self._product(down, value)} = {say(float(pushes[down]))}."
        )

    def still(self) -> str:
        """Draw each push as an area over the mean reward."""
        return draw(self.responses, np.array(self.policy), np.array(self.reward), self.truth())

    def _product(self, y: int, value: float) -> str:
        below = "−" if value >= 0 else "+"
        reward = f"{say(self.reward[y])} {below} {say(abs(value))}"
        return f"{self.responses[y]}: {say(self.policy[y])} × ({reward})"
