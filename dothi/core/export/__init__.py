"""Rows of a layer written into files that Excel, QGIS and scripts open; for the services and the worker alike."""
