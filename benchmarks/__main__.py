"""Print the table of budgets: ``python -m benchmarks [group ...]``."""

import os
import platform
import sys

import numpy as np

from benchmarks.harness import report
from benchmarks.rows import GROUPS


def main() -> None:
    """Measure the groups named on the command line, or all, and say how many budgets are missed."""
    wanted = [group for group in GROUPS if not sys.argv[1:] or group.__name__ in sys.argv[1:]]
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores;")
    print(f"load average {os.getloadavg()[0]:.1f}: above 1, others share the machine;")
    print("medians of calls in turns, in one run; theirs/ours above 1: ours is faster.\n")
    missed = report(wanted)
    print(f"\nBudgets not met: {missed}")


main()
