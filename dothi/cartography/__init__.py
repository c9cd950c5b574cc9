"""How layers are drawn: styles for every client, generalised geometry, and pictures by Mapnik."""
