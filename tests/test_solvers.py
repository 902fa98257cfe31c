"""What the fits stand on, by itself: a fit that corrects itself would hide a fault in these."""

import numpy as np
import pytest
import scipy.sparse

from toy.exact import reward_loss as module
from toy.exact.reward_loss import reward_loss, reward_loss_gradient, reward_loss_hessian

WINS = np.array([[0, 5, 2, 1], [1, 0, 0, 2], [3, 0, 0, 1.5], [4, 6, 2, 0]])
REWARD = np.array([0.3, -1.6, -0.3, 1.6])  # of mean zero, as every fit keeps it


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


@pytest.mark.parametrize("solve", [module.solve_laplacian, module._eliminate])
@pytest.mark.parametrize("shape", [(2, 2), (5, 5), (3, 4, 4), (2, 3, 6, 6)])
def test_a_laplacian_is_solved_in_each_world_by_itself(solve, shape):
    weights, values = laplacians(shape)
    before = weights.copy(), values.copy()
    np.testing.assert_allclose(applied(weights, solve(weights, values)), values, atol=1e-13)
    np.testing.assert_array_equal(weights, before[0])
    np.testing.assert_array_equal(values, before[1])


def test_elimination_holds_the_first_response_at_zero():
    weights, values = laplacians((3, 5, 5))
    np.testing.assert_array_equal(module._eliminate(weights, values)[:, 0], np.zeros(3))


def captured(monkeypatch, fit, *arguments):
    """The start, the loss and the step that a fit hands to Newton's method."""
    monkeypatch.setattr(module, "_newton", lambda *given: given)
    return fit(*arguments)


FITS = {
    "tables": lambda l2: module._fit_tables(WINS, l2),
    "pairs of a table": lambda l2: module._fit_pairs(module._Pairs.from_table(WINS), l2),
    "pairs of a sparse table": lambda l2: module._fit_pairs(
        module._Pairs.from_sparse(scipy.sparse.coo_array(WINS)), l2
    ),
}


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_a_fit_has_the_loss_and_newtons_step_of_the_definition(monkeypatch, fit, l2):
    start, loss, newton_step = captured(monkeypatch, fit, l2)
    gradient = reward_loss_gradient(REWARD, WINS) + l2 * REWARD
    hessian = reward_loss_hessian(REWARD, WINS) + l2 * np.eye(4)
    step, slope, change = newton_step(REWARD)
    penalty = l2 / 2 * (REWARD**2).sum()
    assert loss(REWARD) == pytest.approx(reward_loss(REWARD, WINS) + penalty, rel=1e-14)
    step_is = np.linalg.lstsq(hessian, -gradient + (0 if l2 else gradient.mean()))[0]
    np.testing.assert_allclose(step - step.mean(), step_is - step_is.mean(), atol=1e-7)
    assert slope == pytest.approx(gradient @ step, rel=1e-12)
    margins = np.abs(step[:, None] - step)[WINS + WINS.T > 0]
    assert change == pytest.approx(margins.max(), rel=1e-12)
    odds = 0.75 * np.log(WINS.sum(axis=1) / WINS.sum(axis=0))
    np.testing.assert_allclose(start, 0 * odds if l2 else odds, rtol=1e-14)


def sparse_links(size, num_pairs, seed=5):
    """Pairs of a connected sparse graph, with a weight for each."""
    rng = np.random.default_rng(seed)
    wins = np.zeros((size, size))
    wins[np.arange(size - 1), np.arange(1, size)] = 1  # a chain holds it together
    wins[rng.integers(size, size=num_pairs), rng.integers(size, size=num_pairs)] = 1
    np.fill_diagonal(wins, 0)
    pairs = module._Pairs.from_table(wins)
    return pairs, rng.uniform(0.1, 2.0, pairs.first.size)


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize(("size", "num_pairs"), [(2, 1), (9, 30), (60, 90)])
@pytest.mark.parametrize("iterations", [1, 1000])
def test_pairs_are_solved_by_iteration_and_by_factorising(
    monkeypatch, l2, size, num_pairs, iterations
):
    # One iteration is too few, so that the system is factorised: densely if small, else sparsely.
    pairs, coupling = sparse_links(size, num_pairs)
    monkeypatch.setattr(module, "_MAX_ITERATIONS", iterations)
    values = np.random.default_rng(1).normal(size=size)
    values -= values.mean()
    x = module._solve_pairs(pairs, coupling, l2, values)
    weights = np.zeros((size, size))
    weights[pairs.first, pairs.second] = coupling
    residual = applied(weights + weights.T, x) + l2 * x - values
    enough = 1e-13 if iterations == 1 else module._RESIDUAL
    assert np.linalg.norm(residual) <= 1.01 * enough * np.linalg.norm(values)
