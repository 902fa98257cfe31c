"""The claims of the chapter on the reward loss (homework 1A)."""

import numpy as np

from toy.claims.base import Claim, Turn
from toy.exact.bandits import NOISY_LABELS, SCHOOLS, SHIFTED_REWARDS, school_comparisons
from toy.exact.distributions import kl_divergence
from toy.exact.learners import ascend
from toy.exact.rankings import wins_from_rankings
from toy.exact.reward_loss import (
    accuracy,
    fit_rewards,
    margin_standard_errors,
    margins,
    reward_loss,
    reward_loss_gradient,
    reward_loss_hessian,
    shares,
    win_probability,
)
from toy.exact.rlhf_objective import gibbs_policy
from toy.exact.validation import Array

#: One comparison that the first response won, and ten of which it won seven.
WON, SEVEN_OF_TEN = np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[0.0, 7.0], [3.0, 0.0]])

#: The chapter's world: rewards, and endless comparisons of each pair equally often.
TRUTH = NOISY_LABELS.reward[0]
CHANCES = win_probability(margins(TRUTH)) * (1 - np.eye(3))

#: What a nat costs for the policy of the true rewards, and for that of the doubled ones.
BETAS = {"one": 1.0, "two": 1.0}


def slopes() -> dict[str, float]:
    """Return the slope of the loss in the margin at 0, 2 and 5."""
    places = {"at_0": 0.0, "at_2": 2.0, "at_5": 5.0}
    return {n: float(reward_loss_gradient([m, 0.0], WON)[0]) for n, m in places.items()}


def clean_margins() -> dict[str, float]:
    """Return the margin after 100, 1,000 and 10,000 steps of descent, one unit of time each."""
    climb = ascend(lambda reward: -reward_loss_gradient(reward, WON), [0.0, 0.0], 0.5, 10_000)
    return {f"after_{t}": -float(np.diff(climb.parameters[t])[0]) for t in (100, 1000, 10_000)}


def shift() -> dict[str, float]:
    """Return the gap between two prompts in the true rewards, in the fit, and in the losses."""
    wins = win_probability(margins(SHIFTED_REWARDS.reward)) * (1 - np.eye(3))
    fit = fit_rewards(wins)
    losses = reward_loss(SHIFTED_REWARDS.reward, wins) - reward_loss(fit, wins)
    true, fitted = (float(np.diff(r.mean(axis=-1))[0]) for r in (SHIFTED_REWARDS.reward, fit))
    return {"true": true, "fitted": fitted, "loss": float(np.abs(losses).max())}


def doubled() -> dict[str, float]:
    """Return accuracy, loss, and KL of the optimal policy, for true and for doubled rewards."""
    numbers = {}
    for name, reward in {"one": TRUTH, "two": 2 * TRUTH}.items():
        policy = gibbs_policy(reward, NOISY_LABELS.reference[0], BETAS[name])
        numbers[f"accuracy_{name}"] = float(accuracy(reward, CHANCES))
        numbers[f"loss_{name}"] = float(reward_loss(reward, CHANCES))
        numbers[f"kl_{name}"] = float(kl_divergence(policy, NOISY_LABELS.reference[0]))
    return numbers


def mean_probability() -> dict[str, float]:
    """Return mean probability and loss at the likeliest margin and at a margin of 10."""
    numbers = {}
    for name, margin in {"likely": np.log(7 / 3), "wide": 10.0}.items():
        chances = win_probability(margins(np.array([margin, 0.0])))
        numbers[f"mean_{name}"] = float((shares(SEVEN_OF_TEN) * chances).sum())
        numbers[f"loss_{name}"] = float(reward_loss([margin, 0.0], SEVEN_OF_TEN))
    return numbers


def circles() -> float:
    """Return how often three independent comparisons contradict each other."""
    forth = CHANCES[0, 1] * CHANCES[1, 2] * CHANCES[2, 0]
    return float(forth + CHANCES[0, 2] * CHANCES[2, 1] * CHANCES[1, 0])


def score_covariance(size: int) -> Array:
    """Return how the pull of a ranking's pairs scatters, if all responses are equally good."""
    pull = -reward_loss_gradient(np.zeros(size), wins_from_rankings([range(size)], size))
    # The pull depends on the place alone, each response has each place as often, and they sum to 0.
    return np.asarray(pull.var() * (size * np.eye(size) - 1) / (size - 1))


def independent_covariance(size: int) -> Array:
    """Return how it would scatter if the pairs were independent comparisons."""
    pairs = size * (size - 1) / 2
    ranking = wins_from_rankings([range(size)], size)
    return reward_loss_hessian(np.zeros(size), ranking) / pairs


def worth(size: int) -> dict[str, float]:
    """Return a ranking's pairs, and how many independent ones have its margins' variance."""
    inverse = np.linalg.pinv(
        reward_loss_hessian(np.zeros(size), wins_from_rankings([range(size)], size))
    )
    variance, supposed = (
        np.trace(inverse @ covariance(size) @ inverse)
        for covariance in (score_covariance, independent_covariance)
    )
    pairs = size * (size - 1) / 2
    return {"pairs": pairs, "worth": float(pairs * supposed / variance)}


#: The pair of the survey whose answers were entered the wrong way round.
FIRST, SECOND = SCHOOLS.index("Barcelona"), SCHOOLS.index("Stockholm")


def turned(wins: Array) -> Array:
    """Return the survey with all answers to one pair turned round."""
    wins = wins.copy()
    wins[FIRST, SECOND], wins[SECOND, FIRST] = wins[SECOND, FIRST], wins[FIRST, SECOND]
    return wins


def turned_at_random(wins: Array) -> Array:
    """Return the survey with as many of its answers turned round, in all pairs alike."""
    return np.asarray(wins + DECIDED / wins.sum() * (wins.T - wins))


#: How many students decided between the two, and 41 more could not.
DECIDED = 172 + 90


def flip() -> dict[str, float]:
    """Return what turning one pair of the survey round does to its margin."""
    wins = school_comparisons()
    reward, other = fit_rewards(wins), fit_rewards(turned(wins))
    moved = margins(reward - other)[FIRST, SECOND]
    error = margin_standard_errors(reward, wins)[FIRST, SECOND]
    return {"share": DECIDED / wins.sum(), "moved": moved, "errors": moved / error}


TESTS, CHAPTER = "tests/test_reward_loss.py::", "tests/test_chapter_reward_loss.py::"

CLAIMS = (
    Claim(
        key="pull-to-zero",
        chapter="reward_loss",
        origin="homework 1A",
        says="The reward loss encourages the difference of the scores to be close to 0.",
        verdict="refuted",
        evidence=slopes,
        decides=lambda **slopes: all(-1 < slope < 0 for slope in slopes.values()),
        shows="The slope in the margin is {at_0:.3f} at 0, {at_2:.3f} at 2 and {at_5:.4f} at 5: "
        "negative everywhere, so the margin is always pushed up.",
        test=TESTS + "test_the_slope_in_the_margin_is_minus_sigma_of_minus_the_margin",
        turn=Turn(
            "the loss were the square of the difference, which does pull it to 0",
            "reward_loss_gradient",
            lambda reward, _wins: np.array([reward[0] - reward[1], reward[1] - reward[0]]),
        ),
    ),
    Claim(
        key="sigmoid-squashes",
        chapter="reward_loss",
        origin="homework 1A",
        says="The sigmoid squashes the difference into [0, 1], so the loss cannot force large "
        "differences.",
        verdict="incomplete",
        evidence=lambda: {
            "loss": float(reward_loss([-20.0, 0.0], WON)),
            "slope": float(reward_loss_gradient([-20.0, 0.0], WON)[0]),
        },
        decides=lambda loss, slope: loss > 19 and slope < -0.99,
        shows="The logarithm undoes it: at a margin of −20 the loss is {loss:.1f} and its slope "
        "{slope:.3f}.",
        test=CHAPTER + "test_the_loss_is_squashed_on_one_side_only",
        turn=Turn(
            "the loss were $1 - \\sigma$, without the logarithm",
            "reward_loss",
            lambda reward, _wins: win_probability(reward[1] - reward[0]),
        ),
    ),
    Claim(
        key="clean-margin",
        chapter="reward_loss",
        origin="students",
        says="Clean labels give a finite margin, if you train long enough.",
        verdict="refuted",
        evidence=clean_margins,
        decides=lambda after_100, after_1000, after_10000: (
            after_10000 - after_1000 > 2.3 and after_1000 - after_100 > 2.3
        ),
        shows="After 100, 1,000 and 10,000 steps of descent it is {after_100:.3f}, "
        "{after_1000:.3f} and {after_10000:.3f}, without end.",
        test=TESTS + "test_clean_labels_let_the_margin_drift_like_the_logarithm_of_time",
        turn=Turn(
            "one label in a hundred were the other way", "WON", np.array([[0.0, 99.0], [1.0, 0.0]])
        ),
    ),
    Claim(
        key="absolute-scores",
        chapter="reward_loss",
        origin="students",
        says="Scores are absolute, and comparable between prompts.",
        verdict="refuted",
        evidence=shift,
        decides=lambda true, fitted, loss: true > 4 and abs(fitted) < 1e-9 and loss < 1e-12,
        shows="Two prompts whose true rewards differ by {true:.1f} are fitted with a difference "
        "of {fitted:.1f}; the losses differ by {loss:.0f}.",
        test=TESTS + "test_a_constant_added_to_all_rewards_of_a_prompt_changes_nothing",
        turn=Turn(
            "responses to one prompt were compared with responses to the other, so that the fit "
            "knew all but one constant",
            "fit_rewards",
            lambda _wins: SHIFTED_REWARDS.reward - SHIFTED_REWARDS.reward.mean(),
        ),
    ),
    Claim(
        key="perfect-accuracy",
        chapter="reward_loss",
        origin="students",
        says="A good enough reward model reaches 100 % accuracy.",
        verdict="refuted",
        evidence=lambda: {
            "true": 100 * float(accuracy(TRUTH, CHANCES)),
            "ceiling": 100 * float(np.maximum(CHANCES, CHANCES.T).sum() / 2 / CHANCES.sum()),
        },
        decides=lambda true, ceiling: abs(true - ceiling) < 1e-9 and ceiling < 100,
        shows="The true rewards have {true:.1f} %, and no others have more.",
        test=CHAPTER + "test_no_rewards_are_more_accurate_than_the_true_ones",
        turn=Turn("the better response won every time", "CHANCES", (CHANCES > 0.5).astype(float)),
    ),
    Claim(
        key="doubled-rewards",
        chapter="reward_loss",
        origin="students",
        says="Doubling all rewards changes nothing, since the order stays the same.",
        verdict="refuted",
        evidence=doubled,
        decides=lambda accuracy_one, accuracy_two, loss_one, loss_two, kl_one, kl_two: (
            accuracy_one == accuracy_two and loss_two > loss_one and kl_two > kl_one
        ),
        shows="The accuracy stays at {accuracy_one:.3f}; the loss rises from {loss_one:.3f} to "
        "{loss_two:.3f} nats, and the KL of the optimal policy from {kl_one:.3f} to {kl_two:.3f}.",
        test=TESTS + "test_doubled_rewards_are_not_the_same_rewards",
        turn=Turn(
            "β were doubled with the rewards: the policy would be the same",
            "BETAS",
            {"one": 1.0, "two": 2.0},
        ),
    ),
    Claim(
        key="mean-probability",
        chapter="reward_loss",
        origin="students",
        says="Maximising the average preference probability is maximum likelihood.",
        verdict="refuted",
        evidence=mean_probability,
        decides=lambda mean_likely, mean_wide, loss_likely, loss_wide: (
            mean_wide > mean_likely and loss_wide > loss_likely
        ),
        shows="For 7 wins of 10 the average probability is {mean_likely:.3f} at the likeliest "
        "margin and {mean_wide:.3f} at 10, where the loss is {loss_wide:.3f} instead of "
        "{loss_likely:.3f}.",
        test=CHAPTER + "test_the_mean_probability_is_below_the_best_orders_accuracy_and_nears_it",
        turn=Turn("all ten labels agreed", "SEVEN_OF_TEN", np.array([[0.0, 10.0], [0.0, 0.0]])),
    ),
    Claim(
        key="independent-pairs",
        chapter="reward_loss",
        origin="students",
        says="A ranking of K responses is K(K−1)/2 independent comparisons.",
        verdict="refuted",
        evidence=lambda: {"circles": circles(), **worth(9)},
        decides=lambda circles, pairs, worth: circles > 0.1 and worth < pairs / 3,
        shows="Three independent pairs contradict each other with probability {circles:.3f}, a "
        "ranking never; the {pairs:.0f} pairs of nine equal responses are worth {worth:.1f}.",
        test=CHAPTER + "test_a_ranking_is_worth_three_of_k_plus_one_parts_of_its_pairs",
        turn=Turn(
            "the pairs of a ranking pulled independently of each other",
            "score_covariance",
            independent_covariance,
        ),
    ),
    Claim(
        key="flips-average-out",
        chapter="reward_loss",
        origin="students",
        says="A few wrong labels average out.",
        verdict="refuted",
        evidence=flip,
        decides=lambda share, moved, errors: share < 0.06 and moved > 0 and errors > 4,
        shows="Turning round the answers to one pair, {share:.1%} of a survey, moves its margin by "
        "{moved:.3f}, which is {errors:.1f} standard errors.",
        test=TESTS + "test_one_pair_entered_the_wrong_way_round_moves_barcelona_below_milano",
        turn=Turn(
            "as many answers were turned at random, in all pairs alike", "turned", turned_at_random
        ),
    ),
)
