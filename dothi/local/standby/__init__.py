"""A standby: a second machine that follows this one, and takes its place by one command."""
