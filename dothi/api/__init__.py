"""The OGC API: pygeoapi as a library, and our views in front of it where none of its plugin points reaches."""
