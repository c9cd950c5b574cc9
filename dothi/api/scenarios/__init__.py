"""Scenarios over HTTP: who made them, their versions, their changes on a map, and handing them over as edits."""
