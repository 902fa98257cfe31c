"""Floor 4: every figure of the book, and the only place that imports matplotlib."""
