"""Two releases of a layer compared: counts, a file for QGIS, a page with a map."""
