"""Nothing here is for pytest: node runs the tests, and `vectors.py` says what `toy` computes."""

collect_ignore_glob = ["*.py"]
