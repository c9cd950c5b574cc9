"""Generalised geometry: what pictures of whole districts and provinces are drawn from, in place of every row."""
