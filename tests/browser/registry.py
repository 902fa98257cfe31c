"""Every explorable of the book: what is here is tested, in the book and in JupyterLab."""

from __future__ import annotations

from shows_dpo import DPO
from shows_gibbs import GIBBS
from shows_kl import DIRECTIONS, ESTIMATORS, KL_PATH
from shows_kl_as_loss import KL_AS_LOSS
from shows_margin import MARGIN
from shows_policy_gradient import POLICY_SIMPLEX
from shows_tokens import TOKENS_CREDIT, TOKENS_KL

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
