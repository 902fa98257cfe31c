"""Every page of the book, as a reader's browser sees it."""

import pytest
from visits import OpenPage, pages


@pytest.mark.parametrize("scheme", ["http", "file"])
@pytest.mark.parametrize("path", pages())
def test_a_page_loads_without_a_complaint(open_page: OpenPage, path: str, scheme: str) -> None:
    visit = open_page(path, scheme=scheme)
    assert visit.problems == []
