"""The files that agencies send, each format behind the same `Source`."""
