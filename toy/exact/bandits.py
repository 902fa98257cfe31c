"""Floor 2, chapter "A world small enough to solve": prompts and responses, in words.

A world is a frozen `Bandit`. The named worlds at the end are asymmetric on purpose, and each is
made to show one thing; the survey of 303 students is real.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.

Sources: lattimore2020bandit (bandits), dittrich1998schools (the survey).
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from toy.exact.distributions import softmax
from toy.exact.records import Record
from toy.exact.validation import (
    Array,
    as_policy,
    as_same_worlds,
    as_values,
    check_result,
    refuse,
)


@dataclass(frozen=True, eq=False)
class Bandit(Record):
    """A world: prompts that arrive, responses to each, what they are worth, and who spoke before.

    Attributes
    ----------
    prompt_probs : (X,) how often each prompt arrives; sums to one
    reference : (X, Y) π_ref(y | x); 0 for a response that is impossible there, as where another
        prompt has more of them
    reward : (X, Y) r(x, y), finite, in units of reward
    prompts : X labels
    responses : for each prompt, Y labels

    Raises
    ------
    ValueError
        If a table is not what it should be, or shapes and labels do not fit. The arrays are copied
        and made read-only, and the labels become tuples, so that a world never changes. Worlds with
        the same entries are equal.

    Examples
    --------
    >>> SHY_REFERENCE.prompts
    ('What is the capital of Australia?',)
    """

    prompt_probs: Array
    reference: Array
    reward: Array
    prompts: tuple[str, ...]
    responses: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        prompt_probs = as_policy("prompt_probs", self.prompt_probs)
        reference, reward = as_same_worlds(
            reference=as_policy("reference", self.reference),
            reward=as_values("reward", self.reward),
        )
        shapes = np.shape(self.prompt_probs), np.shape(self.reference), np.shape(self.reward)
        if reference.ndim != 2 or shapes != (reference.shape[:1], *[reference.shape] * 2):
            rule = "must have shapes (X,), (X, Y) and (X, Y) for the same prompts"
            refuse("prompt_probs, reference and reward", rule, ", ".join(map(str, shapes)))
        prompts = _as_labels("prompts", self.prompts)
        rows = self.responses if isinstance(self.responses, Collection) else (self.responses,)
        responses = tuple(_as_labels("responses", labels) for labels in rows)
        labels = len(prompts), len(responses), *{len(r) for r in responses}
        if labels != (reference.shape[0], *reference.shape):
            rule = "must label {} prompts and {} responses each".format(*reference.shape)
            refuse("prompts and responses", rule, f"{prompts}, {responses}")
        object.__setattr__(self, "prompts", prompts)
        object.__setattr__(self, "responses", responses)
        tables = {"prompt_probs": prompt_probs, "reference": reference, "reward": reward}
        for name, table in tables.items():
            object.__setattr__(self, name, _read_only(table))

    def __reduce__(self) -> tuple[type["Bandit"], tuple[object, ...]]:
        """Return how to build the world anew, for a copied or pickled array can be written to."""
        return Bandit, tuple(getattr(self, field.name) for field in fields(self))


def _read_only(table: ArrayLike) -> Array:
    """Return a copy of a table that nobody can change."""
    copy = np.array(table, dtype=np.float64)
    copy.setflags(write=False)
    return copy


def _as_labels(name: str, labels: Collection[str]) -> tuple[str, ...]:
    """Return labels as a tuple; a single string would otherwise be one label for each letter."""
    listed = () if isinstance(labels, str) or not isinstance(labels, Collection) else tuple(labels)
    if not listed or not all(isinstance(label, str) for label in listed):
        refuse(name, "must be strings, one for each", repr(labels))
    return listed


def log_linear_policy(weights: ArrayLike, features: ArrayLike) -> Array:
    """Return the policy whose log-probabilities are linear in features that responses share.

    π(y) ∝ exp(θ · f(y))

    Parameters
    ----------
    weights : θ, (..., D) finite, in nats
    features : (..., Y, D) finite, no unit

    Returns
    -------
    (..., Y) probabilities

    Examples
    --------
    >>> log_linear_policy([np.log(2.0)], [[0.0], [1.0], [2.0]]).round(6).tolist()
    [0.142857, 0.285714, 0.571429]
    """
    return softmax(log_linear_logits(weights, features))


def log_linear_logits(weights: ArrayLike, features: ArrayLike) -> Array:
    """Return θ · f(y) for each response ``(..., Y)``: what a log-linear policy takes softmax of."""
    weights, features = as_values("weights", weights), as_values("features", features)
    if features.ndim < 2 or features.shape[-1] != weights.shape[-1]:
        rule = "must have shapes (..., D) and (..., Y, D)"
        refuse("weights and features", rule, f"{weights.shape} and {features.shape}")
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            logits = np.einsum("...yd,...d->...y", features, weights)
    except ValueError:
        rule = "must have leading axes that broadcast"
        refuse("weights and features", rule, f"shapes {weights.shape} and {features.shape}")
    check_result("weights and features", "must be small enough for logits", logits)
    return np.asarray(logits)


#: A tempting wrong answer: Mercury is closest to the Sun, sounds right, and is liked too well.
TEMPTING = Bandit(
    prompt_probs=np.array([1.0]),
    reference=np.array([[0.30, 0.15, 0.45, 0.10]]),
    reward=np.array([[0.2, 1.0, 0.8, -1.5]]),
    prompts=("Which planet is the hottest?",),
    responses=(("I don't know", "Venus", "Mercury, it is closest to the Sun", "the Sun"),),
)

#: A policy for that question, half-way through its training: it thinks rather often of the Sun.
HALF_TRAINED = _read_only([0.05, 0.40, 0.25, 0.30])

#: Another reference for it, which likes to say that it does not know.
RETICENT_REFERENCE = _read_only([0.35, 0.15, 0.30, 0.20])

#: A reference that hardly ever says the right thing: what is hardly ever said is hardly ever drawn.
SHY_REFERENCE = Bandit(
    prompt_probs=np.array([1.0]),
    reference=np.array([[0.700, 0.289, 0.010, 0.001]]),
    reward=np.array([[-0.5, -1.0, 0.3, 2.0]]),
    prompts=("What is the capital of Australia?",),
    responses=(("Sydney", "Melbourne", "I am not sure", "Canberra"),),
)

#: Labels are noisy where the rewards are close: the better summary wins seven times out of ten.
NOISY_LABELS = Bandit(
    prompt_probs=np.array([1.0]),
    reference=np.array([[0.5, 0.2, 0.3]]),
    reward=np.array([[np.log(7 / 3), 0.0, -1.2]]),
    prompts=("Summarise the article in one sentence.",),
    responses=(("faithful and short", "faithful but long", "short but invented"),),
)

#: Two prompts that differ by a constant in the reward, which no comparison can see.
SHIFTED_REWARDS = Bandit(
    prompt_probs=np.array([0.3, 0.7]),
    reference=np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]]),
    reward=np.array([[0.0, 1.0, -1.0], [5.0, 6.0, 4.0]]),
    prompts=("Is the Earth flat?", "Is water wet?"),
    responses=(
        ("it depends", "no", "yes"),
        ("it depends", "yes, by most definitions", "no"),
    ),
)

#: All named worlds of the book, by name.
WORLDS = MappingProxyType(
    {
        "tempting": TEMPTING,
        "shy reference": SHY_REFERENCE,
        "noisy labels": NOISY_LABELS,
        "shifted rewards": SHIFTED_REWARDS,
    }
)

#: The schools of the survey, in the order of the rows of `school_comparisons`.
SCHOOLS = ("London", "Paris", "Milano", "St.Gallen", "Barcelona", "Stockholm")

#: First preferred, undecided, second preferred: 303 students, Dittrich, Hatzinger and
#: Katzenbeisser (1998). The last pair is as in their corrigendum of 2001, by the testimony of the
#: data set CEMSChoice in R's package psychotree, whose documentation and printed counts agree.
_SURVEY = {
    ("London", "Paris"): (186, 26, 91),
    ("London", "Milano"): (221, 26, 56),
    ("Paris", "Milano"): (121, 32, 59),
    ("London", "St.Gallen"): (208, 22, 73),
    ("Paris", "St.Gallen"): (165, 19, 119),
    ("Milano", "St.Gallen"): (135, 28, 140),
    ("London", "Barcelona"): (217, 19, 67),
    ("Paris", "Barcelona"): (157, 37, 109),
    ("Milano", "Barcelona"): (104, 67, 132),
    ("St.Gallen", "Barcelona"): (144, 25, 134),
    ("London", "Stockholm"): (250, 19, 34),
    ("Paris", "Stockholm"): (203, 30, 70),
    ("Milano", "Stockholm"): (157, 46, 100),
    ("St.Gallen", "Stockholm"): (155, 50, 98),
    ("Barcelona", "Stockholm"): (172, 41, 90),
}


def school_comparisons(as_published: bool = False) -> Array:
    """Return the survey of 303 students as counts; a tie is half a win for each school.

    Parameters
    ----------
    as_published : True for the counts of the first publication, in which the pair of Barcelona and
        Stockholm had been entered the wrong way round: a real label flip

    Returns
    -------
    (6, 6) wins; wins[i, j] is how often ``SCHOOLS[i]`` was preferred to ``SCHOOLS[j]``

    Source: dittrich1998schools.

    Examples
    --------
    >>> float(school_comparisons()[0, 1])  # London over Paris: 186 wins and half of 26 ties
    199.0
    """
    if not isinstance(as_published, bool):
        refuse("as_published", "must be True or False", as_published)
    wins = np.zeros((6, 6))
    for (first, second), (preferred, tied, other) in _SURVEY.items():
        i, j = SCHOOLS.index(first), SCHOOLS.index(second)
        wins[i, j], wins[j, i] = preferred + tied / 2, other + tied / 2
    if as_published:
        i, j = SCHOOLS.index("Barcelona"), SCHOOLS.index("Stockholm")
        wins[i, j], wins[j, i] = wins[j, i], wins[i, j]
    return wins
