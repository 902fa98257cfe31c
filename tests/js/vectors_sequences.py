"""Trees of prefixes: sequences, their divergence and their credit."""

import numpy as np

import toy
from toy.exact.sequences import Tables, _along, _log_ratios, _prefix_kls, sequence_kl_terms

RNG = np.random.default_rng(20261123)

#: Probabilities of the first token after each prefix, and rewards of the tokens.
SPLITS = {
    "ordinary": ([0.6, 0.35, 0.55, 0.7, 0.8, 0.3, 0.25], [0.4, 0.3, 0.5, 0.5, 0.6, 0.4, 0.35]),
    "equal": ([0.6, 0.35, 0.55, 0.7, 0.8, 0.3, 0.25],) * 2,
    "nearly equal": (
        [0.6, 0.35, 0.55, 0.7, 0.8, 0.3, 0.25],
        [0.6 + 1e-9, 0.35 - 3e-9, 0.55, 0.7 + 2e-9, 0.8, 0.3, 0.25 + 1e-9],
    ),
    "behind a rare prefix": (
        [0.999, 0.5, 0.001, 0.5, 0.5, 0.5, 0.999],
        [0.999, 0.5, 0.999, 0.5, 0.5, 0.5, 0.001],
    ),
    "extreme": (
        [1e-9, 1 - 1e-12, 0.5, 0.2, 1e-15, 0.9, 1e-7],
        [0.5, 1e-6, 0.9, 1 - 1e-9, 0.5, 0.1, 0.4],
    ),
}


def trees(splits: list[float]) -> Tables:
    p = np.array(splits)
    rows = np.stack([p, 1 - p], axis=-1)
    return tuple(rows[2**t - 1 : 2 ** (t + 1) - 1].reshape((2,) * (t + 1)) for t in range(3))


def random_trees(size: int, steps: int) -> tuple[Tables, ...]:
    shapes = [(size,) * (t + 1) for t in range(steps)]
    policy, reference = (
        tuple(RNG.dirichlet(np.full(size, 0.7), shape[:-1]) for shape in shapes) for _ in range(2)
    )
    return policy, reference, tuple(RNG.normal(size=shape) for shape in shapes)


def rows(tables: Tables) -> list[np.ndarray]:
    """Tables of tokens as JavaScript has them: a row for each prefix."""
    return [table.reshape(-1, table.shape[-1]) for table in tables]


def flat(tables: Tables) -> list[np.ndarray]:
    """Tables of prefixes as JavaScript has them: a number for each prefix."""
    return [np.ravel(table) for table in tables]


def case(policy: Tables, reference: Tables, reward: Tables) -> dict[str, object]:
    values = toy.prefix_values(policy, reward)
    tokens = np.indices(policy[-1].shape).reshape(len(policy), -1)
    gradients = {
        "whole": toy.trajectory_moments(policy, reward, credit=toy.whole_return),
        "toGo": toy.trajectory_moments(policy, reward),
        "lessValue": toy.trajectory_moments(policy, reward, values),
    }
    estimators = {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3}
    return {
        "policy": rows(policy),
        "reference": rows(reference),
        "reward": rows(reward),
        "tokens": tokens.T,
        "along": _along(reward, tokens),
        "sequenceProbs": toy.sequence_probs(policy).ravel(),
        "sequenceKl": toy.sequence_kl(policy, reference),
        "sequenceKlTerms": flat(tuple(sequence_kl_terms(policy, reference))),
        "prefixKls": flat(tuple(_prefix_kls(policy, reference))),
        "logRatios": rows(tuple(_log_ratios(policy, reference))),
        "prefixValues": flat(values),
        "gradients": {
            name: {"mean": found.mean, "totalVariance": found.total_variance}
            for name, found in gradients.items()
        },
        "estimators": {
            name: {
                "sequence": toy.sequence_estimator_moments(k, policy, reference),
                "token": toy.token_estimator_moments(k, policy, reference),
            }
            for name, k in estimators.items()
        },
        "prefixKlMoments": toy.prefix_kl_moments(policy, reference),
    }


def vectors() -> dict[str, object]:
    reward = tuple(RNG.normal(size=(2,) * (t + 1)) for t in range(3))
    cases = {name: case(trees(q), trees(p), reward) for name, (q, p) in SPLITS.items()}
    cases["three tokens, two steps"] = case(*random_trees(3, 2))
    cases["two tokens, five steps"] = case(*random_trees(2, 5))
    cases["one step"] = case(*random_trees(4, 1))
    credited = ([1.0, 0.0, 5.0], [-0.3, 0.7], [2.5])
    return {
        "cases": cases,
        "credits": [
            {"rewards": r, "toGo": toy.rewards_to_go(r), "whole": toy.whole_return(r)}
            for r in credited
        ],
    }
