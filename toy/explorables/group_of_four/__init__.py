"""A group of four: what dividing by the group's standard deviation makes of a reward."""

import numpy as np

from toy.exact.policy_gradient import group_mean, group_normalised
from toy.exact.validation import Array
from toy.explorables.group_of_four.still import draw
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Count, Number

SIZE = 4
COUNTS = ("One", "Two", "Three")


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
            f"{'earn' if several else 'earns'} {say(self.gain)} more. Less the mean, over the "
            f"standard deviation: {'their' if several else 'its'} weight?"
        )

    def truth(self) -> float:
        """Return its weight, as GRPO has it."""
        return float(group_normalised(self._rewards())[-1])

    def why(self) -> str:
        """Return the two numbers whose quotient it is, and what is left without the division."""
        rewards = self._rewards()
        above, spread = float(group_mean(rewards)[-1]), float(rewards.std())
        return (
            f"{say(above)} / {say(spread)} = {say(self.truth())}: how much the right ones earn "
            f"cancels, how many are right stays. Undivided: {say(above)}."
        )

    def still(self) -> str:
        """Draw the advantages of the four, undivided and divided."""
        rewards = self._rewards()
        return draw(group_mean(rewards), group_normalised(rewards), self.right)

    def _rewards(self) -> Array:
        """Return what the draws earn, the right ones last."""
        return np.where(np.arange(SIZE) < SIZE - self.right, 0.0, self.gain)
