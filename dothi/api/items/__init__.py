"""Features: read page by page, searched, counted, written in every format."""
