"""Finished maps: pictures of layers and coverages, drawn by Mapnik in processes of their own."""
