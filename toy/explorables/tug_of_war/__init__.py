"""A tug of war: labels for A pull the margin up, labels for B pull it down, until they balance."""

import numpy as np

from toy.exact.reward_loss import margin_after, optimal_margin, win_probability
from toy.explorables.scene import Scene, say
from toy.explorables.traits import Count, Number
from toy.explorables.tug_of_war.still import draw

#: How long the labels are let to pull.
LONGEST = 1000.0


class TugOfWar(Scene):
    """Let the labels of one pair pull at its margin, and see where they leave it."""

    up = Count(7, "how many labels say that A is better", high=100)
    down = Count(3, "how many say that B is better", high=100)
    time = Number(0.0, "t, step size × steps of descent from margin 0", low=0.0, high=LONGEST)

    def question(self) -> str:
        """Return the question: where the margin comes to rest."""
        labels = "label for A pulls" if self.up == 1 else "labels for A pull"
        return (
            f"{self.up} {labels} the margin to the right, {self.down} for B to the left. "
            "Where does it come to rest?"
        )

    def truth(self) -> float:
        """Return the margin at which both sides pull equally hard."""
        return float(optimal_margin(self.up / (self.up + self.down)))

    def why(self) -> str:
        """Return the two pulls at rest."""
        rest = self.truth()
        each, other = float(win_probability(-rest)), float(win_probability(rest))
        return (
            f"There each of the {self.up} pulls with {say(each)}, each of the {self.down} with "
            f"{say(other)}: {say(self.up * each)} against {say(self.down * other)}. Only the odds "
            f"{self.up} : {self.down} count: Δ = log({self.up}/{self.down})."
        )

    def still(self) -> str:
        """Draw both pulls over the margin, with where it is now and where it comes to rest."""
        grid = np.linspace(-5, 5, 201)
        pulls = self.up * win_probability(-grid), self.down * win_probability(grid)
        now = margin_after(self.time, self.up / (self.up + self.down))
        return draw(grid, pulls, float(now), self.truth())
