"""Analyses over HTTP: descriptions, execution, jobs and their results.

pygeoapi's routes turn every failure into a 400 with its text, know one output and no filter of jobs, so ours stand in
front of all of them.
"""
