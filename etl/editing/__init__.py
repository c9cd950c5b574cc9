"""Edits of single features, checked and released like deliveries."""
