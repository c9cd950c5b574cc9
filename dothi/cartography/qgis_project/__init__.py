"""A project of QGIS with the layers of the locality: written as a file, without QGIS."""
