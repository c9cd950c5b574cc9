"""OGC API - Styles (OGC 20-009, draft): what the layers look like, for every client in its own language."""
