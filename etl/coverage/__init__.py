"""Rasters as agencies deliver them: checked, written as COG, released."""
