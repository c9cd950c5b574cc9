"""One extent as three painters draw it, side by side."""
