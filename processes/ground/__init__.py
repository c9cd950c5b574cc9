"""Rasters: read in tiles, flooded, scored, drawn as areas."""
