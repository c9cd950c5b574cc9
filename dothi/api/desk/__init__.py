"""The delivery desk over HTTP: what was handed in, what waits, decisions; edits under review, and conflicts."""
