"""The one palette of the book: a role's colour on light paper and on dark.

The hues follow Okabe and Ito's colour-blind-safe set; the dark twin of each keeps the hue and gains
lightness. Figures, explorables and the style sheet all read this table, so that the policy is the
same blue wherever the reader meets it. Colour never carries a meaning alone: each role has its own
dash or marker too.
"""

from types import MappingProxyType
from typing import NamedTuple


class Colour(NamedTuple):
    """A role's colour on a light and on a dark page, as ``#rrggbb``."""

    light: str
    dark: str


PALETTE = MappingProxyType(
    {
        "paper": Colour("#ffffff", "#14181e"),
        "ink": Colour("#1f2328", "#e6e8eb"),
        "muted": Colour("#5b6470", "#a3acb8"),
        "grid": Colour("#dfe3e8", "#333a44"),
        "policy": Colour("#0072b2", "#5ab4ec"),
        "reference": Colour("#7b8087", "#9aa3ae"),
        "reward": Colour("#8a6d00", "#e0c04a"),
        "k1": Colour("#c44e00", "#ff9248"),
        "k2": Colour("#8450b8", "#c9a3f5"),
        "k3": Colour("#008560", "#2fd0a0"),
        "best": Colour("#a8326e", "#f58cba"),
        "wrong": Colour("#b3261e", "#ff8a80"),
    }
)
