"""The forms that a result is handed over in: tables, files for QGIS, a map, a printable report."""
