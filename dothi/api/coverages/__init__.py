"""Rasters as OGC API - Coverages."""
