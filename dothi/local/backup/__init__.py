"""Backups of a whole instance: made, listed, proven, and restored."""
