"""Measures the platform against raw SQL and its peers, in one run on one database."""
