"""What an agency's focal point gets back for a delivery: a page to read, and the rows to correct as a file for QGIS."""
