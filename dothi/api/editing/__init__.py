"""Editing of features: each edit is a release."""
