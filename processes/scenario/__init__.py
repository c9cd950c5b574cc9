"""Scenarios: proposed changes on top of the releases, checked, stored, and applied where processes read their data."""
