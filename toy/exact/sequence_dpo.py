"""Floor 2, chapter "DPO": DPO token by token, for policies that write T tokens.

Policies and references are tables, one a step, as in `sequences`. A response is one sequence, and
its implicit reward the sum over its tokens: DPO's loss is that of the table of all sequences, and
so is its minimum, but its gradient goes to the rows of next tokens. Nothing is listed.

What is not as its line under Parameters says, or does not fit the rest in shape, is refused with a
``ValueError`` that names the argument, the rule and what it got; Raises tells what else may happen.

Source: rafailov2023dpo.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from toy.exact.dpo import in_units_of_reward
from toy.exact.reward_loss import win_probability
from toy.exact.sequences import Steps, Tables, as_tables, check_same_steps
from toy.exact.validation import Array, as_numbers, as_policy, as_positive_number, refuse

__all__ = ["sequence_dpo_gradient"]


def sequence_dpo_gradient(policy: Steps, reference: Steps, pairs: ArrayLike, beta: float) -> Tables:
    """Return the gradient of DPO's loss in the logits of every next-token row.

    ∇L = −β Σ_(w, l) σ(r̂(l) − r̂(w)) (Σ_t ∇log π(w_t | w_<t) − Σ_t ∇log π(l_t | l_<t)) / N

    r̂(y) = β Σ_t (log π(y_t | y_<t) − log π_ref(y_t | y_<t))

    In the logits of its row ∇log π(v) = e_v − π. While w and l are the same the two cancel; at the
    token where they part only π does. Behind it each pulls at all tokens of a row of its own, those
    that are in neither response included. A row that several prefixes share collects all pulls.

    Parameters
    ----------
    policy : T tables of probabilities, (V,) * (k + 1) with k <= t, > 0 for every token of the pairs
    reference : T such tables of probabilities; its k may be another one
    pairs : (N, 2, T) tokens, whole numbers from 0 to V − 1: of each comparison the two responses,
        w, which was preferred, and l
    beta : a finite number > 0, in units of reward per nat

    Returns
    -------
    T tables of the policy's shapes, nats per unit of logit; each row sums to zero

    Source: rafailov2023dpo.

    Examples
    --------
    >>> policy = [[0.5, 0.5], [[0.25, 0.75], [0.5, 0.5]]]
    >>> gradient = sequence_dpo_gradient(policy, policy, [[[0, 1], [1, 1]]], beta=0.5)
    >>> [table.tolist() for table in gradient]  # the second token was the same, its row is not
    [[-0.25, 0.25], [[0.0625, -0.0625], [-0.125, 0.125]]]
    """
    policy = as_tables("policy", policy, as_policy)
    reference = as_tables("reference", reference, as_policy)
    check_same_steps(policy=policy, reference=reference)
    tokens, beta = _as_pairs(pairs, policy), as_positive_number("beta", beta)
    log_ratios = _log_probs("policy", policy, tokens) - _log_probs("reference", reference, tokens)
    reward = in_units_of_reward(log_ratios, beta)
    weight = win_probability(reward[:, 1] - reward[:, 0])
    push = beta / len(tokens) * np.stack([-weight, weight], axis=-1)
    return tuple(_pull(table, _window(t, table, tokens), push) for t, table in enumerate(policy))


def _window(t: int, table: Array, tokens: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Return where a step's table is read: the last tokens of each prefix, and the next one."""
    return tuple(np.moveaxis(tokens[..., t + 1 - table.ndim : t + 1], -1, 0))


def _log_probs(name: str, tables: Tables, tokens: NDArray[np.int64]) -> Array:
    """Return log P(y) of sequences (N, 2, T), if none of their tokens is impossible."""
    probs = np.stack([table[_window(t, table, tokens)] for t, table in enumerate(tables)])
    if (probs == 0).any():
        t, n, side = (int(i) for i in np.argwhere(probs == 0)[0])
        rule = "must give every token of the pairs a probability > 0"
        refuse(name, rule, f"0 at token {t} of pairs[{n}, {side}]")
    return np.asarray(np.log(probs).sum(axis=0))


def _pull(table: Array, window: tuple[NDArray[np.int64], ...], push: Array) -> Array:
    """Return Σ push (e_v − π(· | context)) over what was written in a step's rows."""
    written = np.zeros(table.shape)
    np.add.at(written, window, push)
    return np.asarray(written - written.sum(axis=-1, keepdims=True) * table)


def _as_pairs(pairs: ArrayLike, policy: Tables) -> NDArray[np.int64]:
    """Return the tokens (N, 2, T) of one comparison or more."""
    num_steps, num_tokens = len(policy), policy[0].size
    array = as_numbers("pairs", pairs)
    if array.ndim != 3 or array.shape[1:] != (2, num_steps) or not len(array):
        rule = (
            f"must have shape (N, 2, {num_steps}): what was preferred, and what it was preferred to"
        )
        refuse("pairs", rule, f"shape {array.shape}")
    if not (right := np.isin(array, np.arange(num_tokens))).all():
        rule = f"must hold tokens, whole numbers from 0 to {num_tokens - 1}"
        refuse("pairs", rule, array[~right][0])
    return array.astype(np.int64)
