"""``jupyter-book build``, started in a fraction of the time.

jsonschema imports rfc3987_syntax where it is installed (JupyterLab brings it), which compiles 39
grammars: four seconds, for a check of addresses that Jupyter Book never asks for.
"""

import atexit
import sys
from time import monotonic

sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # what `import` takes for missing

from jupyter_book.cli.main import main  # noqa: E402

if __name__ == "__main__":
    begin = monotonic()
    atexit.register(lambda: print(f"The build took {monotonic() - begin:.0f} s"))
    main(["build", *sys.argv[1:]])
