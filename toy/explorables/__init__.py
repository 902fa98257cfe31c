"""Floor 5: live figures, in the book's pages and in Jupyter. Each class is one of them.

The arithmetic that runs in the browser is `core/`, which the tests hold to `toy` to 1e-12. What
Python draws and writes, the still picture and its description, is computed by `toy` itself.
"""

from toy.explorables.base import Explorable
from toy.explorables.dpo import DPO
from toy.explorables.gibbs import Gibbs
from toy.explorables.kl_as_loss import KLAsLoss
from toy.explorables.kl_directions import KLDirections
from toy.explorables.kl_estimators import KLEstimators
from toy.explorables.kl_path import KLPath
from toy.explorables.margin import Margin
from toy.explorables.policy_simplex import PolicySimplex
from toy.explorables.tokens import Tokens

__all__ = [
    "DPO",
    "Explorable",
    "Gibbs",
    "KLAsLoss",
    "KLDirections",
    "KLEstimators",
    "KLPath",
    "Margin",
    "PolicySimplex",
    "Tokens",
]
