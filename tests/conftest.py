"""Settings for the whole suite: property tests draw the same examples on every machine."""

import pytest
from hypothesis import settings

#: The browser and what is opened in it: for the pages, and for each explorable in its folder.
pytest_plugins = ["browser_fixtures"]

settings.register_profile("same everywhere", derandomize=True, deadline=None)
settings.load_profile("same everywhere")


def pytest_itemcollected(item):
    """Mark what needs a browser, so that it can be left out; keep what shares a page together."""
    if "browser" in item.fixturenames:
        item.add_marker("browser")
    if item.path.name.endswith("_live.py"):
        chosen = getattr(item, "callspec", None) and item.callspec.params.get("chosen")
        item.add_marker(pytest.mark.xdist_group(f"{item.path.name}, {getattr(chosen, 'page', '')}"))


@pytest.fixture
def book_style():
    """Draw without a screen, in the book's style; nothing is left of it."""
    # Imported here, because most tests draw nothing.
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    import toy

    mpl.use("Agg")
    with mpl.rc_context():
        toy.figures.use_book_style()
        yield
        plt.close("all")
