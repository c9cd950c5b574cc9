"""The delivery desk: what was handed over, what was found, what a person decided, and what became of it."""
