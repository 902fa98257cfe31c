"""A group of four: what dividing by the group's standard deviation makes of a reward."""

import numpy as np

from toy.exact.policy_gradient import group_mean, group_normalised
from toy.exact.validation import Array
from toy.explorables.group_of_four.still import draw
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Count, Number

SIZE = 4
COUNTS = ("One", "Two", "Three")

#: What a right draw earns in the group compared with, if it does not do so already.
OTHERS = (0.5, 0.02)


class GroupOfFour(Scene):
    """Give the right draws of a group more or less reward, and see what weight they get."""

    gain = Number(
        0.5, "how much more a right draw earns", low=0.01, high=2.0, unit="units of reward"
    )
    right = Count(1, "how many of the four are right", high=SIZE - 1)

    def question(self) -> str:
        """Return the question: which weight a right draw gets."""
        several = self.right > 1
        return (
            f"{COUNTS[self.right - 1]} of four draws {'are' if several else 'is'} right and "
            f"{'earn' if several else 'earns'} {say(self.gain)} more. Divide by the group's "
            f"standard deviation: how large is {'a' if several else 'the'} right draw's weight?"
        )

    def truth(self) -> float:
        """Return its weight, as GRPO has it."""
        return float(group_normalised(self._rewards(self.gain))[-1])

    def why(self) -> str:
        """Return the two numbers whose quotient it is, and those of another reward."""
        mine, its = (_quotient(self._rewards(gain)) for gain in (self.gain, self._other()))
        return (
            f"{mine} = {say(self.truth())}, and so is {its}: what the right ones earn cancels, "
            "how many are right stays."
        )

    def still(self) -> str:
        """Draw the weights of the four, undivided and divided, for two rewards."""
        gains = self.gain, self._other()
        groups = {gain: self._rewards(gain) for gain in gains}
        undivided = {gain: group_mean(rewards) for gain, rewards in groups.items()}
        divided = {gain: group_normalised(rewards) for gain, rewards in groups.items()}
        return draw(undivided, divided, self.right)

    def _other(self) -> float:
        """Return another reward to compare with."""
        return OTHERS[1] if self.gain > 0.1 else OTHERS[0]

    def _rewards(self, gain: float) -> Array:
        """Return what the draws earn, the right ones last."""
        return np.where(np.arange(SIZE) < SIZE - self.right, 0.0, gain)


def _quotient(rewards: Array) -> str:
    """Return what is divided by what for the weight of the last."""
    return f"{say(float(group_mean(rewards)[-1]))} / {say(float(rewards.std()))}"
