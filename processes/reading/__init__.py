"""What an analysis reads: inputs checked, layers, features sent along, rasters, units."""
