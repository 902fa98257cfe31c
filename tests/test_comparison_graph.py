"""What the fits stand on, by itself: a fit that corrects itself would hide a fault in these."""

import numpy as np
import pytest
from compare import close

from toy.exact import comparison_graph
from toy.exact.comparison_graph import (
    _conjugate_gradients,
    _eliminate,
    _solve_directly,
    resistances,
    solve_laplacian,
)


def laplacians(shape, seed=3):
    """Symmetric weights with a zero diagonal and antisymmetric flows, for many worlds."""
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.1, 2.0, shape)
    weights = (weights + np.swapaxes(weights, -2, -1)) * (1 - np.eye(shape[-1]))
    flows = rng.normal(size=shape)
    return weights, flows - np.swapaxes(flows, -2, -1)


def applied(weights, x):
    """Σ_j c_ij (x_i − x_j)."""
    return (weights * (x[..., :, None] - x[..., None, :])).sum(axis=-1)


@pytest.mark.parametrize(
    "solve",
    [solve_laplacian, lambda weights, flows: _solve_directly(weights, flows.sum(-1)), _eliminate],
)
@pytest.mark.parametrize("shape", [(2, 2), (5, 5), (3, 4, 4), (2, 3, 6, 6)])
def test_a_laplacian_is_solved_in_each_world_by_itself(solve, shape):
    weights, flows = laplacians(shape)
    before = weights.copy(), flows.copy()
    wanted = flows.sum(axis=-1)
    np.testing.assert_allclose(applied(weights, solve(weights, flows)), wanted, atol=1e-13)
    np.testing.assert_array_equal(weights, before[0])
    np.testing.assert_array_equal(flows, before[1])


@pytest.mark.parametrize("size", [2, 9, 60])
def test_conjugate_gradients_arrive_in_at_most_as_many_steps_as_there_are_links(size, monkeypatch):
    weights, flows = laplacians((size, size))
    monkeypatch.setattr(comparison_graph, "_MAX_ITERATIONS", size + 1)
    solution, arrived = _conjugate_gradients(weights, flows.sum(axis=-1))
    assert arrived
    np.testing.assert_allclose(applied(weights, solution), flows.sum(axis=-1), atol=1e-12)


def test_conjugate_gradients_say_when_their_steps_were_too_few():
    weights = np.eye(400, k=1) + np.eye(400, k=-1)
    flows = np.eye(400, k=1) - np.eye(400, k=-1)
    _, arrived = _conjugate_gradients(weights, flows.sum(axis=-1))
    assert not arrived
    close(-np.diff(solve_laplacian(weights, flows)), np.ones(399), rel=1e-11)


def test_where_nothing_pulls_nothing_moves():
    solution, arrived = _conjugate_gradients(np.ones((3, 3)) - np.eye(3), np.zeros(3))
    assert arrived
    assert not solution.any()


def test_elimination_holds_the_first_response_at_zero():
    weights, flows = laplacians((3, 5, 5))
    np.testing.assert_array_equal(_eliminate(weights, flows)[:, 0], np.zeros(3))


@pytest.mark.parametrize("weakest", [1.0, 1e-7, 1e-9, 1e-30, 1e-200])
def test_a_graph_of_links_is_solved_however_weak_one_of_them_is(weakest):
    # Two groups of four, and one link between them. Inside a group flows of .1 and .2 go round in
    # circles besides, and .1 + .2 − .1 − .2 is not 0: it must not be felt across the weak link.
    weights, flows = np.zeros((8, 8)), np.zeros((8, 8))
    for a in (0, 4):
        rows, columns = np.array([0, 1, 2, 1, 3]) + a, np.array([1, 2, 0, 3, 0]) + a
        weights[rows, columns], flows[rows, columns] = (
            (3.0, 0.5, 0.7, 2.0, 1.0),
            (0.1 + 0.2, 0.1, 0.1, 0.2, 0.2),
        )
    weights[2, 5], flows[2, 5] = weakest, 7 * weakest
    solution = solve_laplacian(weights + weights.T, flows - flows.T)
    close(solution[:4] - solution[2], np.zeros(4), atol=1e-13)
    close(solution[4:] - solution[5], np.zeros(4), atol=1e-13)
    close(solution[2] - solution[5], 7.0, rel=1e-7 if weakest == 1e-7 else 1e-12)


@pytest.mark.parametrize("weakest", [0.4, 1e-10])
@pytest.mark.parametrize("worlds", [(), (2,)])
def test_resistances_add_up_along_a_chain_and_halve_side_by_side(weakest, worlds):
    # 0 - 1 - 2 in a row, and 2 - 3 by two ways of one resistance.
    weights = np.zeros((5, 5))
    weights[[0, 1, 2, 2, 4], [1, 2, 3, 4, 3]] = 2.0, weakest, 1.0, 2.0, 2.0
    along = [0.5, 1 / weakest, 0.5]
    found = resistances(np.broadcast_to(weights + weights.T, (*worlds, 5, 5)))
    assert found.shape == (*worlds, 5, 5)
    close(found[..., [0, 1, 2], [1, 2, 3]], np.broadcast_to(along, (*worlds, 3)), rel=1e-6)
    close(found[..., 0, 3], np.full(worlds, sum(along)))
    close(found, np.swapaxes(found, -2, -1))
    assert not np.diagonal(found, axis1=-2, axis2=-1).any()


@pytest.mark.filterwarnings("error")
def test_a_link_that_is_lost_in_float64_leaves_no_solution():
    lost, pull = np.zeros((2, 2)), np.array([[0.0, 1.0], [-1.0, 0.0]])
    assert np.isnan(solve_laplacian(lost, pull)).all()
    assert np.isnan(resistances(np.zeros((3, 2, 2)))).all()
