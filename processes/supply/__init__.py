"""Supply networks: what a valve, a burst or a lost substation cuts off; strips along lines."""
