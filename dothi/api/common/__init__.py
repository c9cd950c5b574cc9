"""OGC API - Common: landing page, conformance, collections and their schemas; health, and the portal."""
