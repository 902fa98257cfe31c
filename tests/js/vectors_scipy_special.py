"""Wright's omega from its lowest branch to its highest."""

from scipy.special import wrightomega

PLACES = [-700, -50.1, -49.9, -3, -2, -1, 0, 0.5, 1, 2, 30, 1e6, 1e19, 1e21]


def vectors() -> list[dict[str, object]]:
    return [{"x": x, "wrightomega": wrightomega(x)} for x in PLACES]
