"""Floor 4: the ledger of claims that the book puts to the test, with the numbers that decide them.

One module a chapter, each with its `CLAIMS`. The page `claims.md` is written from this registry
when the book is built, and `tests/test_claims.py` evaluates it.
"""

from toy.claims import bandits, dpo, kl_estimators, policy_gradient, reward_loss, rlhf_objective
from toy.claims.base import Cards, Claim, Ledger, Turn

#: All claims, in the order of the book.
CLAIMS = (
    *bandits.CLAIMS,
    *reward_loss.CLAIMS,
    *rlhf_objective.CLAIMS,
    *policy_gradient.CLAIMS,
    *kl_estimators.CLAIMS,
    *dpo.CLAIMS,
)

__all__ = ["CLAIMS", "Cards", "Claim", "Ledger", "Turn"]
