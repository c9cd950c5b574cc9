"""What is wrong with rows: one family of checks per file, and the repairs that a layer file allows."""
