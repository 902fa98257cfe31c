"""Two rewards, shifted and scaled: only their difference decides who wins how often."""

from toy.exact.bandits import TEMPTING
from toy.exact.reward_loss import win_probability
from toy.explorables.scene import Scene, say
from toy.explorables.shift_and_scale.still import draw
from toy.explorables.traits import Labels, Number, Values


class ShiftAndScale(Scene):
    """Add to both rewards, or multiply both, and see how often the first wins then."""

    shift = Number(3.0, "what is added to both rewards", low=-5.0, high=5.0)
    scale = Number(1.0, "what both are multiplied by, before", low=-1.0, high=3.0)
    reward = Values(
        TEMPTING.reward[0][[1, 0]], "r", low=-2.0, high=2.0, length=2, unit="units of reward"
    )
    responses = Labels(["Venus", "I don't know"], "what they are called", high=2)

    def question(self) -> str:
        """Return the question: how often the first wins once its reward is another."""
        return (
            f"{self.responses[0]} wins {say(self._wins(1.0))} times in 100. {self._change()} "
            "How often does it win now?"
        )

    def truth(self) -> float:
        """Return in how many of 100 comparisons the first wins."""
        return self._wins(self.scale)

    def why(self) -> str:
        """Return what becomes of the margin."""
        margin = self._margin(1.0)
        if self.scale == 1:
            return (
                f"Only the difference counts, and what both get alike cancels: it is {say(margin)} "
                f"as before, and σ({say(margin)}) = {say(self.truth() / 100)}."
            )
        return (
            f"Only the difference counts: it goes from {say(margin)} to "
            f"{say(self._margin(self.scale))}, and σ from {say(self._wins(1.0) / 100)} to "
            f"{say(self.truth() / 100)}."
        )

    def still(self) -> str:
        """Draw both rewards before and after, and how often each wins."""
        after = tuple(self.scale * reward + self.shift for reward in self.reward)
        return draw(self.responses, self.reward, after, self.truth())

    def _change(self) -> str:
        """Return what is done to both rewards, as a sentence."""
        scaled = f"multiplied by {say(self.scale)}"
        verb, amount = ("raised", self.shift) if self.shift >= 0 else ("lowered", -self.shift)
        shifted = f"{verb} by {say(amount)}"
        if self.scale == 1:
            return f"Both rewards are {shifted}."
        return f"Both rewards are {scaled}{f' and {shifted}' if self.shift else ''}."

    def _margin(self, scale: float) -> float:
        return scale * (self.reward[0] - self.reward[1])

    def _wins(self, scale: float) -> float:
        return 100 * float(win_probability(self._margin(scale)))
