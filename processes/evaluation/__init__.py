"""Indicators: what a set asks for, by unit, with the evidence."""
