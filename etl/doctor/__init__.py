"""The data doctor: what a file really is, with evidence, before anything in it is changed."""
