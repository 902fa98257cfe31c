"""The fit against choix, a library for the same models, and where the two differ."""

import choix
import numpy as np
import pytest

from toy.exact.bandits import school_comparisons
from toy.exact.rankings import fit_rankings, plackett_luce_loss
from toy.exact.reward_loss import fit_rewards, reward_loss_gradient

WINS = np.array([[0, 5, 2, 1], [1, 0, 0, 2], [3, 0, 0, 1], [4, 6, 2, 0]], dtype=float)

#: The same comparisons one by one, winner first, as choix wants them.
DATA = [(i, j) for i in range(4) for j in range(4) for _ in range(int(WINS[i, j]))]


def centred(parameters):
    return parameters - parameters.mean()


@pytest.mark.parametrize(
    "wins",
    [WINS, school_comparisons(), school_comparisons(as_published=True)],
    ids=["four", "survey", "survey as published"],
)
def test_choix_and_the_fit_have_the_same_maximum(wins):
    theirs = choix.ilsr_pairwise_dense(wins, max_iter=1000, tol=1e-13)
    np.testing.assert_allclose(fit_rewards(wins), centred(theirs), rtol=0, atol=1e-11)


def test_choix_agrees_within_its_own_tolerance_with_its_defaults():
    theirs = choix.opt_pairwise(4, DATA)  # α = 1e-6, tolerance 1e-5
    np.testing.assert_allclose(fit_rewards(WINS), centred(theirs), rtol=0, atol=1e-5)
    ours = reward_loss_gradient(fit_rewards(WINS), WINS)
    assert np.abs(ours).max() < 1e-3 * np.abs(reward_loss_gradient(theirs, WINS)).max()


@pytest.mark.parametrize("alpha", [0.01, 0.5])
def test_choix_penalises_alpha_times_the_squares_beside_the_sum_of_losses(alpha):
    theirs = choix.opt_pairwise(4, DATA, alpha=alpha, method="BFGS", tol=1e-10)
    ours = fit_rewards(WINS, l2=2 * alpha / WINS.sum())
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-8)
    # Its documentation speaks of a prior variance 1/α, which would be half of that.
    documented = fit_rewards(WINS, l2=alpha / WINS.sum())
    assert np.abs(documented - theirs).max() > 1e-3


def test_choix_returns_numbers_where_no_maximum_exists():
    assert np.isfinite(choix.opt_pairwise(2, [(0, 1)])).all()
    with pytest.raises(ValueError, match="no finite maximum exists"):
        fit_rewards([[0, 1], [0, 0]])


def test_choix_stops_short_of_what_its_own_default_penalty_asks_of_a_clean_comparison():
    theirs = np.diff(choix.opt_pairwise(2, [(1, 0)]))[0]
    ours = np.diff(fit_rewards([[0, 0], [1, 0]], l2=2e-6))[0]
    assert (f"{theirs:.2f}", f"{ours:.2f}") == ("11.25", "11.38")


def test_choix_fits_rankings_of_different_lengths_to_the_same_maximum():
    rankings = [[3, 0, 2], [0, 1], [2, 1, 3, 0], [1, 0, 3], [2, 3], [0, 2]]
    theirs = choix.ilsr_rankings(4, rankings, max_iter=1000, tol=1e-13)
    np.testing.assert_allclose(fit_rankings(rankings), centred(theirs), rtol=0, atol=1e-11)


def test_choix_agrees_on_the_likelihood_of_rankings():
    reward, rankings = [0.7, -1.2, 0.1, 2.0], [[3, 0, 2], [0, 3, 1], [2, 1, 3]]
    theirs = -choix.log_likelihood_rankings(rankings, np.array(reward)) / 3
    np.testing.assert_allclose(plackett_luce_loss(reward, rankings), theirs, rtol=1e-12)
