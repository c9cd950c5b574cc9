"""Vector tiles: drawn by PostGIS, kept by the release that touched them."""
