"""Sequences against loops over every one of them, autograd, finite differences and identities."""

import re

import numpy as np
import oracles
import pytest
import torch
from compare import close
from hypothesis import given
from hypothesis import strategies as st

import toy
from toy.exact.kl_estimators import (
    control_variate,
    estimator_moments,
    k1,
    k2,
    k3,
    loss_gradient,
    ratio_corrected,
)
from toy.exact.policy_gradient import policy_gradient, reinforce_moments
from toy.exact.sequences import (
    _prefix_probs,
    prefix_kl_moments,
    prefix_values,
    rewards_to_go,
    sequence_estimator_moments,
    sequence_kl,
    sequence_kl_gradient,
    sequence_loss_gradient,
    sequence_probs,
    token_estimator_moments,
    token_loss_gradient,
    trajectory_gradient,
    trajectory_moments,
    whole_return,
)


def flat(tables):
    return np.concatenate([np.ravel(table) for table in tables])


def as_lists(tables):
    return [np.asarray(table).tolist() for table in tables]


def dyadic(rng, shape):
    """Random rows of multiples of 2⁻²⁰, all > 0: they sum to one exactly, in the oracle too."""
    weights = np.floor(rng.dirichlet(np.ones(shape[-1]), shape[:-1]) * 2**20) + 1
    weights[..., -1] += 2**20 - weights.sum(axis=-1)
    return np.abs(weights) / 2**20


def random_policy(seed, num_tokens, looks):
    """One table for each entry of `looks`, which says how many tokens back it looks."""
    rng = np.random.default_rng(seed)
    return [dyadic(rng, (num_tokens,) * (k + 1)) for k in looks]


def random_reward(seed, num_tokens, looks):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(num_tokens,) * (k + 1)).round(3) for k in looks]


def reply(row, num_steps):
    """A word from `row` at each step, until the last one of them, which ends it, is drawn."""
    end = np.eye(len(row))[-1]
    return [np.array(row)] + [np.array([*[row] * (len(row) - 1), end])] * (num_steps - 1)


#: (policy, reference, reward): prefix trees, Markov, one step, and looks of all sorts.
WORLDS = {
    "tree of two tokens": (
        random_policy(1, 2, (0, 1, 2)),
        random_policy(2, 2, (0, 1, 2)),
        random_reward(3, 2, (0, 1, 2)),
    ),
    "tree of three tokens": (
        random_policy(4, 3, (0, 1)),
        random_policy(5, 3, (0, 1)),
        random_reward(6, 3, (0, 1)),
    ),
    "Markov": (
        random_policy(7, 3, (0, 1, 1)),
        random_policy(8, 3, (0, 1, 1)),
        random_reward(9, 3, (0, 0, 0)),
    ),
    "looks of all sorts": (
        random_policy(10, 2, (0, 0, 2, 1)),
        random_policy(11, 2, (0, 1, 0, 3)),
        random_reward(12, 2, (0, 1, 0, 2)),
    ),
    "one step": (
        random_policy(13, 3, (0,)),
        random_policy(14, 3, (0,)),
        random_reward(15, 3, (0,)),
    ),
    "a token that never comes": (
        [np.array([0.25, 0.75, 0.0]), np.array([[0.5, 0.5, 0], [0.25, 0, 0.75], [1, 0, 0]])],
        random_policy(16, 3, (0, 1)),
        random_reward(17, 3, (0, 1)),
    ),
    "replies that may end": (
        reply([0.5, 0.25, 0.25], 3),
        reply([0.25, 0.375, 0.375], 3),
        random_reward(25, 3, (0, 1, 2)),
    ),
    "a reference without what the policy never writes": (
        # The first token is never the last one: what would follow it has zeros of all sorts.
        [np.array([0.25, 0.75, 0.0]), np.array([[0.5, 0.5, 0], [0.25, 0, 0.75], [0, 0.5, 0.5]])],
        [np.array([0.5, 0.5, 0.0]), np.array([[0.75, 0.25, 0], [0.5, 0.25, 0.25], [1, 0, 0]])],
        random_reward(26, 3, (0, 1)),
    ),
}
WITHOUT_ZEROS = sorted(
    name for name, world in WORLDS.items() if min(table.min() for table in world[0]) > 0
)
in_every_world = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
POLICY, REFERENCE, REWARD = WORLDS["tree of two tokens"]
MARKOV, MARKOV_REFERENCE, _ = WORLDS["Markov"]
ESTIMATORS = [
    (k1, oracles.k1),
    (k2, oracles.k2),
    (k3, oracles.k3),
    (control_variate(0.7), oracles.control_variate(0.7)),
]
estimators = pytest.mark.parametrize(
    ("estimator", "oracle"), ESTIMATORS, ids=["k1", "k2", "k3", "control variate"]
)


@st.composite
def two_policies(draw):
    """A policy and a reference over the same two or three tokens and one to four steps."""
    num_tokens, num_steps = draw(st.integers(2, 3)), draw(st.integers(1, 4))
    seeds = st.integers(0, 2**32 - 1)
    looks = [[draw(st.integers(0, t)) for t in range(num_steps)] for _ in range(2)]
    return tuple(random_policy(draw(seeds), num_tokens, look) for look in looks)


# --- probabilities and their divergence -----------------------------------------------------------


@in_every_world
def test_a_sequence_has_the_product_of_its_tokens_probabilities(world):
    policy, _, _ = world
    probs = sequence_probs(policy)
    assert probs.shape == (policy[0].size,) * len(policy)
    for sequence, weight in oracles.all_sequences(as_lists(policy)):
        close(probs[sequence], weight)


@in_every_world
def test_the_chain_rule_gives_the_divergence_over_all_sequences(world):
    policy, reference, _ = world
    close(
        sequence_kl(policy, reference), oracles.sequence_kl(as_lists(policy), as_lists(reference))
    )


@given(two_policies())
def test_the_chain_rule_agrees_with_enumeration(world):
    policy, reference = world
    listed = toy.kl_divergence(*(sequence_probs(tables).ravel() for tables in world))
    close(sequence_kl(policy, reference), listed, rel=1e-9)
    close(sequence_probs(policy).sum(), 1.0)


def test_the_divergence_of_sequences_has_a_direction():
    assert abs(sequence_kl(POLICY, REFERENCE) - sequence_kl(REFERENCE, POLICY)) > 0.1


def as_tree(policy):
    """The same policy as a prefix tree: each row repeated for all prefixes that share it."""
    num_tokens = policy[0].size
    return [np.broadcast_to(table, (num_tokens,) * (t + 1)) for t, table in enumerate(policy)]


def test_a_markov_policy_is_the_tree_whose_rows_forget_all_but_the_last_token():
    close(sequence_probs(MARKOV), sequence_probs(as_tree(MARKOV)))
    tree = sequence_kl(as_tree(MARKOV), as_tree(MARKOV_REFERENCE))
    close(sequence_kl(MARKOV, MARKOV_REFERENCE), tree)
    close(sequence_kl(as_tree(MARKOV), MARKOV_REFERENCE), tree)
    close(sequence_kl(MARKOV, as_tree(MARKOV_REFERENCE)), tree)


def test_the_divergence_of_long_markov_sequences_follows_the_last_token_alone():
    # 200^1000 sequences; the definition, with the law of the last token pushed on by hand.
    rng = np.random.default_rng(18)
    first, step, first_reference, step_reference = (
        rng.dirichlet(np.ones(200), rows) for rows in (1, 200, 1, 200)
    )
    rows = (step * np.log(step / step_reference)).sum(axis=1)
    marginal = first[0]
    expected = (marginal * np.log(marginal / first_reference[0])).sum()
    for _ in range(999):
        expected += marginal @ rows
        marginal = marginal @ step
    policy, reference = [first[0], *[step] * 999], [first_reference[0], *[step_reference] * 999]
    close(sequence_kl(policy, reference), expected, rel=1e-10)


def test_no_more_of_the_prefix_is_remembered_than_some_table_still_looks_at():
    remembered = lambda looks: [
        probs.ndim for probs in _prefix_probs(random_policy(24, 2, looks), [0] * len(looks))
    ]
    assert remembered((0, 0, 0)) == [0, 0, 0]
    assert remembered((0, 1, 1, 1)) == [0, 1, 1, 1]
    assert remembered((0, 0, 0, 3, 1)) == [0, 1, 2, 3, 1]


def test_the_divergence_of_independent_tokens_is_that_of_one_token_a_step():
    policy, reference = [0.6, 0.3, 0.1], [0.2, 0.3, 0.5]
    close(sequence_kl([policy] * 50, [reference] * 50), 50 * toy.kl_divergence(policy, reference))


@pytest.mark.parametrize("gap", [2.0**-20, 2.0**-30, 2.0**-45])
def test_the_divergence_of_nearly_equal_policies_keeps_its_digits(gap):
    policy = [[0.25 + gap, 0.75 - gap], [[0.5 - gap, 0.5 + gap], [0.125, 0.875]]]
    reference = [[0.25, 0.75], [[0.5, 0.5], [0.125 + gap, 0.875 - gap]]]
    close(sequence_kl(policy, reference), oracles.sequence_kl(policy, reference), rel=1e-10)


@given(two_policies())
def test_the_divergence_is_not_negative_and_zero_only_at_equality(world):
    assert sequence_kl(*world) >= 0
    assert sequence_kl(world[0], world[0]) == 0


def test_one_step_is_the_bandit():
    policy, reference, reward = WORLDS["one step"]
    np.testing.assert_array_equal(sequence_probs(policy), policy[0])
    np.testing.assert_array_equal(
        sequence_kl(policy, reference), toy.kl_divergence(policy[0], reference[0])
    )
    (gradient,) = trajectory_gradient(policy, reward)
    close(gradient, policy_gradient(policy[0], reward[0]), atol=1e-16)
    moments, expected = (
        trajectory_moments(policy, reward, 0.3),
        reinforce_moments(policy[0], reward[0], 0.3),
    )
    close(moments.mean, expected.mean, atol=1e-15)
    close(moments.covariance, expected.covariance, atol=1e-15)
    for moments in (token_estimator_moments, sequence_estimator_moments):
        for field in ("mean", "bias", "variance"):
            expected = getattr(estimator_moments(k2, policy[0], reference[0]), field)
            close(getattr(moments(k2, policy, reference), field), expected)


# --- rewards and gradients ------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1,), (4,), (2, 3, 5)])
def test_a_step_is_credited_with_its_own_and_later_rewards(shape):
    rewards = np.random.default_rng(19).normal(size=shape)
    returns, whole = rewards_to_go(rewards), whole_return(rewards)
    for *row, t in np.ndindex(shape):
        close(returns[*row, t], sum(rewards[*row, s] for s in range(t, shape[-1])))
        close(whole[*row, t], sum(rewards[*row, s] for s in range(shape[-1])), atol=1e-15)


def along_prefixes(function, policy):
    """Tables (V,) * t + (1,) of function(prefix), for every prefix."""
    num_tokens = policy[0].size
    tables = []
    for t in range(len(policy)):
        shape = (num_tokens,) * t
        values = [float(function(prefix)) for prefix in np.ndindex(shape)]
        tables.append(np.reshape(values, (*shape, 1)))
    return tables


@pytest.mark.parametrize("name", WITHOUT_ZEROS)
def test_a_prefix_is_worth_the_mean_of_what_follows_it(name):
    policy, _, reward = WORLDS[name]
    lists = as_lists(policy), as_lists(reward)
    expected = along_prefixes(lambda prefix: oracles.expected_to_go(*lists, prefix), policy)
    for actual, table in zip(prefix_values(policy, reward), expected, strict=True):
        close(np.broadcast_to(actual, table.shape), table, atol=1e-15)


@in_every_world
def test_the_gradient_is_the_mean_of_the_sampled_gradients(world):
    policy, _, reward = world
    gradient = trajectory_gradient(policy, reward)
    assert [table.shape for table in gradient] == [table.shape for table in policy]
    for credit in (oracles.to_go, oracles.in_all):
        expected = oracles.gradient_mean_and_covariance(as_lists(policy), as_lists(reward), credit)[
            0
        ]
        close(flat(gradient), expected, atol=1e-15)


def mean_return(policy, reward):
    """E[G] by its definition: every sequence's probability times the sum of its rewards."""
    probs = sequence_probs(policy)
    total = np.zeros_like(probs)
    for sequence in np.ndindex(probs.shape):
        for t, table in enumerate(reward):
            total[sequence] += table[sequence[t + 1 - np.ndim(table) : t + 1]]
    return (probs * total).sum()


@pytest.mark.parametrize("name", WITHOUT_ZEROS)
def test_the_gradient_is_the_finite_difference_of_the_mean_return(name):
    policy, _, reward = WORLDS[name]
    logits = [np.log(table) for table in policy]
    gradient = trajectory_gradient(policy, reward)
    for t, table in enumerate(logits):
        for index in np.ndindex(table.shape):
            for step in (1e-3, 1e-5):
                ends = []
                for sign in (1, -1):
                    moved = [z.copy() for z in logits]
                    moved[t][index] += sign * step
                    ends.append(mean_return([toy.softmax(z) for z in moved], reward))
                difference = (ends[0] - ends[1]) / (2 * step)
                assert gradient[t][index] == pytest.approx(difference, abs=step**2 + 1e-15 / step)


def torch_gradient(policy, value):
    """Autograd of Σ_y P(y) value(log P(y), y), where each table is a softmax of logits."""
    logits = [torch.tensor(np.log(table), requires_grad=True) for table in policy]
    rows = [torch.log_softmax(z, dim=-1) for z in logits]
    total = torch.zeros((), dtype=torch.float64)
    for sequence in np.ndindex((policy[0].size,) * len(policy)):
        tokens = [sequence[t + 1 - row.ndim : t + 1] for t, row in enumerate(rows)]
        log_prob = sum(row[token] for row, token in zip(rows, tokens, strict=True))
        total = total + log_prob.exp() * value(log_prob, sequence)
    return np.concatenate([g.numpy().ravel() for g in torch.autograd.grad(total, logits)])


@pytest.mark.parametrize("name", WITHOUT_ZEROS)
def test_autograd_returns_the_gradient(name):
    policy, _, reward = WORLDS[name]
    value = lambda _, sequence: sum(
        table[sequence[t + 1 - table.ndim : t + 1]] for t, table in enumerate(reward)
    )
    close(flat(trajectory_gradient(policy, reward)), torch_gradient(policy, value), atol=1e-15)


def test_a_penalty_of_beta_times_each_tokens_log_ratio_is_a_penalty_on_the_sequences_divergence():
    # d depends on the policy as well, but its own gradient has mean E[Σ ∇log π] = 0.
    beta, log_reference = 0.3, np.log(sequence_probs(REFERENCE))
    penalised = [
        r - beta * toy.log_ratio(q, p) for r, q, p in zip(REWARD, POLICY, REFERENCE, strict=True)
    ]
    value = lambda log_prob, sequence: (
        sum(table[sequence[: t + 1]] for t, table in enumerate(REWARD))
        - beta * (log_prob - log_reference[sequence])
    )
    close(flat(trajectory_gradient(POLICY, penalised)), torch_gradient(POLICY, value), atol=1e-15)


def test_a_reward_of_whole_sequences_is_paid_at_the_last_step():
    terminal = np.random.default_rng(20).normal(size=(2, 2, 2))
    tables = [np.zeros(2), np.zeros((2, 2)), terminal]
    close(flat(trajectory_gradient(POLICY, terminal)), flat(trajectory_gradient(POLICY, tables)))
    assert trajectory_gradient(POLICY, terminal)[2].shape == (2, 2, 2)
    (bandit,) = trajectory_gradient([np.array([0.25, 0.75])], np.array([4.0, 0.0]))
    close(bandit, [0.75, -0.75])


def test_the_gradient_of_a_nearly_certain_policy_is_right_in_every_digit():
    policy, reward = toy.softmax([60.0, 0.0, -1.0]), np.array([2.0, -1.0, 0.5])
    expected = policy_gradient(policy, reward)  # right in every digit, by a test of its own
    close(trajectory_gradient([policy], [reward])[0], expected)
    close(trajectory_moments([policy], [reward]).mean, expected)


def test_the_gradient_of_long_markov_policies_needs_no_tree():
    step = dyadic(np.random.default_rng(21), (50, 50))
    policy, reward = [step[0], *[step] * 199], [np.arange(50.0)] * 200
    gradient = trajectory_gradient(policy, reward)
    assert {table.shape for table in gradient[1:]} == {(50, 50)}
    # The last step by hand: the law of the last token but one, times the bandit's gradient there.
    marginal = step[0] @ np.linalg.matrix_power(step, 198)
    advantage = reward[0] - step @ reward[0][:, None]
    close(gradient[-1], marginal[:, None] * step * advantage, rel=1e-9, atol=1e-13)


def test_past_rewards_have_nothing_to_do_with_the_token_drawn_now():
    # E[∇log π(y_t | y_<t) · (rewards before t)] = 0, exactly, for every row.
    past = lambda rewards: whole_return(rewards) - rewards_to_go(rewards)
    for name in ("tree of two tokens", "looks of all sorts"):
        policy, _, reward = WORLDS[name]
        moments = trajectory_moments(policy, reward, credit=past)
        close(moments.mean, np.zeros_like(moments.mean), atol=1e-15)
        assert moments.total_variance > 0.1


@in_every_world
@pytest.mark.parametrize(
    ("credit", "oracle"),
    [(rewards_to_go, oracles.to_go), (whole_return, oracles.in_all)],
    ids=["reward-to-go", "whole return"],
)
def test_gradient_moments_are_the_sums_over_all_sequences(world, credit, oracle):
    policy, _, reward = world
    moments = trajectory_moments(policy, reward, credit=credit)
    mean, covariance = oracles.gradient_mean_and_covariance(
        as_lists(policy), as_lists(reward), oracle
    )
    close(moments.mean, mean, atol=1e-15)
    close(moments.covariance, covariance, atol=1e-15)
    close(moments.total_variance, sum(covariance[i][i] for i in range(len(mean))))


def test_reward_to_go_keeps_the_mean_and_lowers_the_variance_where_rewards_do_not_cancel():
    for policy, _, reward in WORLDS.values():
        positive = [np.abs(table) for table in reward]
        to_go = trajectory_moments(policy, positive)
        whole = trajectory_moments(policy, positive, credit=whole_return)
        close(to_go.mean, flat(trajectory_gradient(policy, positive)), atol=1e-14)
        close(whole.mean, to_go.mean, atol=1e-14)
        assert to_go.total_variance < whole.total_variance or len(policy) == 1


def test_reward_to_go_raises_the_variance_where_the_future_takes_back_what_the_past_gave():
    # Every sequence earns 1 and loses it again: the whole return is always 0 and has no variance.
    policy, reward = [np.array([0.25, 0.75])] * 2, [np.ones(2), -np.ones(2)]
    assert trajectory_moments(policy, reward, credit=whole_return).total_variance == 0
    assert trajectory_moments(policy, reward).total_variance == pytest.approx(0.375)


def test_past_rewards_are_a_baseline_that_turns_the_whole_return_into_reward_to_go():
    past = along_prefixes(
        lambda prefix: sum(REWARD[t][prefix[: t + 1]] for t in range(len(prefix))), POLICY
    )
    to_go = trajectory_moments(POLICY, REWARD)
    whole = trajectory_moments(POLICY, REWARD, baseline=past, credit=whole_return)
    close(whole.mean, to_go.mean, atol=1e-15)
    close(whole.covariance, to_go.covariance, atol=1e-15)


BASELINES = {
    "a number": 1.7,
    "a number a step": [0.5, -2.0, 3.0],
    "the last token": [0.5, np.array([[1.0], [-2.0]]), np.array([[0.3], [4.0]])],
    "the prefix": random_reward(22, 2, (0, 1, 1)),
}
BASELINES["the prefix"] = [table[..., :1] for table in BASELINES["the prefix"]]
BASELINES["the value function"] = prefix_values(POLICY, REWARD)


@pytest.mark.parametrize("baseline", BASELINES.values(), ids=BASELINES)
def test_a_baseline_of_the_prefix_changes_the_variance_and_not_the_mean(baseline):
    gradient = flat(trajectory_gradient(POLICY, REWARD))
    close(flat(trajectory_gradient(POLICY, REWARD, baseline)), gradient, atol=1e-14)
    moments = trajectory_moments(POLICY, REWARD, baseline)
    close(moments.mean, gradient, atol=1e-14)
    plain = trajectory_moments(POLICY, REWARD)
    assert abs(moments.total_variance - plain.total_variance) > 1e-3


def table_entry(tables):
    """The baseline (t, prefix, token) -> number that tables over prefix and token stand for."""
    return lambda t, prefix, token: float(
        np.broadcast_to(tables[t], (2,) * np.ndim(tables[t]))[
            (*prefix, token)[t + 1 - np.ndim(tables[t]) :]
        ]
    )


TOKEN_BASELINE = random_reward(23, 2, (0, 0, 2))


@pytest.mark.parametrize(
    "baseline", [BASELINES["the last token"][1:], TOKEN_BASELINE], ids=["prefix", "token"]
)
@pytest.mark.parametrize("credit", ["to_go", "in_all"])
def test_moments_with_a_baseline_are_the_sums_over_all_sequences(baseline, credit):
    tables = baseline if len(baseline) == 3 else [np.full(1, 0.5), *baseline]
    function = {"to_go": rewards_to_go, "in_all": whole_return}[credit]
    moments = trajectory_moments(POLICY, REWARD, tables, function)
    mean, covariance = oracles.gradient_mean_and_covariance(
        as_lists(POLICY), as_lists(REWARD), getattr(oracles, credit), table_entry(tables)
    )
    close(moments.mean, mean, atol=1e-15)
    close(moments.covariance, covariance, atol=1e-15)
    close(flat(trajectory_gradient(POLICY, REWARD, tables)), mean, atol=1e-14)


def test_a_baseline_that_depends_on_the_token_changes_the_mean():
    honest = flat(trajectory_gradient(POLICY, REWARD))
    moved = flat(trajectory_gradient(POLICY, REWARD, TOKEN_BASELINE))
    assert np.abs(moved - honest).max() > 0.1
    # What it takes away is the gradient that the baseline would have as a reward of its own step.
    as_reward = [
        flat(
            trajectory_gradient(
                POLICY, [r if s == t else r * 0 for s, r in enumerate(TOKEN_BASELINE)]
            )[t : t + 1]
        )
        for t in range(3)
    ]
    close(honest - moved, np.concatenate(as_reward), atol=1e-15)


def test_the_value_function_lowers_the_variance_where_all_rewards_have_one_sign():
    for policy, _, reward in WORLDS.values():
        positive = [np.abs(table) for table in reward]
        baseline = prefix_values(policy, positive)
        moments = trajectory_moments(policy, positive, baseline)
        assert moments.total_variance < trajectory_moments(policy, positive).total_variance


def test_the_value_function_is_not_always_the_best_baseline_nor_better_than_none():
    value = trajectory_moments(POLICY, REWARD, prefix_values(POLICY, REWARD)).total_variance
    assert value > 1.2 * trajectory_moments(POLICY, REWARD).total_variance
    policy, reward = [np.array([0.9, 0.1])], [np.array([1.0, 0.0])]
    value = trajectory_moments(policy, reward, prefix_values(policy, reward)).total_variance
    assert trajectory_moments(policy, reward, 0.1).total_variance < value * 1e-12
    assert value > 0.1


# --- estimators of the divergence -----------------------------------------------------------------


@in_every_world
@estimators
def test_moments_token_by_token_are_the_sums_over_all_sequences(world, estimator, oracle):
    policy, reference, _ = world
    lists = as_lists(policy), as_lists(reference)
    value = lambda sequence: sum(oracle(d) for d in oracles.token_log_ratios(*lists, sequence))
    mean, variance = oracles.mean_and_variance_over_sequences(lists[0], value)
    moments = token_estimator_moments(estimator, policy, reference)
    scale = 1e-14 * (1 + float(oracles.sqrt(variance)))
    close(moments.mean, mean, atol=scale)
    close(moments.variance, variance, rel=1e-11)
    close(moments.bias, mean - oracles.sequence_kl(*lists), atol=scale)


@in_every_world
@estimators
def test_moments_of_the_whole_log_ratio_are_the_sums_over_all_sequences(world, estimator, oracle):
    policy, reference, _ = world
    lists = as_lists(policy), as_lists(reference)
    value = lambda sequence: oracle(sum(oracles.token_log_ratios(*lists, sequence)))
    mean, variance = oracles.mean_and_variance_over_sequences(lists[0], value)
    moments = sequence_estimator_moments(estimator, policy, reference)
    scale = 1e-14 * (1 + float(oracles.sqrt(variance)))
    close(moments.mean, mean, atol=scale)
    close(moments.variance, variance, rel=1e-11)
    close(moments.bias, mean - oracles.sequence_kl(*lists), atol=scale)


@pytest.mark.parametrize("estimator", [k1, k2, k3])
@pytest.mark.parametrize("name", WITHOUT_ZEROS)
def test_moments_of_the_whole_log_ratio_are_those_of_a_bandit_whose_responses_are_sequences(
    name, estimator
):
    policy, reference, _ = WORLDS[name]
    bandit = (sequence_probs(tables).ravel() for tables in (policy, reference))
    expected = estimator_moments(estimator, *bandit)
    moments = sequence_estimator_moments(estimator, policy, reference)
    close(moments.mean, expected.mean)
    close(moments.variance, expected.variance)


@in_every_world
def test_moments_of_exact_sums_over_the_next_token_are_the_sums_over_all_sequences(world):
    policy, reference, _ = world
    lists = as_lists(policy), as_lists(reference)
    value = lambda sequence: sum(
        oracles.next_token_kl(*lists, sequence, t) for t in range(len(policy))
    )
    mean, variance = oracles.mean_and_variance_over_sequences(lists[0], value)
    moments = prefix_kl_moments(policy, reference)
    close(moments.mean, mean)
    close(moments.variance, variance, atol=1e-30)
    close(moments.bias, 0, atol=1e-15)


@given(two_policies())
def test_k1_is_the_same_token_by_token_and_for_the_whole_sequence(world):
    tokens, whole = token_estimator_moments(k1, *world), sequence_estimator_moments(k1, *world)
    close(tokens.mean, whole.mean, rel=1e-10)
    close(tokens.variance, whole.variance, rel=1e-9)


@given(two_policies())
def test_k3_is_unbiased_token_by_token_as_well(world):
    for moments in (token_estimator_moments, sequence_estimator_moments):
        assert abs(moments(k3, *world).bias) < 1e-12 * (1 + moments(k3, *world).std)


def test_k2_and_k3_are_other_estimators_token_by_token():
    tokens, whole = (
        [moments(k, POLICY, REFERENCE) for k in (k2, k3)]
        for moments in (token_estimator_moments, sequence_estimator_moments)
    )
    assert abs(tokens[0].mean - whole[0].mean) > 0.01
    assert abs(tokens[1].variance / whole[1].variance - 1) > 0.1
    # With independent tokens the gap is known: (Σd)² also holds the products of different steps.
    policy, reference = [[0.6, 0.3, 0.1]] * 3, [[0.2, 0.3, 0.5]] * 3
    gap = sequence_estimator_moments(k2, policy, reference).mean
    gap -= token_estimator_moments(k2, policy, reference).mean
    close(gap, 3 * toy.kl_divergence(policy[0], reference[0]) ** 2)


def test_with_independent_tokens_the_exact_sums_have_no_variance():
    policy, reference = [[0.6, 0.3, 0.1]] * 3, [[0.2, 0.3, 0.5]] * 3
    close(prefix_kl_moments(policy, reference).variance, 0, atol=1e-30)
    assert token_estimator_moments(k1, policy, reference).variance > 0.5


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_each_steps_exact_sum_varies_no_more_than_its_k1(name):
    policy, reference, _ = WORLDS[name]
    for t in range(len(policy)):
        # The reference agrees with the policy at every other step, so that this one term is left.
        one_step = [
            p if s == t else q for s, (q, p) in enumerate(zip(policy, reference, strict=True))
        ]
        if min(table.min() for table in one_step) > 0:
            exact = prefix_kl_moments(policy, one_step).variance
            assert exact < token_estimator_moments(k1, policy, one_step).variance


def test_exact_sums_along_a_sequence_can_vary_more_than_k1():
    # After token 0 the next one is certain and costs log 4; token 1 costs log 4 more by itself.
    # Every sequence has d = log 5/2, so that k1 never varies, while the exact sums are torn apart.
    policy = [[0.5, 0.5], [[1.0, 0.0], [0.25, 0.75]]]
    reference = [[0.8, 0.2], [[0.25, 0.75], [0.25, 0.75]]]
    along_k1 = token_estimator_moments(k1, policy, reference)
    along_exact = prefix_kl_moments(policy, reference)
    close(along_k1.mean, np.log(2.5))
    close(along_exact.mean, np.log(2.5))
    close(along_k1.variance, 0, atol=1e-30)
    close(along_exact.variance, np.log(4) ** 2 / 4)


def test_the_variance_of_k3_survives_where_its_square_overflows():
    policy, reference = toy.softmax([[300.0, -300.0], [-300.0, 300.0]])
    moments = token_estimator_moments(k3, [policy] * 2, [reference] * 2)
    close(moments.variance, 2 * oracles.exp(600), rel=1e-11)


# --- what is 0 in both ----------------------------------------------------------------------------


@pytest.mark.parametrize("num_steps", [1, 4, 1000])
def test_a_reply_that_may_end_adds_the_kl_of_a_word_as_often_as_it_lasts(num_steps):
    # It lasts to step t with probability .8^(t − 1): a geometric sum, and nothing after the end.
    policy, reference = (reply(row, num_steps) for row in ([0.5, 0.3, 0.2], [0.4, 0.4, 0.2]))
    of_a_word = oracles.kl_divergence(policy[0].tolist(), reference[0].tolist())
    expected = of_a_word * (1 - oracles.mpf("0.8") ** num_steps) / oracles.mpf("0.2")
    close(sequence_kl(policy, reference), expected)
    for estimator in (k1, k3):
        moments = token_estimator_moments(estimator, policy, reference)
        close(moments.mean, expected)
    close(prefix_kl_moments(policy, reference).mean, expected)


#: The row after a token that never comes may be any.
ANY_ROW = np.diag([0.0, 0.0, 1.0])


def test_a_zero_of_both_changes_nothing_that_a_smaller_vocabulary_would_say():
    # The third token is masked in both; the same worlds without it.
    mask = lambda tables: [np.pad(tables[0], (0, 1)), np.pad(tables[1], (0, 1)) + ANY_ROW]
    policy, reference = random_policy(27, 2, (0, 1)), random_policy(28, 2, (0, 1))
    masked = mask(policy), mask(reference)
    close(sequence_kl(*masked), sequence_kl(policy, reference))
    for moments in (token_estimator_moments, sequence_estimator_moments):
        close(moments(k2, *masked).variance, moments(k2, policy, reference).variance)
    for gradient in (token_loss_gradient, sequence_loss_gradient):
        first, second = gradient(k3, *masked)
        expected = gradient(k3, policy, reference)
        close(first[:2], expected[0], atol=1e-16)
        close(second[:2, :2], expected[1], atol=1e-16)
        assert not any([first[2], *second[2], *second[:, 2]])


def test_a_zero_that_the_policy_comes_to_is_refused_by_step_and_index():
    policy, reference, _ = WORLDS["a reference without what the policy never writes"]
    rule = r"must be > 0 wherever the policy is \(.*\); got 0 at index"
    for function in PAIR_FUNCTIONS.values():
        with pytest.raises(ValueError, match=rf"^reference\[1\] {rule} \(1, 2\), where .* 0.75$"):
            function(policy, [reference[0], [[0.75, 0.25, 0], [0.5, 0.5, 0], [1, 0, 0]]])
        with pytest.raises(ValueError, match=rf"^reference\[0\] {rule} \(1,\), where .* 0.75$"):
            function(policy, [[1.0, 0.0, 0.0], reference[1]])
        with pytest.raises(ValueError, match=rf"^reference\[1\] {rule} \(1, 2\), where .* 0.75$"):
            function(policy, [reference[0], [0.5, 0.5, 0.0]])


def test_whether_a_prefix_is_written_is_asked_of_all_who_share_its_last_tokens():
    # Token 1 first is impossible; token 1 second is not. The reference looks back one token only.
    policy = [[1.0, 0.0], [0.5, 0.5], [0.5, 0.5]]
    reference = [[1.0, 0.0], [[0.5, 0.5], [1.0, 0.0]], [[0.5, 0.5], [0.25, 0.75]]]
    expected = 0.25 * np.log([2.0, 2.0 / 3]).sum()
    close(sequence_kl(policy, reference), expected)
    with pytest.raises(ValueError, match=r"^reference\[2\] .* got 0 at index \(1, 1\),"):
        sequence_kl(policy, [*reference[:2], [[0.5, 0.5], [1.0, 0.0]]])


def test_a_prefix_too_rare_for_float64_is_still_one_that_comes():
    stay, leave = [[1e-9, 1 - 1e-9], [0.0, 1.0]], [[0.5, 0.5], [0.0, 1.0]]
    policy, reference = [[1e-9, 1 - 1e-9], *[stay] * 99], [[0.5, 0.5], *[leave] * 99]
    assert np.isfinite(sequence_kl(policy, reference))
    with pytest.raises(ValueError, match=r"^reference\[99\] .* got 0 at index \(0, 0\),"):
        sequence_kl(policy, [*reference[:99], [[0.0, 1.0], [0.0, 1.0]]])


# --- estimators as a loss -------------------------------------------------------------------------

#: Each with its slope, by hand.
LOSSES = {
    "k1": (k1, lambda _: oracles.mpf(1)),
    "k2": (k2, lambda d: d),
    "k3": (k3, lambda d: 1 - oracles.exp(-d)),
    "k3 with the ratio": (ratio_corrected(k3), lambda d: 1 - oracles.exp(-d) + oracles.k3(d)),
}
of_losses = pytest.mark.parametrize(("estimator", "slope"), LOSSES.values(), ids=LOSSES)
in_worlds_without_zeros = pytest.mark.parametrize("name", WITHOUT_ZEROS)

#: Losses as practitioners write them: of each token's log-probability and log-ratio.
RATIO = lambda log_prob: torch.exp(log_prob - log_prob.detach())
TORCH_LOSSES = {
    "k1": lambda _, d: d,
    "k2": lambda _, d: d**2 / 2,
    "k3": lambda _, d: torch.exp(-d) - 1 + d,
    "k3 with the ratio": lambda log_prob, d: RATIO(log_prob) * (torch.exp(-d) - 1 + d),
}


def torch_loss_gradient(policy, reference, loss):
    """Autograd of the mean loss(log π, d) over all sequences, whose weights are data: (T,) each."""
    logits = [torch.tensor(np.log(table), requires_grad=True) for table in policy]
    rows = [torch.log_softmax(z, dim=-1) for z in logits]
    logs = [torch.tensor(np.log(table)) for table in reference]
    look = lambda tables, y: torch.stack(
        [table[y[t + 1 - table.ndim : t + 1]] for t, table in enumerate(tables)]
    )
    probs, total = sequence_probs(policy), 0.0
    for y in np.ndindex(probs.shape):
        log_prob = look(rows, y)
        total = total + probs[y] * loss(log_prob, log_prob - look(logs, y))
    return np.concatenate([g.numpy().ravel() for g in torch.autograd.grad(total, logits)])


@in_every_world
@of_losses
def test_a_loss_per_token_charges_each_token_for_itself_alone(world, estimator, slope):
    policy, reference, _ = world
    gradient = token_loss_gradient(estimator, policy, reference)
    assert [table.shape for table in gradient] == [table.shape for table in policy]
    lists = as_lists(policy), as_lists(reference)
    close(flat(gradient), oracles.mean_score_sum(*lists, lambda d: [*map(slope, d)]), atol=1e-14)


@in_every_world
@of_losses
def test_a_loss_per_response_charges_each_token_for_the_whole(world, estimator, slope):
    policy, reference, _ = world
    gradient = sequence_loss_gradient(estimator, policy, reference)
    assert [table.shape for table in gradient] == [table.shape for table in policy]
    lists = as_lists(policy), as_lists(reference)
    weigh = lambda d: [slope(sum(d))] * len(d)
    close(flat(gradient), oracles.mean_score_sum(*lists, weigh), atol=1e-14)


@in_every_world
def test_the_kl_charges_each_token_for_itself_and_for_all_that_follow(world):
    policy, reference, _ = world
    gradient = sequence_kl_gradient(policy, reference)
    assert [table.shape for table in gradient] == [table.shape for table in policy]
    lists = as_lists(policy), as_lists(reference)
    weigh = lambda d: [oracles.to_go(d, t) for t in range(len(d))]
    close(flat(gradient), oracles.mean_score_sum(*lists, weigh), atol=1e-15)


@in_worlds_without_zeros
def test_autograd_returns_the_gradient_of_the_kl(name):
    policy, reference, _ = WORLDS[name]
    log_reference = np.log(sequence_probs(reference))
    kl = torch_gradient(policy, lambda log_prob, y: log_prob - log_reference[y])
    close(flat(sequence_kl_gradient(policy, reference)), kl, atol=1e-15)


@in_worlds_without_zeros
@pytest.mark.parametrize("key", TORCH_LOSSES)
def test_autograd_returns_the_gradients_of_every_loss(name, key):
    (policy, reference, _), (estimator, _), loss = WORLDS[name], LOSSES[key], TORCH_LOSSES[key]
    each = torch_loss_gradient(policy, reference, lambda log_prob, d: loss(log_prob, d).sum())
    close(flat(token_loss_gradient(estimator, policy, reference)), each, atol=1e-14)
    whole = torch_loss_gradient(
        policy, reference, lambda log_prob, d: loss(log_prob.sum(), d.sum())
    )
    close(flat(sequence_loss_gradient(estimator, policy, reference)), whole, atol=1e-14)


@in_every_world
def test_per_response_k2_and_k3_with_its_ratio_have_the_gradient_of_the_kl(world):
    policy, reference, _ = world
    true = flat(sequence_kl_gradient(policy, reference))
    close(flat(sequence_loss_gradient(k2, policy, reference)), true, atol=1e-14)
    if min(table.min() for table in policy) > 0:  # else E[e^−d] < 1
        corrected = sequence_loss_gradient(ratio_corrected(k3), policy, reference)
        close(flat(corrected), true, atol=1e-14)


@in_worlds_without_zeros
def test_per_token_k2_and_k3_with_its_ratio_have_that_of_each_prefixs_kl(name):
    policy, reference, _ = WORLDS[name]
    expected = [np.zeros_like(table) for table in policy]
    for y, probability in np.ndenumerate(sequence_probs(policy)):
        for t, (q, p) in enumerate(zip(policy, reference, strict=True)):
            rows = [table[y[t + 1 - table.ndim : t]] for table in (q, p)]
            expected[t][y[t + 1 - q.ndim : t]] += probability * toy.kl_gradient(*rows)
    for estimator in (k2, ratio_corrected(k3)):
        gradient = token_loss_gradient(estimator, policy, reference)
        close(flat(gradient), flat(expected), atol=1e-14)


@in_worlds_without_zeros
def test_what_per_token_k2_leaves_out_is_the_kl_still_to_come(name):
    policy, reference, _ = WORLDS[name]
    d = [toy.log_ratio(q, p) for q, p in zip(policy, reference, strict=True)]
    own = flat(token_loss_gradient(k2, policy, reference))
    future = trajectory_moments(policy, d, credit=lambda r: rewards_to_go(r) - r).mean
    close(flat(sequence_kl_gradient(policy, reference)) - own, future, atol=1e-14)


@in_worlds_without_zeros
def test_an_unbiased_estimator_in_the_reward_and_in_the_loss_make_the_gradient_together(name):
    policy, reference, _ = WORLDS[name]
    true = flat(sequence_kl_gradient(policy, reference))
    for estimator in (k1, k3, control_variate(0.7)):
        d = [toy.log_ratio(q, p) for q, p in zip(policy, reference, strict=True)]
        as_reward = trajectory_gradient(policy, [estimator(step) for step in d])
        as_loss = token_loss_gradient(estimator, policy, reference)
        close(flat(as_reward) + flat(as_loss), true, atol=1e-13)


@in_worlds_without_zeros
def test_k3_per_response_pulls_like_the_forward_kl_and_per_token_with_the_policys_prefixes(name):
    policy, reference, _ = WORLDS[name]
    for gradient, writer in (
        (sequence_loss_gradient, sequence_probs(reference)),
        (token_loss_gradient, sequence_probs(policy)),
    ):
        expected = [np.zeros_like(table) for table in policy]
        for y, probability in np.ndenumerate(writer):
            for t, (q, p) in enumerate(zip(policy, reference, strict=True)):
                row, aim = (table[y[t + 1 - table.ndim : t]] for table in (q, p))
                expected[t][y[t + 1 - q.ndim : t]] += probability * (row - aim)
        close(flat(gradient(k3, policy, reference)), flat(expected), atol=1e-14)


def test_one_step_of_a_loss_is_the_bandits():
    policy, reference, _ = WORLDS["one step"]
    for estimator, _ in LOSSES.values():
        expected = loss_gradient(estimator, policy[0], reference[0])
        for gradient in (token_loss_gradient, sequence_loss_gradient):
            close(gradient(estimator, policy, reference)[0], expected, atol=1e-15)
    expected = toy.kl_gradient(policy[0], reference[0])
    close(sequence_kl_gradient(policy, reference)[0], expected, atol=1e-16)


def test_losses_per_token_of_long_markov_policies_need_no_tree():
    policy, reference = (reply(row, 1000) for row in ([0.5, 0.3, 0.2], [0.4, 0.4, 0.2]))
    gradient = token_loss_gradient(k3, policy, reference)
    close(gradient[0], policy[0] - reference[0], atol=1e-16)
    # The last step by hand: what is written there, times π − π_ref.
    close(gradient[-1][0], 0.8**998 * 0.5 * (policy[0] - reference[0]), rel=1e-9, atol=1e-113)
    last = sequence_kl_gradient(policy, reference)[-1][0]
    close(last, 0.8**998 * 0.5 * toy.kl_gradient(policy[0], reference[0]), rel=1e-9)


# --- arguments ------------------------------------------------------------------------------------

PAIR_FUNCTIONS = {
    "sequence_kl": sequence_kl,
    "prefix_kl_moments": prefix_kl_moments,
    "token_estimator_moments": lambda p, q: token_estimator_moments(k2, p, q),
    "sequence_estimator_moments": lambda p, q: sequence_estimator_moments(k2, p, q),
    "sequence_kl_gradient": sequence_kl_gradient,
    "sequence_loss_gradient": lambda p, q: sequence_loss_gradient(k2, p, q),
    "token_loss_gradient": lambda p, q: token_loss_gradient(k2, p, q),
}
REWARD_FUNCTIONS = {
    "prefix_values": prefix_values,
    "trajectory_gradient": trajectory_gradient,
    "trajectory_moments": trajectory_moments,
}
FUNCTIONS = {
    "sequence_probs": lambda p, _: sequence_probs(p),
    **PAIR_FUNCTIONS,
    **REWARD_FUNCTIONS,
}
of_pairs = pytest.mark.parametrize("function", PAIR_FUNCTIONS.values(), ids=PAIR_FUNCTIONS)
of_rewards = pytest.mark.parametrize("function", REWARD_FUNCTIONS.values(), ids=REWARD_FUNCTIONS)
of_policies = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)

BAD_TABLES = {
    "a number": (0.5, " must be a sequence of tables, one a step; got 0.5"),
    "no steps": ([], " must be a sequence of tables, one a step; got []"),
    "a table of numbers": ([0.5, 0.5], "[0] must have shape (..., Y)"),
    "a step without tokens": ([[]], "[0] must have shape (..., Y)"),
    "looks before the start": (
        [[[0.5, 0.5], [0.5, 0.5]]],
        "[0] must have shape (2,) * (k + 1) with k <= 0; got shape (2, 2)",
    ),
    "looks too far back": (
        [[0.5, 0.5], np.full((2, 2, 2), 0.5)],
        "[1] must have shape (2,) * (k + 1) with k <= 1; got shape (2, 2, 2)",
    ),
    "another vocabulary later": (
        [[0.5, 0.5], np.full((2, 4), 0.25)],
        "[1] must have shape (2,) * (k + 1) with k <= 1; got shape (2, 4)",
    ),
    "rows of unequal length": (
        [[0.5, 0.5], [[0.5, 0.5], [1.0]]],
        "[1] must have rows of equal length; got [[0.5, 0.5], [1.0]]",
    ),
    "not a number": ([[0.5, 0.5], [np.nan, 1.0]], "[1] must hold no NaN; got NaN at index (0,)"),
}
BAD_POLICIES = {
    **BAD_TABLES,
    "unnormalised": ([[0.5, 0.5], [0.5, 0.6]], "[1] must sum to 1 along its last axis"),
    "negative": ([[-0.5, 1.5]], "[0] must have no negative probability; got -0.5"),
}
of_bad_tables = pytest.mark.parametrize(("bad", "rule"), BAD_TABLES.values(), ids=BAD_TABLES)
of_bad_policies = pytest.mark.parametrize(("bad", "rule"), BAD_POLICIES.values(), ids=BAD_POLICIES)


@of_policies
@of_bad_policies
def test_a_bad_policy_is_refused_by_name_and_rule(function, bad, rule):
    with pytest.raises(ValueError, match="^policy" + re.escape(rule)):
        function(bad, REFERENCE)


@of_pairs
@of_bad_policies
def test_a_bad_reference_is_refused_by_name_and_rule(function, bad, rule):
    with pytest.raises(ValueError, match="^reference" + re.escape(rule)):
        function(POLICY, bad)
    with pytest.raises(ValueError, match=r"^reference\[1\] must be > 0 wherever the policy is"):
        function(POLICY, [REFERENCE[0], [1.0, 0.0], REFERENCE[2]])


@of_rewards
@of_bad_tables
def test_a_bad_reward_is_refused_by_name_and_rule(function, bad, rule):
    with pytest.raises(ValueError, match="^reward" + re.escape(rule)):
        function(POLICY, bad)
    with pytest.raises(ValueError, match=r"^reward\[0\] must be finite"):
        function(POLICY, [[0.0, np.inf], *REWARD[1:]])


@of_policies
def test_tables_of_other_steps_or_tokens_are_refused(function):
    if function is FUNCTIONS["sequence_probs"]:
        return
    with pytest.raises(ValueError, match=r"must have the same number of steps and of tokens; got"):
        function(POLICY, REFERENCE[:2])
    with pytest.raises(ValueError, match=r"; got policy \(3, 2\), \w+ \(3, 3\)$"):
        function(POLICY, MARKOV_REFERENCE)


@pytest.mark.parametrize("function", [trajectory_gradient, trajectory_moments])
@pytest.mark.parametrize(
    ("baseline", "message"),
    [
        ([0.0], "baseline must be a number, or have one entry for each of 3 steps; got 1"),
        (np.nan, "baseline[0] must hold no NaN"),
        (None, "baseline[0] must hold real numbers"),
        ([0.0, [[1.0, 2.0], [3.0]], 0.0], "baseline[1] must have rows of equal length"),
        ([0.0, np.inf, 0.0], "baseline[1] must be finite"),
        (
            [0.0, np.zeros((3, 1)), 0.0],
            "baseline[1] must be a number or have shape (2,) * k + (1,) with k <= 1; got shape",
        ),
        ([np.zeros((2, 1)), 0.0, 0.0], "k <= 0; got shape (2, 1)"),
        ([0.0, np.zeros(3), 0.0], "k <= 1; got shape (3,)"),
    ],
)
def test_a_bad_baseline_is_refused_by_name_and_rule(function, baseline, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        function(POLICY, REWARD, baseline)


@pytest.mark.parametrize("function", [rewards_to_go, whole_return])
@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (1.0, "must have shape (..., T) with at least one step; got shape ()"),
        ([], "must have shape (..., T) with at least one step; got shape (0,)"),
        ([np.nan], "must hold no NaN"),
        ([np.inf], "must be finite"),
        (["a"], "must hold real numbers"),
        ([[1.0, 2.0], [3.0]], "must have rows of equal length"),
    ],
)
def test_bad_rewards_are_refused_by_name_and_rule(function, bad, rule):
    with pytest.raises(ValueError, match="^rewards " + re.escape(rule)):
        function(bad)


def test_a_credit_that_changes_the_shape_is_refused():
    with pytest.raises(ValueError, match=r"^credit must keep the shape \(8, 3\) .*; got \(8,\)"):
        trajectory_moments(POLICY, REWARD, credit=lambda rewards: rewards.sum(axis=-1))


def test_a_credit_that_is_no_number_is_refused_by_name():
    with pytest.raises(ValueError, match=r"^credit\(rewards\) must hold no NaN; got NaN at index"):
        trajectory_moments(POLICY, REWARD, credit=lambda rewards: rewards * np.nan)
    with pytest.raises(ValueError, match=r"^credit\(rewards\) must be finite.*; got inf$"):
        trajectory_moments(POLICY, REWARD, credit=lambda rewards: rewards * 0 + np.inf)


def test_what_is_too_large_to_list_is_refused():
    long = [np.array([0.5, 0.5])] * 30
    with pytest.raises(ValueError, match=r"^policy must be small .*; got 2\^30 sequences"):
        sequence_probs(long)
    with pytest.raises(ValueError, match=r"got 2\^30 sequences by 60 columns"):
        trajectory_moments(long, [np.zeros(2)] * 30)
    wide = [np.full(5000, 1 / 5000)]
    with pytest.raises(ValueError, match=r"got 5000\^1 sequences by 5,000 columns"):
        trajectory_moments(wide, [np.zeros(5000)])
    for function in (sequence_estimator_moments, sequence_loss_gradient):
        with pytest.raises(ValueError, match=r"^policy must be small enough"):
            function(k3, long, long)
    with pytest.raises(
        ValueError, match=r"^policy must be .*; got 2\^20000 sequences by 1 columns$"
    ):
        sequence_probs([[0.5, 0.5]] * 20_000)
    assert sequence_probs([[1.0]] * 50).size == 1


def test_the_largest_enumeration_is_allowed_and_the_next_refused(monkeypatch):
    monkeypatch.setattr(toy.exact.sequences, "MAX_NUMBERS", 8)
    assert sequence_probs([[0.5, 0.5]] * 3).size == 8
    with pytest.raises(ValueError, match=r"at most 8 numbers; got 2\^4 sequences by 1 columns"):
        sequence_probs([[0.5, 0.5]] * 4)


LOSS_GRADIENTS = [token_loss_gradient, sequence_loss_gradient]


@pytest.mark.parametrize(
    "function", [token_estimator_moments, sequence_estimator_moments, *LOSS_GRADIENTS]
)
def test_an_estimator_that_is_not_elementwise_is_refused(function):
    with pytest.raises(ValueError, match=r"^estimator must be elementwise"):
        function(np.sum, POLICY, REFERENCE)


@pytest.mark.parametrize("function", LOSS_GRADIENTS)
def test_a_loss_that_is_not_analytic_is_refused(function):
    with pytest.raises(ValueError, match=r"^estimator must be analytic"):
        function(np.abs, POLICY, REFERENCE)


def test_arguments_are_never_changed():
    def frozen(tables):
        copies = [table.copy() for table in tables]
        for copy in copies:
            copy.setflags(write=False)
        return copies

    policy, reference, reward = map(frozen, (POLICY, REFERENCE, REWARD))
    for function in PAIR_FUNCTIONS.values():
        function(policy, reference)
    for function in REWARD_FUNCTIONS.values():
        function(policy, reward)
    trajectory_moments(policy, reward, frozen(TOKEN_BASELINE))
    rewards_to_go(reward[0])
    whole_return(reward[0])
    for before, after in zip(POLICY + REWARD, policy + reward, strict=True):
        np.testing.assert_array_equal(before, after)


def test_results_may_be_written_to_without_changing_arguments():
    rewards = np.array([1.0, 2.0])
    for credit in (rewards_to_go, whole_return):
        credit(rewards)[:] = 9.0
    sequence_probs(POLICY[:1])[:] = 9.0
    assert rewards.tolist() == [1.0, 2.0]
    assert POLICY[0].sum() == 1


def test_the_terms_of_the_kl_are_what_each_step_adds():
    policy, reference = random_policy(1, 3, [0, 1, 2]), random_policy(2, 3, [0, 1, 2])
    terms = toy.exact.sequences.sequence_kl_terms(tuple(policy), tuple(reference))
    sums = [sequence_kl(policy[:t], reference[:t]) for t in (1, 2, 3)]
    close(np.cumsum([table.sum() for table in terms]), sums)
    close(terms[1], sequence_probs(policy[:1]) * toy.kl_divergence(policy[1], reference[1]))
