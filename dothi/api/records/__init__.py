"""The catalogue as OGC API - Records."""
