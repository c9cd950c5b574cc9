"""`/ows`: WMS 1.3.0 and 1.1.1, WMTS 1.0.0, for clients that ask for pictures the older way."""
