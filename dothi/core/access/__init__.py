"""People: who they are, how they show it, what they may do, and what they did."""
