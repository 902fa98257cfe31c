"""Floor 5: live figures, in the book's pages and in Jupyter, each a class in a folder of its own.

The folder holds all that is this explorable's alone, and is found by being there: the class with
its traits and its words (`__init__.py`), its view (`view.js`, and `style.css` if it needs one) and
its still picture (`still.py`). Shared are `base` and `traits`, the parts that views are put
together from (`parts/`), and the arithmetic that runs in the browser (`core/`), which the tests
hold to `toy` to 1e-12. What Python draws and writes is computed by `toy` itself.
"""

from importlib import import_module
from pkgutil import iter_modules

from toy.explorables.base import Explorable


def _found() -> dict[str, type[Explorable]]:
    """Return, by its name, the class that each folder beside this file defines."""
    folders = [f"{__name__}.{found.name}" for found in iter_modules(__path__) if found.ispkg]
    members = [member for folder in folders for member in vars(import_module(folder)).values()]
    classes = [cls for cls in members if isinstance(cls, type) and issubclass(cls, Explorable)]
    return {cls.__name__: cls for cls in classes if cls.__module__ in folders}


globals().update(_classes := _found())
__all__ = ["Explorable", *_classes]


def __getattr__(name: str) -> type[Explorable]:
    raise AttributeError(f"there is no explorable {name!r}: {', '.join(__all__)}")
