"""Every explorable of the book: what is here is tested, in the book and in JupyterLab."""

from __future__ import annotations

from explorables.dpo.facts import DPO
from explorables.gibbs.facts import GIBBS
from explorables.kl_as_loss.facts import KL_AS_LOSS
from explorables.kl_estimators.facts import DIRECTIONS, ESTIMATORS, KL_PATH
from explorables.margin.facts import MARGIN
from explorables.policy_simplex.facts import POLICY_SIMPLEX
from explorables.tokens.facts import TOKENS_CREDIT, TOKENS_KL

EXPLORABLES = [
    DIRECTIONS,
    ESTIMATORS,
    GIBBS,
    KL_PATH,
    MARGIN,
    POLICY_SIMPLEX,
    KL_AS_LOSS,
    TOKENS_KL,
    TOKENS_CREDIT,
    DPO,
]
