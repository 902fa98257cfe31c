"""Print, as JSON, what `toy` computes for the cases of every `vectors_<module>.py` beside this."""

import json
import sys
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """The value as JSON can write it: arrays as lists, moments as tables, ∞ and NaN in words."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value if not isinstance(value, float) or np.isfinite(value) else str(value)


def main() -> None:
    modules = sorted(path.stem for path in Path(__file__).parent.glob("vectors_*.py"))
    found = {name.removeprefix("vectors_"): import_module(name).vectors() for name in modules}
    json.dump(plain(found), sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
