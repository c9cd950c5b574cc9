"""Jobs: handed in, taken by workers, run in children, kept and removed."""
