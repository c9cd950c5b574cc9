"""CQL2 filters as conditions in SQL."""
