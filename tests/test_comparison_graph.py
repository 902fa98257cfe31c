"""What the fits stand on, by itself: a fit that corrects itself would hide a fault in these."""

import numpy as np
import pytest
from compare import close

from toy.exact import comparison_graph
from toy.exact.comparison_graph import (
    _conjugate_gradients,
    _eliminate,
    _solve_directly,
    solve_laplacian,
)


def laplacians(shape, seed=3):
    """Symmetric weights with a zero diagonal and values that sum to zero, for many worlds."""
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.1, 2.0, shape)
    weights = (weights + np.swapaxes(weights, -2, -1)) * (1 - np.eye(shape[-1]))
    values = rng.normal(size=shape[:-1])
    return weights, values - values.mean(axis=-1, keepdims=True)


def applied(weights, x):
    """Σ_j w_ij (x_i − x_j)."""
    return (weights * (x[..., :, None] - x[..., None, :])).sum(axis=-1)


@pytest.mark.parametrize("solve", [solve_laplacian, _solve_directly, _eliminate])
@pytest.mark.parametrize("shape", [(2, 2), (5, 5), (3, 4, 4), (2, 3, 6, 6)])
def test_a_laplacian_is_solved_in_each_world_by_itself(solve, shape):
    weights, values = laplacians(shape)
    before = weights.copy(), values.copy()
    np.testing.assert_allclose(applied(weights, solve(weights, values)), values, atol=1e-13)
    np.testing.assert_array_equal(weights, before[0])
    np.testing.assert_array_equal(values, before[1])


@pytest.mark.parametrize("size", [2, 9, 60])
def test_conjugate_gradients_arrive_in_at_most_as_many_steps_as_there_are_links(size, monkeypatch):
    weights, values = laplacians((size, size))
    monkeypatch.setattr(comparison_graph, "_MAX_ITERATIONS", size + 1)
    solution, arrived = _conjugate_gradients(weights, values)
    assert arrived
    np.testing.assert_allclose(applied(weights, solution), values, atol=1e-12)


def test_conjugate_gradients_say_when_their_steps_were_too_few():
    weights = np.eye(400, k=1) + np.eye(400, k=-1)
    values = np.zeros(400)
    values[[0, -1]] = 1.0, -1.0
    _, arrived = _conjugate_gradients(weights, values)
    assert not arrived
    close(-np.diff(solve_laplacian(weights, values)), np.ones(399), rel=1e-11)


def test_where_nothing_pulls_nothing_moves():
    solution, arrived = _conjugate_gradients(np.ones((3, 3)) - np.eye(3), np.zeros(3))
    assert arrived
    assert not solution.any()


def test_elimination_holds_the_first_response_at_zero():
    weights, values = laplacians((3, 5, 5))
    np.testing.assert_array_equal(_eliminate(weights, values)[:, 0], np.zeros(3))


@pytest.mark.parametrize("weakest", [1.0, 1e-7, 1e-9, 1e-30, 1e-200])
def test_a_graph_of_links_is_solved_however_weak_one_of_them_is(weakest):
    # Two pairs, 0-1 and 2-3, and one link between them that carries all of the difference.
    weights = np.zeros((4, 4))
    weights[0, 1], weights[1, 2], weights[2, 3] = 3.0, weakest, 0.5
    flows = np.array([2.0, 7.0 * weakest, -1.0])
    values = np.array([flows[0], flows[1] - flows[0], flows[2] - flows[1], -flows[2]])
    solution = solve_laplacian(weights + weights.T, values)
    close(solution[[0, 2]] - solution[[1, 3]], [2 / 3, -2.0])
    if weakest > 1e-3:
        close(solution[1] - solution[2], 7.0)
