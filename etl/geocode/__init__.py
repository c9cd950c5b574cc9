"""Addresses to places: the words of an address, the names that are known, and how sure the place is."""
