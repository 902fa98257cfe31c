"""A scene: one idea, one question, at most two controls, one picture that holds the guess.

Where a laboratory lets one try things, a scene asks. Its view (`parts/scene.js`) puts the question
first, takes the guess by a drag in the picture, and shows the truth beside it with one sentence of
why. Question and sentence are written here too, for print and for screen readers, and the tests
hold the words of the browser to these.
"""

from abc import abstractmethod

from toy.explorables.base import Explorable


class Scene(Explorable):
    """An explorable that asks one question; its words are computed from its state."""

    @abstractmethod
    def question(self) -> str:
        """Return what is asked now, in one or two sentences."""

    @abstractmethod
    def truth(self) -> float | None:
        """Return the exact answer; None where the marker cannot be brought there."""

    @abstractmethod
    def why(self) -> str:
        """Return one sentence that explains the answer, or why there is none."""

    def describe(self) -> str:
        """Return the question and its answer, in words."""
        return f"{self.question()} {self.why()}"


def say(value: float) -> str:
    r"""Return a number as the sentences of scenes have it: three digits, as `parts/format.js` does.

    Example
    -------
    >>> say(-0.17834), say(9209.5), say(0.0002), say(2.0)
    ('−0.178', '9,210', '<\xa00.001', '2')
    """
    if 0 < value < 0.001:
        return "<\N{NO-BREAK SPACE}0.001"
    return f"{float(f'{value:.3g}'):,.12g}".replace("-", "−")
