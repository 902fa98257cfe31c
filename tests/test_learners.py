"""The ascent loop: by hand, with exact and with sampled gradients, and where it must stop."""

import re

import numpy as np
import pytest

from toy.exact.bandits import TEMPTING, log_linear_policy
from toy.exact.distributions import kl_divergence, softmax
from toy.exact.dpo import dpo_gradient, fit_dpo, log_linear_dpo_gradient
from toy.exact.kl_estimators import k1, k2, k3
from toy.exact.learners import ascend, ascend_with_loss, dpo_descent, rlhf_ascent
from toy.exact.policy_gradient import objective_gradient, policy_gradient, score
from toy.exact.rlhf_objective import forward_kl_policy, gibbs_policy, optimality_gap

REWARD, REFERENCE = TEMPTING.reward[0], TEMPTING.reference[0]
BETA = 2.0


def test_each_step_adds_the_step_size_times_the_gradient():
    trajectory = ascend(lambda z: 3 - z, [0.0, 1.0], step_size=0.5, num_steps=3)
    assert trajectory.parameters.tolist() == [[0.0, 1.0], [1.5, 2.0], [2.25, 2.5], [2.625, 2.75]]
    assert trajectory.gradients.tolist() == [[3.0, 2.0], [1.5, 1.0], [0.75, 0.5]]


def test_ascent_on_the_exact_gradient_ends_at_the_gibbs_policy_and_never_falls():
    gradient = lambda z: objective_gradient(softmax(z), REWARD, REFERENCE, BETA)
    trajectory = ascend(gradient, np.log(REFERENCE), step_size=2.0, num_steps=400)
    best = gibbs_policy(REWARD, REFERENCE, BETA)
    np.testing.assert_allclose(trajectory.policies[-1], best, rtol=1e-9)
    gaps = optimality_gap(trajectory.policies, REWARD, REFERENCE, BETA)
    assert (np.diff(gaps[gaps > 1e-12]) < 0).all()


def test_without_a_kl_penalty_the_policy_leaves_its_reference_behind():
    trajectory = ascend(lambda z: policy_gradient(softmax(z), REWARD), np.log(REFERENCE), 2.0, 400)
    assert trajectory.policies[-1, 1] > 0.95
    assert kl_divergence(trajectory.policies[-1], REFERENCE) > 1.7


def test_policies_are_the_softmaxes_of_the_parameters():
    start = np.arange(6.0).reshape(2, 3)
    trajectory = ascend(lambda z: np.ones_like(z), start, 0.1, 2)
    assert trajectory.policies.shape == (3, 2, 3)
    np.testing.assert_allclose(trajectory.policies[2], softmax(start), rtol=1e-15)


def test_a_sampled_gradient_brings_its_own_generator_and_is_repeated_by_its_seed():
    def learn(seed):
        rng = np.random.default_rng(seed)

        def reinforce(logits):
            policy = softmax(logits)
            response = rng.choice(4, p=policy)
            return (REWARD[response] - 0.3) * score(policy)[response]

        return ascend(reinforce, np.zeros(4), 0.2, 300)

    first = learn(1)
    np.testing.assert_array_equal(first.parameters, learn(1).parameters)
    assert (first.parameters != learn(2).parameters).any()
    # Every update is along a score, whose entries sum to zero.
    np.testing.assert_allclose(first.parameters.sum(axis=-1), np.zeros(301), atol=1e-12)
    assert first.policies[-1] @ REWARD > first.policies[0] @ REWARD


def test_the_gradient_is_asked_once_a_step_at_the_latest_parameters():
    seen = []

    def gradient(parameters):
        seen.append(parameters.tolist())
        return [1.0]

    ascend(gradient, [0.0], 1.0, 3)
    assert seen == [[0.0], [1.0], [2.0]]


def test_neither_the_start_nor_the_trajectory_is_changed_by_the_gradient():
    start = np.array([1.0, 2.0])

    def careless(parameters):
        parameters *= 0
        return np.ones(2)

    trajectory = ascend(careless, start, 1.0, 2)
    assert start.tolist() == [1.0, 2.0]
    assert trajectory.parameters.tolist() == [[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]
    trajectory.parameters[:] = 0
    assert start.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("gradient", "step_size", "step"),
    [
        (lambda z: 0.95 * z, 10.0, 294),
        (lambda z: z * 1e308, 10.0, 1),
        (lambda z: z * np.inf, 0.5, 1),
        (lambda z: z * 1e308, 1e200, 1),
    ],
)
def test_divergence_is_refused_by_step_with_a_remedy(gradient, step_size, step):
    rule = "step_size must keep all parameters finite: take a smaller one"
    message = f"{rule}; got {step_size}, which diverges at step {step}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ascend(gradient, [1.0], step_size, 400)


@pytest.mark.parametrize(
    ("gradient", "rule"),
    [
        (lambda z: z + 1j, "hold real numbers; got complex128"),
        (lambda z: np.where(z > 0, np.nan, z), r"hold no NaN; got NaN at index \(1,\)"),
        (lambda _: ["up", "down"], "hold real numbers; got <U4"),
        (lambda _: None, "hold real numbers; got object None"),
        (lambda _: [[1.0], [1.0, 2.0]], "have rows of equal length"),
        (lambda _: 1.0, r"return shape \(2,\); got shape \(\)"),
    ],
)
def test_a_direction_in_which_nobody_can_go_is_the_gradients_fault(gradient, rule):
    with pytest.raises(ValueError, match=f"^gradient must {rule}"):
        ascend(gradient, [0.0, 1.0], 0.1, 3)


def test_bad_arguments_are_refused():
    flat = np.zeros_like
    with pytest.raises(ValueError, match=r"^start must be finite.*; got inf at index \(0,\)"):
        ascend(flat, [np.inf], 0.1, 1)
    with pytest.raises(ValueError, match=r"^start must have shape"):
        ascend(flat, 1.0, 0.1, 1)
    for bad, rule in ((0.0, "be > 0; got 0.0"), (-1, "be > 0; got -1"), (np.nan, "hold no NaN")):
        with pytest.raises(ValueError, match=f"^step_size must {rule}"):
            ascend(flat, [0.0], bad, 1)
    with pytest.raises(ValueError, match=r"^step_size must be one number; got \[0.1, 0.2\]"):
        ascend(flat, [0.0], [0.1, 0.2], 1)
    for bad in (0, 1.5, None):
        with pytest.raises(ValueError, match=r"^num_steps must"):
            ascend(flat, [0.0], 0.1, bad)


def run_with_loss(estimator, num_steps):
    world = [0.25, 0.25, 0.3, 0.2], REWARD, REFERENCE, BETA
    return ascend_with_loss(estimator, *world, 0.5, num_steps)


def test_a_step_with_an_estimator_as_loss_is_the_mean_over_the_samples():
    """By hand: the score of each response, weighted by its reward less β times the slope of k3."""
    run = run_with_loss(k3, 1)
    now = run.policies[0]
    weights = REWARD - BETA * (1 - REFERENCE / now)
    mean = sum(now[y] * weights[y] * score(now)[y] for y in range(4))
    np.testing.assert_allclose(run.parameters[1], np.log(now) + 0.5 * mean, atol=1e-13)


@pytest.mark.parametrize(
    ("estimator", "rest"),
    [
        (k1, [0.0, 1.0, 0.0, 0.0]),
        (k2, gibbs_policy(REWARD, REFERENCE, BETA)),
        (k3, forward_kl_policy(REWARD, REFERENCE, BETA)),
    ],
)
def test_each_estimator_as_a_loss_comes_to_rest_elsewhere(estimator, rest):
    steps = 20_000 if estimator is k1 else 800
    end = run_with_loss(estimator, steps).policies[-1]
    np.testing.assert_allclose(end, rest, atol=2e-3 if estimator is k1 else 1e-9)


def test_several_worlds_learn_with_a_loss_at_once_and_a_start_with_a_zero_is_refused():
    starts = np.array([[0.5, 0.5], [0.9, 0.1]])
    both = ascend_with_loss(k2, starts, [1.0, 0.0], [0.5, 0.5], [0.5, 2.0], 0.1, 7).parameters
    same = ascend_with_loss(k2, starts[1], [1.0, 0.0], [0.5, 0.5], [0.5, 2.0], 0.1, 7).parameters
    for i, beta in enumerate([0.5, 2.0]):
        one = ascend_with_loss(k2, starts[i], [1.0, 0.0], [0.5, 0.5], beta, 0.1, 7)
        np.testing.assert_allclose(both[:, i], one.parameters, atol=1e-14)
        alone = ascend_with_loss(k2, starts[1], [1.0, 0.0], [0.5, 0.5], beta, 0.1, 7)
        np.testing.assert_allclose(same[:, i], alone.parameters, atol=1e-14)
    with pytest.raises(ValueError, match="policy must be > 0 wherever the reference is"):
        ascend_with_loss(k2, [1.0, 0.0], [1.0, 0.0], [0.5, 0.5], 0.5, 0.1, 7)


WINS = np.array([[0, 6, 8, 17], [14, 0, 11, 27], [12, 9, 0, 16], [3, 3, 4, 0]])
FEATURES = np.array([[3.0, 0.5], [1.0, -1.0], [0.0, 0.2], [-0.5, 2.0]])
#: π_ref itself is a feature of weight one that is not learned.
WITH_REFERENCE = np.column_stack([FEATURES, np.log(REFERENCE)])


def test_descent_on_dpos_loss_takes_the_steps_of_its_exact_gradient():
    downhill = lambda z: -dpo_gradient(softmax(z), REFERENCE, WINS, BETA)
    slow = ascend(downhill, np.log(REFERENCE), 0.7, 300)
    fast = dpo_descent(REFERENCE, WINS, BETA, 0.7, 300)
    np.testing.assert_allclose(fast.parameters, slow.parameters, rtol=0, atol=1e-13)
    np.testing.assert_allclose(fast.gradients, slow.gradients, rtol=0, atol=1e-13)
    np.testing.assert_allclose(fast.policies[-1], fit_dpo(REFERENCE, WINS, BETA), rtol=1e-9)


def test_ascent_on_rlhfs_objective_takes_the_steps_of_its_exact_gradient():
    uphill = lambda z: objective_gradient(softmax(z), REWARD, REFERENCE, BETA)
    slow = ascend(uphill, np.log(REFERENCE), 0.7, 300)
    fast = rlhf_ascent(REWARD, REFERENCE, BETA, 0.7, 300)
    np.testing.assert_allclose(fast.parameters, slow.parameters, rtol=0, atol=1e-13)


def with_reference(weights):
    return log_linear_policy([*weights, 1.0], WITH_REFERENCE)


def test_with_features_the_weights_descend():
    slow = ascend(
        lambda w: -log_linear_dpo_gradient([*w, 1], WITH_REFERENCE, REFERENCE, WINS, BETA)[:2],
        [0.0, 0.0],
        0.05,
        200,
    )
    fast = dpo_descent(REFERENCE, WINS, BETA, 0.05, 200, FEATURES)
    policies = np.array([with_reference(w) for w in slow.parameters])
    np.testing.assert_allclose(fast.policies, policies, rtol=1e-12)


def test_with_features_the_weights_ascend():
    def uphill(weights):
        return objective_gradient(with_reference(weights), REWARD, REFERENCE, BETA) @ FEATURES

    slow = ascend(uphill, [0.0, 0.0], 0.05, 200)
    fast = rlhf_ascent(REWARD, REFERENCE, BETA, 0.05, 200, FEATURES)
    policies = np.array([with_reference(w) for w in slow.parameters])
    np.testing.assert_allclose(fast.policies, policies, rtol=1e-12)


def test_a_margin_beyond_every_exponential_pulls_no_more():
    once = np.array([[0, 1], [0, 0]])
    descent = dpo_descent([0.5, 0.5], once, 2000.0, step_size=10.0, num_steps=3)
    assert descent.gradients[0, 0] == 1000.0
    assert (descent.gradients[1:] == 0).all()


@pytest.mark.parametrize("learn", [dpo_descent, rlhf_ascent])
def test_bad_arguments_of_a_named_hill_are_refused(learn):
    table = WINS if learn is dpo_descent else REWARD
    reference = REFERENCE

    def run(reference=reference, table=table, beta=1.0, features=None):
        ends = (reference, table) if learn is dpo_descent else (table, reference)
        return learn(*ends, beta, 0.1, 2, features)

    for bad, rule in (
        ({"reference": [0.5, 0.5, 0.0, 0.0]}, "reference must give every response"),
        ({"reference": [REFERENCE]}, "reference must be one row"),
        ({"reference": [0.5, 0.5]}, "reference|reward must have the"),
        ({"beta": 0.0}, "beta must be > 0"),
        ({"beta": [1.0, 2.0]}, "beta must be one number"),
        ({"features": [1.0, 2.0, 3.0, 4.0]}, r"features must have shape \(4, D\)"),
        ({"features": [[1.0], [2.0]]}, r"features must have shape \(4, D\)"),
        ({"features": [[np.nan]] * 4}, "features must hold no NaN"),
    ):
        with pytest.raises(ValueError, match=rule):
            run(**bad)


UNEVEN = [0.7, 0.3]


@pytest.mark.parametrize(
    ("run", "rule"),
    [
        (
            lambda: ascend_with_loss(k2, UNEVEN, [1.0, 0.0], UNEVEN, -1.0, 0.1, 1),
            "beta must be >= 0",
        ),
        (
            lambda: ascend_with_loss(k2, [UNEVEN] * 3, [1.0, 0.0], UNEVEN, [1.0, 2.0], 0.1, 1),
            "beta must be one number, or have axes",
        ),
        (
            lambda: ascend_with_loss(k2, UNEVEN, [1.0, np.nan], UNEVEN, 1.0, 0.1, 1),
            "reward must hold no NaN",
        ),
        (
            lambda: ascend_with_loss(k2, UNEVEN, [1.0, 0.0], [1.0, 0.0], 1.0, 0.1, 1),
            "reference must be > 0 wherever the policy is",
        ),
        (
            lambda: dpo_descent(UNEVEN, [[0, -1], [1, 0]], 1.0, 0.1, 1),
            "wins must hold finite counts >= 0",
        ),
        (lambda: dpo_descent(UNEVEN, 1 - np.eye(3), 1.0, 0.1, 1), "reference and wins must"),
        (lambda: dpo_descent(UNEVEN, [1 - np.eye(2)], 1.0, 0.1, 1), "wins must be one table"),
        (
            lambda: dpo_descent(UNEVEN, 1 - np.eye(2), 1.0, 0.1, 1, [[1e200], [-1e200]]),
            "features must have finite products",
        ),
        (
            lambda: rlhf_ascent([1.0, 0.0], UNEVEN, 1e300, 1e10, 9),
            "step_size must keep all parameters finite",
        ),
        (lambda: rlhf_ascent([[1.0, 0.0]], UNEVEN, 1.0, 0.1, 1), "reward must have the reference"),
        (lambda: rlhf_ascent([np.nan, 0.0], UNEVEN, 1.0, 0.1, 1), "reward must hold no NaN"),
    ],
)
def test_a_refusal_names_the_argument_that_was_given(run, rule):
    with pytest.raises(ValueError, match=f"^{rule}"):
        run()


@pytest.mark.filterwarnings("error")
def test_a_masked_logit_stays_masked_or_the_step_is_refused():
    kept = ascend(lambda z: np.where(np.isneginf(z), 0.0, -z), [1.0, -np.inf], 0.5, 2)
    assert kept.parameters[:, 1].tolist() == [-np.inf] * 3
    with pytest.raises(ValueError, match=r"^step_size must keep all parameters finite"):
        ascend(lambda z: -z, [1.0, -np.inf], 0.5, 2)


def test_without_a_price_training_with_any_loss_climbs_the_reward_alone():
    free = ascend_with_loss(k2, UNEVEN, [1.0, 0.0], UNEVEN, 0.0, 0.5, 20)
    plain = ascend(lambda z: policy_gradient(softmax(z), [1.0, 0.0]), np.log(UNEVEN), 0.5, 20)
    np.testing.assert_allclose(free.parameters, plain.parameters, rtol=1e-13)
