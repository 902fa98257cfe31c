"""DPO token by token against 50-digit sums, torch, and the table of all sequences."""

import re

import numpy as np
import oracles
import pytest
import torch
from compare import close
from hypothesis import given
from hypothesis import strategies as st

import toy
from toy import sequence_dpo_gradient

BETA = 0.3

#: Three tokens, a prefix tree of three steps; the reference forgets all but the last token.
RNG = np.random.default_rng(7)
POLICY = [RNG.dirichlet(np.ones(3), (3,) * t) for t in range(3)]
REFERENCE = [RNG.dirichlet(np.ones(3)), *RNG.dirichlet(np.ones(3), (2, 3))]
PAIRS = np.array([[[0, 1, 2], [0, 2, 2]], [[2, 1, 0], [0, 1, 2]], [[1, 1, 1], [1, 1, 0]]])

#: Rows for the whole prefix, rows for the last token, one row for all prefixes.
POLICIES = {
    "tree": POLICY,
    "Markov": [POLICY[0], *RNG.dirichlet(np.ones(3), (2, 3))],
    "no context": [*RNG.dirichlet(np.ones(3), 3)],
}
policies = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def as_lists(tables):
    return [np.asarray(table).tolist() for table in tables]


def flat(tables):
    return np.concatenate([np.ravel(table) for table in tables])


def as_wins(pairs, num_tokens, num_steps):
    """The comparisons as a table of counts over all sequences."""
    size = num_tokens**num_steps
    wins, shape = np.zeros((size, size)), (num_tokens,) * num_steps
    for won, lost in pairs:
        wins[np.ravel_multi_index(won, shape), np.ravel_multi_index(lost, shape)] += 1
    return wins


def loss_of(policy, reference, pairs, beta):
    table, other = (toy.sequence_probs(p).ravel() for p in (policy, reference))
    return toy.dpo_loss(table, other, as_wins(pairs, 3, 3), beta)


# --- three witnesses ------------------------------------------------------------------------------


@policies
@pytest.mark.parametrize("beta", [0.01, 0.3, 5.0])
def test_the_gradient_is_the_weight_times_the_difference_of_the_scores_of_all_tokens(policy, beta):
    gradient = sequence_dpo_gradient(policy, REFERENCE, PAIRS, beta)
    assert [table.shape for table in gradient] == [np.shape(table) for table in policy]
    tables = as_lists(policy), as_lists(REFERENCE)
    pairs = [[tuple(y) for y in pair] for pair in PAIRS.tolist()]
    expected = oracles.sequence_dpo_gradient(*tables, pairs, beta)
    close(flat(gradient), expected, atol=1e-16)


@policies
def test_autograd_reproduces_the_gradient(policy):
    logits = [torch.tensor(np.log(table), requires_grad=True) for table in policy]
    rows = [table.log_softmax(-1) for table in logits]
    others = [torch.tensor(table).log() for table in REFERENCE]

    def log_prob(tables, y):
        windows = [tuple(y[t + 1 - table.ndim : t + 1]) for t, table in enumerate(tables)]
        return sum(table[window] for table, window in zip(tables, windows, strict=True))

    losses = []
    for pair in PAIRS.tolist():
        won, lost = (log_prob(rows, y) - log_prob(others, y) for y in pair)
        losses.append(-torch.nn.functional.logsigmoid(BETA * (won - lost)))
    torch.stack(losses).mean().backward()
    gradient = sequence_dpo_gradient(policy, REFERENCE, PAIRS, BETA)
    close(flat(gradient), flat([table.grad.numpy() for table in logits]), atol=1e-15)


@policies
def test_the_gradient_is_the_slope_of_the_loss_of_the_table_of_all_sequences(policy):
    gradient, step = flat(sequence_dpo_gradient(policy, REFERENCE, PAIRS, BETA)), 1e-4
    direction = [RNG.normal(size=np.shape(table)) for table in policy]
    moved = [
        [
            toy.softmax(np.log(table) + sign * step * d)
            for table, d in zip(policy, direction, strict=True)
        ]
        for sign in (1, -1)
    ]
    ahead, behind = (loss_of(tables, REFERENCE, PAIRS, BETA) for tables in moved)
    assert (ahead - behind) / (2 * step) == pytest.approx(gradient @ flat(direction), abs=1e-8)


# --- what it is, and what it is not ---------------------------------------------------------------


def test_a_response_of_one_token_is_an_entry_of_a_table():
    policy, reference = POLICY[0], REFERENCE[0]
    (gradient,) = sequence_dpo_gradient([policy], [reference], [[[2], [0]], [[1], [0]]], BETA)
    wins = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 0]])
    close(gradient, toy.dpo_gradient(policy, reference, wins, BETA), atol=1e-16)


def rows(policy):
    """As tables: of two steps and three tokens, with this row after the first token 0."""
    return [[0.2, 0.3, 0.5], [policy, [0.6, 0.3, 0.1], [0.2, 0.4, 0.4]]]


HERE, THERE = rows([0.2, 0.5, 0.3]), rows([0.4, 0.5, 0.1])
PAIR = [[[0, 1], [1, 0]]]


def test_the_gradient_depends_on_next_tokens_that_neither_response_has():
    """Same probability of both responses, same weight; another row, another gradient."""
    even = [[1 / 3] * 3, [[1 / 3] * 3] * 3]
    here, there = (toy.sequence_probs(policy) for policy in (HERE, THERE))
    assert (here[0, 1], here[1, 0]) == (there[0, 1], there[1, 0])
    first, second = (sequence_dpo_gradient(policy, even, PAIR, 1.0) for policy in (HERE, THERE))
    weight = toy.win_probability(np.log(here[1, 0] / here[0, 1]))
    close(first[1][0], weight * np.array([0.2, -0.5, 0.3]), atol=1e-16)
    close(second[1][0], weight * np.array([0.4, -0.5, 0.1]), atol=1e-16)
    # Where the two part, the row drops out; after the token 2, nobody wrote anything.
    for gradient in (first, second):
        close(gradient[0], weight * np.array([-1, 1, 0]), atol=1e-16)
        close(gradient[1][1], weight * np.array([0.4, -0.3, -0.1]), atol=1e-16)
        assert (gradient[1][2] == 0).all()


def test_as_a_table_of_sequences_the_same_two_policies_have_one_gradient():
    wins, even = as_wins(PAIR, 3, 2), np.full(9, 1 / 9)
    first, second = (
        toy.dpo_gradient(toy.sequence_probs(policy).ravel(), even, wins, 1.0)
        for policy in (HERE, THERE)
    )
    close(first, second, atol=1e-16)


@given(st.integers(0, 10**6), st.sampled_from(list(POLICIES)))
def test_while_two_responses_are_the_same_their_rows_do_not_move(seed, name):
    won, lost = np.random.default_rng(seed).integers(3, size=(2, 3))
    gradient = sequence_dpo_gradient(POLICIES[name], REFERENCE, [[won, lost]], BETA)
    for table in gradient[: int(np.argmax([*(won != lost), True]))]:
        assert (table == 0).all()


@given(st.integers(0, 10**6), st.sampled_from(list(POLICIES)))
def test_one_pair_raises_the_chosen_response_where_each_step_has_rows_of_its_own(seed, name):
    rng, policy = np.random.default_rng(seed), POLICIES[name]
    won, lost = rng.choice(27, 2, replace=False)
    pair = np.transpose(np.unravel_index([won, lost], (3, 3, 3)))
    gradient = sequence_dpo_gradient(policy, REFERENCE, [pair], BETA)
    step = 10.0 ** rng.uniform(-3, 2)
    moved = [toy.softmax(np.log(p) - step * g) for p, g in zip(policy, gradient, strict=True)]
    before, after = (toy.sequence_probs(tables).ravel() for tables in (policy, moved))
    assert after[won] > before[won]
    assert after[lost] < before[lost]


def test_a_row_that_steps_share_may_lower_the_chosen_response():
    """By hand: "ab" over "bb" is "a" over "b", and "aa" has more of that than "ab"."""
    row = np.array([0.9, 0.1])
    gradient = sum(sequence_dpo_gradient([row, row], [row, row], [[[0, 1], [1, 1]]], 1.0))
    close(gradient, [-0.5, 0.5])
    now, later = (np.multiply.outer(p, p) for p in (row, toy.softmax(np.log(row) - gradient / 1e6)))
    rate = (np.log(later) - np.log(now))[0, 1] * 1e6
    assert rate == pytest.approx(0.5 * -1.6, rel=1e-5)


def as_tree(probs):
    """The tables of next tokens of a table of sequences."""
    joint = [probs.sum(axis=tuple(range(t + 1, probs.ndim))) for t in range(probs.ndim)]
    return [table / table.sum(axis=-1, keepdims=True) for table in joint]


def test_the_minimum_of_the_table_is_a_minimum_of_the_tokens():
    wins = RNG.integers(1, 5, (4, 4)) * (1 - np.eye(4, dtype=int))
    reference = [[0.3, 0.7], [[0.6, 0.4], [0.1, 0.9]]]
    best = toy.fit_dpo(toy.sequence_probs(reference).ravel(), wins, BETA)
    pairs = [
        np.transpose(np.unravel_index(pair, (2, 2)))
        for pair in np.argwhere(wins)
        for _ in range(wins[tuple(pair)])
    ]
    gradient = sequence_dpo_gradient(as_tree(best.reshape(2, 2)), reference, pairs, BETA)
    assert np.abs(flat(gradient)).max() < 1e-16


# --- numbers, shapes, bad input -------------------------------------------------------------------


def test_tokens_that_are_never_written_may_be_impossible():
    """After the end, token 1, only the end follows: for the policy and for the reference."""
    policy, reference = ([[p, 1 - p], [[p, 1 - p], [0.0, 1.0]]] for p in (0.5, 0.2))
    first, second = sequence_dpo_gradient(policy, reference, [[[0, 0], [1, 1]]], 1.0)
    weight = toy.win_probability(-(np.log(0.25 / 0.04) - np.log(0.5 / 0.8)))
    close(first, weight * np.array([-1.0, 1.0]))
    close(second, weight * np.array([[-0.5, 0.5], [0.0, 0.0]]), atol=1e-16)


def test_a_thousand_steps_take_no_listing():
    step, pair = [[0.5, 0.5], [0.25, 0.75]], np.zeros((1, 2, 1000), dtype=int)
    pair[0, 0, 0] = 1
    gradient = sequence_dpo_gradient([step[0]] + [step] * 999, [[0.5, 0.5]] * 1000, pair, 1.0)
    margin = np.log(0.25 / 0.5)
    close(gradient[0], toy.win_probability(-margin) * np.array([0.5, -0.5]) * 2)
    assert (gradient[-1] == 0).all()


def test_inputs_are_never_changed():
    pairs = PAIRS.copy()
    for array in (pairs, *(tables := [table.copy() for table in POLICY])):
        array.setflags(write=False)
    sequence_dpo_gradient(tables, REFERENCE, pairs, BETA)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"policy": 0.5}, "policy must be a sequence of tables, one a step; got 0.5"),
        ({"policy": [[0.5, 0.6], [0.5, 0.5]]}, "policy[0] must sum to 1"),
        ({"policy": [[0.5, 0.5]] * 3}, "policy and reference must have the same number of steps"),
        ({"policy": [[1.0, 0.0], [0.5, 0.5]]}, "policy must give every token of the pairs"),
        (
            {"reference": [[0.5, 0.5], [0.0, 1.0]]},
            "reference must give every token of the pairs a probability > 0; "
            "got 0 at token 1 of pairs[0, 1]",
        ),
        ({"pairs": [[0, 1], [1, 0]]}, "pairs must have shape (N, 2, 2)"),
        ({"pairs": np.zeros((0, 2, 2))}, "pairs must have shape (N, 2, 2)"),
        ({"pairs": [[[0, 1, 0], [1, 0, 0]]]}, "pairs must have shape (N, 2, 2)"),
        ({"pairs": [[[0, 1], [1]]]}, "pairs must have rows of equal length"),
        ({"pairs": [[[0, 2], [1, 0]]]}, "pairs must hold tokens, whole numbers from 0 to 1; got 2"),
        ({"pairs": [[[0, -1], [1, 0]]]}, "pairs must hold tokens"),
        ({"pairs": [[[0, 0.5], [1, 0]]]}, "pairs must hold tokens"),
        ({"pairs": [[["a", "b"], ["b", "a"]]]}, "pairs must hold real numbers"),
        ({"beta": 0.0}, "beta must be > 0"),
        (
            {"beta": 1e300, "policy": [[0.1, 0.9], [0.9, 0.1]]},
            "beta must be small enough for an implicit reward",
        ),
        ({"beta": [1.0, 2.0]}, "beta must be one number; got [1.0, 2.0]"),
    ],
)
def test_bad_arguments_are_refused_by_name_and_rule(change, message):
    good = {
        "policy": [[0.5, 0.5]] * 2,
        "reference": [[0.5, 0.5]] * 2,
        "pairs": [[[0, 1], [1, 0]]],
        "beta": 1.0,
    }
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        sequence_dpo_gradient(**good | change)
