"""Token by token: the rewards that a token is credited with."""

from collections.abc import Mapping

from toy.exact.sequences import (
    prefix_values,
    rewards_to_go,
    trajectory_moments,
    whole_return,
)
from toy.explorables.prefix_tree import NUM_NODES, PrefixTree, policy_tables, reward_tables
from toy.explorables.traits import Values


class TokenCredit(PrefixTree):
    """Reward tokens in a tree of prefixes; see who is credited, and how the gradient varies.

    The numbers of prefixes are those of `PrefixTree`.
    """

    reward = Values(
        [1.0, 0.5, 1.0, -0.5, 1.0, -0.5, 0.2, 0.0, -0.4, 0.0, 0.0, 0.2, 0.0, 0.2],
        "r",
        low=-3.0,
        high=3.0,
        unit="units of reward",
        length=2 * NUM_NODES,
        each="token after its prefix",
    )

    def describe(self) -> str:
        """Return the expected return and the variance with each credit, in words."""
        variances = ", ".join(f"{value:.3f} {name}" for name, value in self._variances().items())
        value = float(prefix_values(policy_tables(self.policy), reward_tables(self.reward))[0][0])
        return (
            "A tree of prefixes, three tokens deep, with ribbons as thick as a prefix is probable "
            f"and a reward for each token. The expected return is {value:.3f}. Total "
            f"variance of the gradient from one sequence: {variances}."
        )

    def notes(self) -> list[list[str]]:
        """Return the value of each prefix."""
        values = prefix_values(policy_tables(self.policy), reward_tables(self.reward))
        return [[f"V {value:.2f}" for value in table.ravel()] for table in values]

    def bars(self) -> tuple[dict[str, float], Mapping[str, str], str]:
        """Return the variance with each credit."""
        names = ("whole return", "to go", "less value")
        bars = dict(zip(names, self._variances().values(), strict=True))
        roles = dict(zip(bars, ("k1", "k3", "k2"), strict=True))
        return bars, roles, "total variance of the gradient"

    def _variances(self) -> dict[str, float]:
        policy, reward = policy_tables(self.policy), reward_tables(self.reward)
        values = prefix_values(policy, reward)
        moments = {
            "with the whole return": trajectory_moments(policy, reward, credit=whole_return),
            "with reward-to-go": trajectory_moments(policy, reward, credit=rewards_to_go),
            "with reward-to-go less the value": trajectory_moments(policy, reward, values),
        }
        return {name: float(found.total_variance) for name, found in moments.items()}
