"""The comparisons, one function a group; each imports what it needs, so that it can be missing."""

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Row, in_turns, once

ROOT = Path(__file__).parent.parent


def imports() -> list[Row]:
    """`import toy` in fresh interpreters, beyond what NumPy alone takes."""

    def load(statement: str) -> None:
        subprocess.run([sys.executable, "-c", statement], check=True, cwd=ROOT)

    statements = "import numpy", "import numpy, toy", "import numpy, torch"
    numpy, ours, torch = in_turns(*(partial(load, s) for s in statements), rounds=9)
    beyond = ours - numpy
    note = (
        f"whole interpreters: numpy {numpy:.3f} s, with toy {ours:.3f} s, with torch {torch:.3f} s"
    )
    what, budget = "import toy, beyond NumPy", "under 0.2 s"
    return [Row(what, beyond, "import torch", torch - numpy, budget, beyond < 0.2, note)]


def estimator_law() -> list[Row]:
    """Draw the N-sample mean 1000 times, by multinomial counts and by drawing every sample."""
    import torch

    from toy.exact.distributions import log_ratio
    from toy.exact.kl_estimators import k3, sample_estimates

    num_samples, num_replications, few = 10**6, 1000, 4
    rng = np.random.default_rng(1)
    policy, reference = rng.dirichlet(np.ones(64), 2)
    values = k3(log_ratio(policy, reference))
    torch_policy, torch_values = torch.tensor(policy), torch.tensor(values)

    def ours() -> Any:
        return sample_estimates(rng, k3, policy, reference, num_samples, num_replications)

    def with_torch() -> Any:
        draw = partial(torch.multinomial, torch_policy, num_samples, replacement=True)
        return [torch_values[draw()].mean() for _ in range(few)]

    def with_numpy() -> Any:
        draw = partial(rng.choice, 64, size=num_samples, p=policy)
        return [values[draw()].mean() for _ in range(few)]

    times = in_turns(ours, with_torch, with_numpy, rounds=5)
    what = "law of the mean of N = 10⁶ draws, K = 64, 1000 times"
    note = f"the slow side draws {few} replications, times {num_replications // few}"
    rows = []
    instead = "torch.multinomial", "Generator.choice"
    for name, few_seconds in zip(instead, times[1:], strict=True):
        theirs = few_seconds * num_replications / few
        met = theirs >= 1e4 * times[0]
        rows.append(Row(what, times[0], name, theirs, "10,000 times faster", met, note))
    return rows


def exact_moments() -> list[Row]:
    """Exact mean, bias and variance over ten million responses against one bare KL."""
    from toy.exact.kl_estimators import estimator_moments, k1, k2, k3

    size = 10**7
    rng = np.random.default_rng(2)
    policy = rng.gamma(1.0, size=size) + 1e-3
    reference = policy * np.exp(rng.standard_normal(size))
    policy, reference = policy / policy.sum(), reference / reference.sum()

    def bare() -> Any:
        return (policy * np.log(policy / reference)).sum()

    functions = [partial(estimator_moments, k, policy, reference) for k in (k1, k2, k3)]
    *ours, theirs = in_turns(*functions, bare, rounds=5)
    rows = []
    for name, seconds in zip(("k1", "k2", "k3"), ours, strict=True):
        what = f"exact moments of {name}, K = 10⁷"
        note = f"{seconds / size * 1e9:.1f} ns a response against {theirs / size * 1e9:.1f}"
        met = seconds <= 3 * theirs
        rows.append(Row(what, seconds, "(q*log(q/p)).sum()", theirs, "within 3 times", met, note))
    return rows


def reward_fit() -> list[Row]:
    """Bradley and Terry's maximum likelihood, 1000 responses and 500,000 comparisons."""
    import choix

    from toy.exact.reward_loss import fit_rewards, reward_loss_gradient

    size, num_comparisons, few = 1000, 500_000, 50_000
    rng = np.random.default_rng(3)
    reward = rng.standard_normal(size)
    first = rng.integers(size, size=num_comparisons)
    second = (first + rng.integers(1, size, size=num_comparisons)) % size
    first_wins = rng.random(num_comparisons) < 1 / (1 + np.exp(reward[second] - reward[first]))
    pairs = np.where(first_wins, (first, second), (second, first))
    wins = np.zeros((size, size))
    np.add.at(wins, tuple(pairs), 1)

    def gradient(fitted: Any) -> float:
        return float(np.abs(reward_loss_gradient(fitted, wins)).max())

    ours, dense = in_turns(
        lambda: fit_rewards(wins), lambda: choix.ilsr_pairwise_dense(wins), rounds=7
    )
    reached = gradient(fit_rewards(wins)), gradient(choix.ilsr_pairwise_dense(wins))
    some = pairs.T[:: num_comparisons // few].tolist()
    slow, _ = once(lambda: choix.opt_pairwise(size, some, alpha=0.0))
    slow *= num_comparisons / few
    what = "fit_rewards, 1000 responses, 500,000 comparisons"
    note = "largest entry of the gradient of the mean loss: {:.1e} against {:.1e}"
    return [
        Row(
            what,
            ours,
            "choix.ilsr_pairwise_dense",
            dense,
            "2 times faster, gradient 1000 smaller",
            dense >= 2 * ours and reached[1] >= 1000 * reached[0],
            note.format(*reached),
        ),
        Row(
            what,
            ours,
            "choix.opt_pairwise",
            slow,
            "100 times faster",
            slow >= 100 * ours,
            f"one run on {few:,} comparisons, times {num_comparisons // few}",
        ),
    ]


def dpo_fit() -> list[Row]:
    """DPO's minimiser against autograd with Adam to the same loss."""
    return [_dpo_row(4, 8), _dpo_row(64, 32)]


#: Adam may stop this far above the minimum of the mean loss, in nats.
LOSS_TOLERANCE = 1e-9

STEP_SIZES = (0.3, 0.1, 1.0, 0.03, 0.01)


def _dpo_row(num_prompts: int, num_responses: int) -> Row:
    import torch

    from toy.exact.dpo import dpo_loss, fit_dpo

    torch.set_num_threads(1)  # at these sizes threads mostly wait for each other
    rng, beta = np.random.default_rng(4), 0.5
    reference = rng.dirichlet(np.full(num_responses, 5.0), num_prompts)
    reward = rng.standard_normal((num_prompts, num_responses))
    shares = 1 / (1 + np.exp(reward[..., None, :] - reward[..., :, None]))
    # Between 1 and 19 of 20 comparisons of each pair, so that a finite minimum exists.
    upper = np.triu(rng.binomial(18, shares) + 1, 1)
    wins = upper + np.tril(20 - np.swapaxes(upper, -1, -2), -1).astype(float)
    target = float(np.mean(dpo_loss(fit_dpo(reference, wins, beta), reference, wins, beta)))

    log_reference, counts = torch.tensor(np.log(reference)), torch.tensor(wins)

    def adam(step_size: float, max_steps: int) -> int | None:
        """Return how many steps Adam takes to the target, or None if it does not get there."""
        logits = log_reference.clone().requires_grad_()
        optimiser = torch.optim.Adam([logits], lr=step_size)
        for step in range(max_steps):
            implicit = beta * (torch.log_softmax(logits, dim=-1) - log_reference)
            margin = implicit[..., :, None] - implicit[..., None, :]
            losses = -(counts * torch.nn.functional.logsigmoid(margin)).sum((-2, -1))
            loss = (losses / counts.sum((-2, -1))).mean()
            if loss.item() <= target + LOSS_TOLERANCE:
                return step
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        return None

    steps, step_size = 2000, 0.0
    for candidate in STEP_SIZES:
        if (needed := adam(candidate, steps)) is not None and needed < steps:
            steps, step_size = needed, candidate
    if not step_size:
        raise RuntimeError(f"Adam reached the loss at none of the step sizes {STEP_SIZES}")
    ours, theirs = in_turns(
        lambda: fit_dpo(reference, wins, beta),
        lambda: adam(step_size, steps + 1),
        rounds=5,
    )
    what = f"fit_dpo, {num_prompts} prompts × {num_responses} responses"
    note = (
        f"{steps} steps of {step_size:g}, to {LOSS_TOLERANCE:g} above the least mean loss\n"
        "    ours checks its input and that a minimum exists, then takes four or five Newton steps"
    )
    return Row(what, ours, "autograd, Adam", theirs, "15 times faster", theirs >= 15 * ours, note)


GROUPS = (imports, estimator_law, exact_moments, reward_fit, dpo_fit)
