"""Studies over HTTP: questions, the runs that answer them, and one report over all."""
